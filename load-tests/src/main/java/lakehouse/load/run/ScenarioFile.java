package lakehouse.load.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/** Reads scenarios: the built-in ones by name, others from a file. */
final class ScenarioFile {
  /** The built-in scenarios. */
  static final List<String> NAMES =
      List.of(
          "smoke-1m",
          "steady-120m",
          "burst-120m",
          "backfill-120m",
          "wide-10m",
          "many-tables",
          "endurance");

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private ScenarioFile() {}

  /**
   * Reads one.
   *
   * @param name a built-in scenario, or the path of a file
   */
  static Scenario read(String name) {
    if (NAMES.contains(name)) {
      return parse(name, builtIn(name));
    }
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "There is no scenario %s, nor a file of that name; the scenarios are %s."
              .formatted(name, String.join(", ", NAMES)));
    }
    try {
      return parse(
          file.getFileName().toString().replaceFirst("\\.ya?ml$", ""), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Scenario parse(String name, String yaml) {
    try {
      ObjectNode tree = (ObjectNode) YAML.readTree(yaml);
      if (!tree.has("data")) {
        throw new LakeException(
            ExitCode.CONFIGURATION, "Scenario %s has no key data.".formatted(name));
      }
      tree.put("name", name);
      return YAML.treeToValue(tree, Scenario.class);
    } catch (JsonProcessingException | ClassCastException e) {
      if (e.getCause() instanceof LakeException known) {
        throw known;
      }
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "Scenario %s is not as expected: %s"
              .formatted(
                  name,
                  e instanceof JsonProcessingException json ? json.getOriginalMessage() : "no map"),
          e);
    }
  }

  /** As it stands in a report. */
  static String print(Scenario scenario) {
    try {
      return JsonMapper.builder()
          .addModule(new Jdk8Module())
          .build()
          .writerWithDefaultPrettyPrinter()
          .writeValueAsString(scenario);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String builtIn(String name) {
    try (InputStream in =
        ScenarioFile.class.getResourceAsStream("/scenarios/%s.yaml".formatted(name))) {
      if (in == null) {
        throw new IllegalStateException("Scenario " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
