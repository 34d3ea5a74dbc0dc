package lakehouse.catalog.config;

import java.io.Serializable;
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
    @Key(
            value = "The Nessie server's API, version 2.",
            pattern = "https?://.+/api/v2/?",
            expected = "the address of Nessie's API, such as http://localhost:19120/api/v2")
        URI uri,
    @Key(
            value = "The branch that holds the published lake.",
            defaultValue = "main",
            pattern = "[A-Za-z][A-Za-z0-9._/-]*",
            expected = "the name of a branch")
        String reference,
    @Key(
            value =
                "Where tables are stored. A file: location is taken literally: no percent-encoding.",
            pattern = "(file|s3|s3a|gs|abfs|abfss|hdfs):/.+",
            expected = "a location such as s3://bucket/warehouse or file:///path/warehouse")
        String warehouse,
    @Key(
            value =
                "Further properties for Iceberg's catalog and file access, as Iceberg spells them,"
                    + " such as s3.endpoint. Secrets among them by reference only.",
            defaultValue = "{}")
        Map<String, String> properties)
    implements Serializable {
  public CatalogConfig {
    properties = Map.copyOf(properties);
  }

  /** Secrets among the properties show as {@code ***}. */
  @Override
  public String toString() {
    return "CatalogConfig[uri=%s, reference=%s, warehouse=%s, properties=%s]"
        .formatted(uri, reference, warehouse, Redaction.of(properties));
  }
}
