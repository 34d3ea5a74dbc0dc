package lakehouse.ingest.preflight;

import java.sql.SQLException;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;

/** Picks sources of the configuration by name. */
public final class Sources {
  private Sources() {}

  /**
   * The named sources, or all where no name is given.
   *
   * @throws LakeException if there is none of a name, or none at all
   */
  public static List<SourceConfig> chosen(LakeConfig config, List<String> names) {
    List<String> known = config.sources().stream().map(SourceConfig::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "There is no source %s; the configuration has %s."
                .formatted(name, known.isEmpty() ? "none" : String.join(", ", known)));
      }
    }
    if (known.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "The configuration has no sources; name them under `sources`.");
    }
    return config.sources().stream()
        .filter(source -> names.isEmpty() || names.contains(source.name()))
        .toList();
  }

  /**
   * The PostgreSQL database of a name.
   *
   * @param purpose what it is needed for
   * @throws LakeException if there is no source of the name, or it is of another kind
   */
  public static PostgresConfig database(LakeConfig config, String name, String purpose) {
    SourceConfig source = chosen(config, List.of(name)).get(0);
    if (source instanceof PostgresConfig database) {
      return database;
    }
    throw new LakeException(
        ExitCode.CONFIGURATION,
        "Source %s is of kind %s; %s needs one of kind postgres."
            .formatted(name, source.kind(), purpose));
  }

  /**
   * What is known of a source.
   *
   * @throws LakeException if it cannot be reached
   */
  public static SourceFacts facts(PostgresConfig source) {
    try {
      return new SourceFactsReader(source).read();
    } catch (SQLException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "Source %s does not answer (%s). `lake doctor` tells more."
              .formatted(source.name(), e.getMessage()),
          e);
    }
  }
}
