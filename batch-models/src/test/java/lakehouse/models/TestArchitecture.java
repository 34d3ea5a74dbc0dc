package lakehouse.models;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "lakehouse", importOptions = ImportOption.DoNotIncludeTests.class)
class TestArchitecture {
  private static final Pattern DOMAIN =
      Pattern.compile(
          "\\b(feeders?|pmts?|consumers?|tariffs?|meters?|metering|billing|bills?|ibcs?|saifi|saidi|kwh)\\b",
          Pattern.CASE_INSENSITIVE);

  @ArchTest
  static final ArchRule modelsAndPlansAreWithoutSpark =
      noClasses()
          .that()
          .resideInAnyPackage("lakehouse.models.model", "lakehouse.models.plan")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.iceberg.spark..")
          .because("what is written and what is planned can be told without an engine");

  @ArchTest
  static final ArchRule sqlIsWithoutSpark =
      noClasses()
          .that()
          .resideInAPackage("lakehouse.models..")
          .and()
          .haveSimpleNameEndingWith("Sql")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.iceberg.spark..")
          .because("a statement is text, and is tested as text");

  @ArchTest
  static final ArchRule modelsSeeNeitherIngestNorLoad =
      noClasses()
          .that()
          .resideInAPackage("lakehouse.models..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("lakehouse.ingest..", "lakehouse.load..", "org.apache.flink..")
          .because("the bronze tables are the contract with the ingest");

  @ArchTest
  static final ArchRule planReadsNothingOfTheRun =
      noClasses()
          .that()
          .resideInAnyPackage("lakehouse.models.model", "lakehouse.models.plan")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "lakehouse.models.run", "lakehouse.models.audit", "lakehouse.models.publish")
          .because("a plan comes before the run");

  @Test
  void theEngineHasNoWordOfTheUtility() throws IOException {
    Path sources = Path.of("src/main/java");
    try (Stream<Path> files = Files.walk(sources)) {
      List<String> found =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .flatMap(TestArchitecture::domainWords)
              .toList();
      assertThat(found).as("the utility's words belong into resources").isEmpty();
    }
  }

  private static Stream<String> domainWords(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> !line.startsWith("import "))
          // of java.util.function
          .map(line -> line.replace("Consumer<", "<"))
          .flatMap(
              line ->
                  DOMAIN
                      .matcher(line.replaceAll("([a-z])([A-Z])", "$1 $2").replace('_', ' '))
                      .results()
                      .map(word -> file + ": " + word.group() + " in " + line.strip()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
