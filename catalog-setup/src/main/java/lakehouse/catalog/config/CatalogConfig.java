package lakehouse.catalog.config;

import java.net.URI;
import java.util.Map;

/**
 * Where the lake is.
 *
 * @param uri the Nessie server's API, version 2
 * @param reference the branch that holds the published lake
 * @param warehouse where tables are stored: a {@code file:} or {@code s3:} location
 * @param properties further properties for Iceberg's catalog and file access, as Iceberg spells
 *     them
 */
public record CatalogConfig(
    URI uri, String reference, String warehouse, Map<String, String> properties) {
  public CatalogConfig {
    properties = Map.copyOf(properties);
  }
}
