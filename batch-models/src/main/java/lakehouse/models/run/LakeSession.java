package lakehouse.models.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IcebergProperties;
import lakehouse.models.model.Names;
import lakehouse.models.optimize.LakeExtensions;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.collection.JavaConverters;

/** Opens Spark on the lake. */
public final class LakeSession {
  /** Below this, generating and compiling code for all of a run takes longer than it saves. */
  public static final long TINY_BYTES = 32L << 20;

  /** So many rows pay for generating and compiling the code of one query, whatever the run's. */
  static final long ROWS_WORTH_CODE = 50_000;

  /** Below this, planning again between stages takes longer than it saves. */
  private static final long SMALL_BYTES = 256L << 20;

  /** What Spark takes for the size where it knows none is more than this. */
  private static final long UNKNOWN = 1L << 60;

  /** Of files; in memory, where a task sorts them, rows take tens of times as much. */
  private static final long BYTES_PER_SHUFFLE_PARTITION = 8L << 20;

  private static final int MOST_SHUFFLE_PARTITIONS = 4_000;
  private static final String WHOLE_STAGE = "spark.sql.codegen.wholeStage";

  private LakeSession() {}

  /**
   * Opens a session whose catalog {@code lake} stands at a reference. There is one session in a
   * process; it is local unless the process was started by {@code spark-submit}.
   *
   * @param config where the lake is
   * @param reference the branch or tag
   * @param hash the hash to pin; the session reads only, then
   * @param bytes about how many bytes the work reads, by which it is cut into tasks
   */
  public static SparkSession open(
      CatalogConfig config, String reference, Optional<String> hash, long bytes) {
    SparkSession.Builder builder =
        local(bytes)
            .config(
                "spark.sql.extensions",
                "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions,"
                    + LakeExtensions.class.getName())
            .config("spark.sql.defaultCatalog", Names.CATALOG);
    String prefix = "spark.sql.catalog." + Names.CATALOG;
    builder.config(prefix, "org.apache.iceberg.spark.SparkCatalog");
    builder.config(prefix + ".catalog-impl", "org.apache.iceberg.nessie.NessieCatalog");
    for (Map.Entry<String, String> property :
        IcebergProperties.of(config, reference, hash).entrySet()) {
      builder.config(prefix + "." + property.getKey(), property.getValue());
    }
    return builder.getOrCreate();
  }

  /** Opens a session without any lake, for about so many bytes of work. */
  public static SparkSession open(long bytes) {
    return local(bytes).getOrCreate();
  }

  private static SparkSession.Builder local(long bytes) {
    // These warn of what is meant: loopback, pools made on demand, wide plans.
    for (String logger :
        List.of(
            "org.apache.spark.util.Utils",
            "org.apache.spark.scheduler.FairSchedulableBuilder",
            "org.apache.spark.sql.catalyst.util.SparkStringUtils",
            "org.apache.spark.sql.execution.window.WindowExec")) {
      Configurator.setLevel(logger, Level.ERROR);
    }
    SparkSession.Builder builder = SparkSession.builder().appName("lake models");
    if (System.getProperty("spark.master") == null) {
      // These tell of a failure that whoever catches it tells, in fewer words.
      for (String logger :
          List.of(
              "org.apache.spark.TaskContextImpl",
              "org.apache.spark.executor.Executor",
              "org.apache.spark.scheduler.TaskSetManager",
              "org.apache.spark.storage.BlockManager",
              "org.apache.spark.sql.execution.datasources.v2",
              "org.apache.spark.util.Utils")) {
        Configurator.setLevel(logger, Level.OFF);
      }
      builder
          .master("local[*]")
          .config("spark.driver.host", "127.0.0.1")
          .config("spark.driver.bindAddress", "127.0.0.1");
    }
    return builder
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.scheduler.mode", "FAIR")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.datetime.java8API.enabled", "true")
        // a value that does not fit is an error, never null
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.sources.partitionOverwriteMode", "static")
        .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir") + "/lake-spark")
        .config(new HashMap<String, Object>(sized(bytes)));
  }

  /**
   * A query, run as fits the size of what it reads, which is known once it is planned.
   *
   * @param spark a session that was opened for little; what it was asked before does not matter
   */
  public static Dataset<Row> query(SparkSession spark, String sql) {
    size(spark, 0);
    Dataset<Row> planned = spark.sql(sql);
    long bytes =
        JavaConverters.seqAsJavaList(
                planned.queryExecution().optimizedPlan().collectLeaves().toSeq())
            .stream()
            .map(leaf -> leaf.stats().sizeInBytes())
            // what does not know its size, as a table about a table, is small
            .mapToLong(size -> size.isValidLong() && size.toLong() < UNKNOWN ? size.toLong() : 0)
            .sum();
    if (bytes <= TINY_BYTES) {
      return planned;
    }
    size(spark, bytes);
    return spark.sql(sql);
  }

  private static void size(SparkSession spark, long bytes) {
    sized(bytes).forEach((key, value) -> spark.conf().set(key, value));
  }

  /**
   * A session of the same lake that generates code, for the larger queries of a run whose others
   * are tiny; it has views of its own.
   */
  static SparkSession withCode(SparkSession session) {
    if (session.conf().get(WHOLE_STAGE).equals("true")) {
      return session;
    }
    SparkSession coded = session.newSession();
    code(true).forEach((key, value) -> coded.conf().set(key, value));
    return coded;
  }

  private static Map<String, String> sized(long bytes) {
    Map<String, String> sized = new HashMap<>(code(bytes > TINY_BYTES));
    sized.put("spark.sql.shuffle.partitions", Integer.toString(shufflePartitions(bytes)));
    sized.put("spark.sql.adaptive.enabled", Boolean.toString(bytes > SMALL_BYTES));
    return sized;
  }

  private static Map<String, String> code(boolean generated) {
    return Map.of(
        WHOLE_STAGE,
        Boolean.toString(generated),
        "spark.sql.subexpressionElimination.enabled",
        Boolean.toString(generated),
        "spark.sql.codegen.factoryMode",
        generated ? "FALLBACK" : "NO_CODEGEN");
  }

  static int shufflePartitions(long bytes) {
    int cores = Runtime.getRuntime().availableProcessors();
    long wanted = bytes / BYTES_PER_SHUFFLE_PARTITION;
    return (int) Math.max(Math.min(cores, 4), Math.min(wanted, MOST_SHUFFLE_PARTITIONS));
  }
}
