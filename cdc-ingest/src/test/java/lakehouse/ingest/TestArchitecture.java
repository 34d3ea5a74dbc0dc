package lakehouse.ingest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages. */
@AnalyzeClasses(packages = "lakehouse.ingest", importOptions = DoNotIncludeTests.class)
class TestArchitecture {
  @ArchTest
  static final ArchRule EVENTS_STAND_ALONE =
      classes()
          .that()
          .resideInAPackage("lakehouse.ingest.event..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "lakehouse.ingest.event..",
              "lakehouse.catalog.config..",
              "org.apache.flink.api..",
              "org.apache.flink.core.memory..",
              "org.apache.flink.table.data..",
              "org.apache.iceberg.types..",
              "org.jspecify..",
              "java..")
          .because("engines and bronze meet in them: they know the row's form and nothing else");

  @ArchTest
  static final ArchRule CAPTURE_DOES_NOT_KNOW_BRONZE =
      noClasses()
          .that()
          .resideInAPackage("lakehouse.ingest.capture..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lakehouse.ingest.bronze..", "lakehouse.ingest.job..")
          .because("an engine hands out change events and does not care where they go");

  @ArchTest
  static final ArchRule BRONZE_DOES_NOT_KNOW_CAPTURE =
      noClasses()
          .that()
          .resideInAPackage("lakehouse.ingest.bronze..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lakehouse.ingest.capture..", "lakehouse.ingest.job..", "java.sql..")
          .because("any engine can stand behind the writers");

  @ArchTest
  static final ArchRule ONE_PACKAGE_KNOWS_DEBEZIUM =
      noClasses()
          .that()
          .resideOutsideOfPackage("lakehouse.ingest.capture.flinkcdc..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.debezium..", "org.apache.kafka..", "org.apache.flink.cdc..")
          .because("the engine can be left out when another has taken its place");

  @ArchTest
  static final ArchRule VIOLATIONS_ARE_PLAIN =
      classes()
          .that()
          .haveSimpleNameEndingWith("Violation")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("lakehouse.ingest.preflight..", "java..")
          .because("what is wrong can be told without any engine");

  @ArchTest
  static final ArchRule MODELS_AND_LOAD_ARE_STRANGERS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lakehouse.models..", "lakehouse.load..", "org.apache.spark..")
          .because("the bronze tables are the contract between ingest and models");
}
