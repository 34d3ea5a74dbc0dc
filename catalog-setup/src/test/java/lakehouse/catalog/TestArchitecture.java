package lakehouse.catalog;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import lakehouse.catalog.config.IcebergProperties;

@AnalyzeClasses(
    packages = "lakehouse.catalog",
    importOptions = ImportOption.DoNotIncludeTests.class)
final class TestArchitecture {
  @ArchTest
  static final ArchRule KNOWS_NO_ENGINE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.flink..", "org.apache.spark..", "scala..")
          .because("both engines use this module, and each brings its own Iceberg");

  @ArchTest
  static final ArchRule KNOWS_NO_OTHER_MODULE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lakehouse.ingest..", "lakehouse.models..", "lakehouse.load..")
          .because("the other modules rest on this one");

  @ArchTest
  static final ArchRule NOBODY_USES_SETUP_OR_STATUS =
      noClasses()
          .that()
          .resideOutsideOfPackages("lakehouse.catalog.setup..", "lakehouse.catalog.status..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lakehouse.catalog.setup..", "lakehouse.catalog.status..")
          .because("they are programs over the others, at the end of every arrow");

  @ArchTest
  static final ArchRule CLI_RESTS_ON_NOTHING =
      noClasses()
          .that()
          .resideInAPackage("lakehouse.catalog.cli..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("lakehouse..")
                  .and(DescribedPredicate.not(resideInAnyPackage("lakehouse.catalog.cli.."))))
          .because("everything else may fail with its exceptions and print through it");

  @ArchTest
  static final ArchRule TABLE_RESTS_ON_ICEBERG_ONLY =
      classes()
          .that()
          .resideInAPackage("lakehouse.catalog.table..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "org.apache.iceberg..", "org.jspecify..", "lakehouse.catalog.table..")
          .because("it is the contract between ingest and models");

  @ArchTest
  static final ArchRule SERVERS_STAY_IN_THE_PLATFORM =
      noClasses()
          .that()
          .resideOutsideOfPackage("lakehouse.catalog.platform..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.zonky..",
              "jakarta..",
              "org.apache.commons.compress..",
              "org.apache.commons.io..",
              "org.glassfish..",
              "org.projectnessie.services..",
              "org.projectnessie.versioned..")
          .because("an engine has none of them on its class path");

  @ArchTest
  static final ArchRule ENGINES_CAN_READ_WHERE_THE_PLATFORM_LISTENS =
      noClasses()
          .that(named("DataFolder").or(named("PlatformFile")).or(named("PlatformSecrets")))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("lakehouse.catalog.platform..")
                  .and(
                      DescribedPredicate.not(
                          named("DataFolder")
                              .or(named("PlatformFile"))
                              .or(named("PlatformSecrets")))))
          .because("the configuration refers to these three inside an engine, without a server");

  @ArchTest
  static final ArchRule ONE_FILE_SPELLS_ICEBERG =
      noClasses()
          .that()
          .areNotAssignableTo(IcebergProperties.class)
          .and()
          .areNotAssignableTo(LakeCatalog.class)
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.apache.iceberg.CatalogProperties")
          .because("the keys of Iceberg's catalogs are spelt in one place");

  private static DescribedPredicate<JavaClass> named(String name) {
    String full = "lakehouse.catalog.platform." + name;
    return DescribedPredicate.describe(
        name,
        type -> {
          String base = type.getBaseComponentType().getName(); // arrays and nested types included
          return base.equals(full) || base.startsWith(full + "$");
        });
  }
}
