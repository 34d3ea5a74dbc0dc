package lakehouse.catalog.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.CatalogProperties;

/** Spells the configuration as Iceberg does; no other file knows these keys. */
public final class IcebergProperties {
  /**
   * Makes Nessie's client use Java's elder HTTP client. With the newer one a connection may be
   * closed by whoever read its last answer when somebody else asks by it already.
   */
  public static final String PLAIN_CONNECTIONS = "force-url-connection-client";

  private IcebergProperties() {}

  /** The properties of a catalog that reads and writes the configured reference. */
  public static Map<String, String> of(CatalogConfig config) {
    return of(config, config.reference(), Optional.empty());
  }

  /**
   * The properties of a catalog at one reference.
   *
   * @param reference a branch or tag
   * @param hash the hash to pin, which makes the catalog read-only
   */
  public static Map<String, String> of(
      CatalogConfig config, String reference, Optional<String> hash) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(CatalogProperties.URI, config.uri().toString());
    properties.put("ref", reference);
    hash.ifPresent(pinned -> properties.put("ref.hash", pinned));
    properties.put(CatalogProperties.WAREHOUSE_LOCATION, config.warehouse());
    properties.put(CatalogProperties.CACHE_ENABLED, "false");
    properties.put(PLAIN_CONNECTIONS, "true");
    if (config.warehouse().startsWith("file:")) {
      properties.put(CatalogProperties.FILE_IO_IMPL, "lakehouse.catalog.io.LocalFileIO");
    }
    properties.putAll(config.properties());
    return properties;
  }
}
