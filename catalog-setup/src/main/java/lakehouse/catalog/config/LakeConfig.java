package lakehouse.catalog.config;

import java.util.List;

/**
 * The one configuration of a lake, read from {@code lake.yaml}.
 *
 * @param catalog where the lake is
 * @param sources what is captured, in the file's order
 * @param ingest how it is captured
 * @param models how it is modelled
 */
public record LakeConfig(
    @Key("Where the lake is.") CatalogConfig catalog,
    @Key(value = "What is captured.", defaultValue = "[]") List<SourceConfig> sources,
    @Key("How it is captured.") IngestConfig ingest,
    @Key("How it is modelled.") ModelsConfig models) {
  public LakeConfig {
    sources = List.copyOf(sources);
  }

  /** The sources that are PostgreSQL databases, captured by their log. */
  public List<PostgresConfig> databases() {
    return sources.stream()
        .filter(PostgresConfig.class::isInstance)
        .map(PostgresConfig.class::cast)
        .toList();
  }
}
