package lakehouse.models.test;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/** Reads the tests of a model from a YAML file. */
final class ModelTestFile {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          // every digit as written
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private ModelTestFile() {}

  static List<ModelTest> read(Path file) {
    JsonNode root;
    try {
      root = YAML.readTree(file.toFile());
    } catch (IOException e) {
      throw wrong(file, "is no YAML: " + e.getMessage());
    }
    if (!root.path("model").isTextual() || !root.path("tests").isArray()) {
      throw wrong(file, "needs `model` and a list of `tests`");
    }
    TableIdentifier model = TableIdentifier.parse(root.get("model").asText());
    List<ModelTest> tests = new ArrayList<>();
    for (JsonNode test : root.get("tests")) {
      Map<TableIdentifier, ModelTest.Rows> given = new LinkedHashMap<>();
      test.path("given")
          .fields()
          .forEachRemaining(
              table ->
                  given.put(
                      TableIdentifier.parse(table.getKey()),
                      rows(file, table.getKey(), table.getValue())));
      tests.add(
          new ModelTest(
              model,
              test.path("name").asText("unnamed"),
              given,
              rows(file, "expect", test.path("expect"))));
    }
    return tests;
  }

  private static ModelTest.Rows rows(Path file, String where, JsonNode node) {
    List<String> columns = new ArrayList<>();
    for (JsonNode column : node.path("columns")) {
      columns.add(column.asText().strip());
    }
    List<List<@Nullable String>> rows = new ArrayList<>();
    for (JsonNode row : node.path("rows")) {
      List<@Nullable String> values = new ArrayList<>();
      row.forEach(value -> values.add(value.isNull() ? null : value.asText()));
      if (values.size() != columns.size()) {
        throw wrong(
            file,
            "has a row of %d values for the %d columns of %s: %s"
                .formatted(values.size(), columns.size(), where, row));
      }
      rows.add(values);
    }
    return new ModelTest.Rows(columns, rows);
  }

  private static LakeException wrong(Path file, String what) {
    return new LakeException(ExitCode.CONFIGURATION, "Test file %s %s.".formatted(file, what));
  }
}
