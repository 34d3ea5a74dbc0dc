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
    CatalogConfig catalog, List<SourceConfig> sources, IngestConfig ingest, ModelsConfig models) {
  public LakeConfig {
    sources = List.copyOf(sources);
  }
}
