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

  /** The class that reads and writes files. */
  public static final String FILE_IO = CatalogProperties.FILE_IO_IMPL;

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
    properties.putAll(ofFiles(config.warehouse(), config.properties()));
    return properties;
  }

  /**
   * The properties of the access to files.
   *
   * @param location where they are; its scheme tells what reads and writes them
   * @param given what the configuration says, which wins
   */
  public static Map<String, String> ofFiles(String location, Map<String, String> given) {
    Map<String, String> properties = new LinkedHashMap<>();
    if (location.startsWith("file:")) {
      properties.put(FILE_IO, "lakehouse.catalog.io.LocalFileIO");
    } else if (location.startsWith("s3:") || location.startsWith("s3a:")) {
      properties.put(FILE_IO, "org.apache.iceberg.aws.s3.S3FileIO");
      // of all services of AWS this one asks for S3 alone
      properties.put(
          "s3.client-factory-impl", "org.apache.iceberg.aws.s3.DefaultS3FileIOAwsClientFactory");
      if (given.containsKey("s3.endpoint")) {
        // as a server has it that is not Amazon's: buckets are no host names, regions no places
        properties.put("s3.path-style-access", "true");
        properties.put("client.region", "us-east-1");
      }
    } else {
      properties.put(FILE_IO, "org.apache.iceberg.hadoop.HadoopFileIO");
    }
    properties.putAll(given);
    return properties;
  }
}
