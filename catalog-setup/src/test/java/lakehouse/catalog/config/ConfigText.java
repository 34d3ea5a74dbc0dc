package lakehouse.catalog.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads configurations that tests write, with an environment of their own. */
final class ConfigText {
  static final Path FOLDER = Path.of("/etc/lake");
  static final String MINIMAL =
      """
      catalog:
        uri: http://nessie:19120/api/v2
        warehouse: s3://lake/warehouse
      sources:
        - name: billing
          host: db1
          password: ${env:PASSWORD}
      """;

  private final Map<String, String> environment =
      new HashMap<>(Map.of("PASSWORD", "hunter2", "PORT", "6543"));

  /** The variables that a configuration can refer to; may be added to. */
  Map<String, String> environment() {
    return environment;
  }

  LakeConfig read(String yaml) {
    return LakeConfigs.read(
        "lake.yaml", yaml, FOLDER, new References(environment::get, key -> null));
  }

  /** What is told of a configuration that is not in order. */
  ConfigException broken(String yaml) {
    return catchThrowableOfType(ConfigException.class, () -> read(yaml));
  }
}
