package lakehouse.load.reconcile;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IcebergProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.SparkSession;

/** A small Spark session that reads the lake at one hash. */
final class LakeSession {
  private static final String CATALOG = "lake";

  private LakeSession() {}

  static SparkSession open(CatalogConfig config, String hash) {
    SparkSession.Builder builder = local();
    String prefix = "spark.sql.catalog." + CATALOG;
    builder
        .config(prefix, "org.apache.iceberg.spark.SparkCatalog")
        .config(prefix + ".catalog-impl", "org.apache.iceberg.nessie.NessieCatalog");
    IcebergProperties.of(config, config.reference(), Optional.of(hash))
        .forEach((key, value) -> builder.config(prefix + "." + key, value));
    return builder.getOrCreate();
  }

  /** A session on this machine's cores, heard of by nobody. */
  static SparkSession.Builder local() {
    return SparkSession.builder()
        .appName("lake reconcile")
        .master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.caseSensitive", "true")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.scheduler.mode", "FAIR");
  }

  /** A table's name in the session's SQL. */
  static String name(TableIdentifier table) {
    return Stream.of(
            Stream.of(CATALOG), Arrays.stream(table.namespace().levels()), Stream.of(table.name()))
        .flatMap(part -> part)
        .map(SqlName::ticked)
        .collect(Collectors.joining("."));
  }
}
