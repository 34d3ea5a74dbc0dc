package lakehouse.catalog.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TestConfigSchema {
  private final JsonSchema schema =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(ConfigSchema.node());

  @Test
  void acceptsTheBuiltInConfigurationAndEveryExample() throws IOException {
    assertThat(validate(LakeConfigs.builtIn())).isEmpty();
    for (Path example : examples()) {
      assertThat(validate(Files.readString(example))).as(example.toString()).isEmpty();
    }
  }

  @Test
  void refusesWhatTheReaderRefuses() throws IOException {
    String minimal =
        """
        catalog: {uri: 'http://nessie:19120/api/v2', warehouse: 's3://lake'}
        sources: [{name: billing, host: db1, password: '${env:PASSWORD}'}]
        """;
    assertThat(validate(minimal)).isEmpty();
    assertThat(validate(minimal.replace("host: db1", "host: db1, prot: 1")))
        .extracting(ValidationMessage::getMessage)
        .singleElement()
        .asString()
        .contains("prot");
    assertThat(validate(minimal.replace("host: db1", "host: db1, port: 70000"))).isNotEmpty();
    assertThat(validate(minimal.replace("host: db1, ", ""))).hasSize(1);
    assertThat(validate(minimal.replace("${env:PASSWORD}", "hunter2"))).hasSize(1);
    assertThat(validate(minimal + "ingest: {checkpoint-interval: 5}")).hasSize(1);
    assertThat(validate(minimal + "ingest: {checkpoint-interval: 5 s}")).isEmpty();
  }

  @Test
  void tellsTheKeysOfAKindBySourcesOfIt() throws IOException {
    String files =
        """
        catalog: {uri: 'http://nessie:19120/api/v2', warehouse: 's3://lake'}
        sources:
          - name: drops
            kind: files
            location: file:///srv/drops
            tables: [{name: reading, path: '*.jsonl', format: json-lines, columns: [{name: meter}]}]
        """;
    assertThat(validate(files)).isEmpty();
    assertThat(validate(files.replace("location:", "slot:")))
        .extracting(ValidationMessage::getMessage)
        .anySatisfy(message -> assertThat(message).contains("location"))
        .anySatisfy(message -> assertThat(message).contains("slot"))
        .hasSize(2);
    assertThat(validate(files.replace("kind: files", "kind: fils"))).isNotEmpty();
  }

  @Test
  void describesEveryKey() {
    assertDescribed("lake.yaml", ConfigSchema.node());
  }

  @Test
  void theReferenceNamesEveryKey() throws IOException {
    String reference = Files.readString(Path.of("../docs/reference.md"));
    assertThat(leaves("", ConfigSchema.node()).toList())
        .contains("sources[].masks[].method", "catalog.uri")
        .allSatisfy(key -> assertThat(reference).contains("`" + key + "`"));
  }

  private static Stream<String> leaves(String path, JsonNode node) {
    if (node.has("if")) {
      return Stream.concat(leaves(path, node.path("then")), leaves(path, node.path("else")));
    }
    return node.path("properties").properties().stream()
        .flatMap(
            property -> {
              String key = path + property.getKey();
              JsonNode value = property.getValue();
              Stream<String> below =
                  Stream.concat(leaves(key + ".", value), leaves(key + "[].", value.path("items")));
              List<String> keys = below.toList();
              return keys.isEmpty() ? Stream.of(key) : keys.stream();
            });
  }

  private static void assertDescribed(String path, JsonNode node) {
    if (node.has("if")) {
      assertDescribed(path, node.path("then"));
      assertDescribed(path, node.path("else"));
    }
    node.path("properties")
        .fields()
        .forEachRemaining(
            key -> {
              String keyPath = path + "." + key.getKey();
              assertThat(key.getValue().path("description").asText()).as(keyPath).isNotBlank();
              assertDescribed(keyPath, key.getValue());
              assertDescribed(keyPath, key.getValue().path("items"));
            });
  }

  private Set<ValidationMessage> validate(String yaml) throws IOException {
    return schema.validate(new YAMLMapper().readTree(yaml));
  }

  private static List<Path> examples() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("mvnw"))) {
      root = root.getParent();
    }
    try (Stream<Path> files =
        Stream.of("docs", "compose")
            .map(root::resolve)
            .filter(Files::isDirectory)
            .flatMap(TestConfigSchema::walk)) {
      return files.filter(file -> file.getFileName().toString().matches("lake.*\\.yaml")).toList();
    }
  }

  private static Stream<Path> walk(Path folder) {
    try {
      return Files.walk(folder);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
