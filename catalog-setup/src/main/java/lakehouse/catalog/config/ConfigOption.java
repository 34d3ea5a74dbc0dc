package lakehouse.catalog.config;

import java.nio.file.Path;
import java.util.Optional;
import lakehouse.catalog.platform.DataFolder;
import picocli.CommandLine.Option;

/**
 * The options by which every program of the lake finds its configuration; a picocli mixin. Needs
 * nothing but what both engines have.
 */
public final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "the configuration (default: $LAKE_CONFIG, else lake.yaml here, else the built-in one)")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the embedded platform's folder (default: $LAKE_DATA, else .lake here)")
  private Optional<Path> data = Optional.empty();

  /** Reads the configuration; see {@link LakeConfigs#load}. */
  public LakeConfig load() {
    return LakeConfigs.load(file, dataFolder());
  }

  /** The embedded platform's folder, whether there is one or not. */
  public DataFolder dataFolder() {
    return DataFolder.of(data);
  }

  /** The file asked for, if any. */
  Optional<Path> file() {
    return file;
  }
}
