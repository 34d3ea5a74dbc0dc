package lakehouse.load.reconcile;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IcebergProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.SparkSession;

/** A small Spark session that reads the lake at one hash. */
public final class LakeSession {
  private static final String CATALOG = "lake";

  private LakeSession() {}

  /**
   * Opens one; sessions of a process share its Spark and nothing else.
   *
   * @param hash the catalog commit to read
   */
  public static SparkSession open(CatalogConfig config, String hash) {
    SparkSession session = local().getOrCreate().newSession();
    String prefix = "spark.sql.catalog." + CATALOG;
    session.conf().set("spark.sql.session.timeZone", "UTC");
    session.conf().set("spark.sql.caseSensitive", true);
    session.conf().set("spark.sql.shuffle.partitions", 4);
    session.conf().set(prefix, "org.apache.iceberg.spark.SparkCatalog");
    session.conf().set(prefix + ".catalog-impl", "org.apache.iceberg.nessie.NessieCatalog");
    IcebergProperties.of(config, config.reference(), Optional.of(hash))
        .forEach((key, value) -> session.conf().set(prefix + "." + key, value));
    return session;
  }

  /** Spark on this machine's cores, heard of by nobody, for a session of one's own. */
  public static SparkSession.Builder builder() {
    return local();
  }

  /** Spark on this machine's cores, heard of by nobody. */
  static SparkSession.Builder local() {
    // warns of a host name that resolves to a loopback address, which is all that is wanted here
    Configurator.setLevel("org.apache.spark.util.Utils", Level.ERROR);
    return SparkSession.builder()
        .appName("lake reconcile")
        .master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
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
