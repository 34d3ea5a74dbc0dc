package lakehouse.load.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.load.reconcile.LakeSession;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Spark's own way to bring a table into Iceberg: a JDBC read, cut in as many parts as cores. */
@Command(
    name = "peer-spark-jdbc",
    hidden = true,
    description = "Reads a table by Spark's JDBC source and writes it to Iceberg.")
public final class SparkJdbcPeer implements Callable<Integer> {
  private static final int PARTS = 2;

  @Option(names = "--host", required = true)
  private String host = "";

  @Option(names = "--port", required = true)
  private int port;

  @Option(names = "--database", required = true)
  private String database = "";

  @Option(names = "--user", required = true)
  private String user = "";

  @Option(names = "--password-file", required = true)
  private Path passwordFile = Path.of("");

  @Option(names = "--table", required = true)
  private String table = "";

  @Option(names = "--split-by", required = true)
  private String splitBy = "";

  @Option(names = "--into", required = true)
  private Path into = Path.of("");

  @Override
  public Integer call() throws IOException {
    SparkSession spark =
        LakeSession.builder()
            .config("spark.sql.catalog.peer", "org.apache.iceberg.spark.SparkCatalog")
            .config("spark.sql.catalog.peer.type", "hadoop")
            .config("spark.sql.catalog.peer.warehouse", into.toString())
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate();
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", Files.readString(passwordFile).strip());
    properties.setProperty("driver", "org.postgresql.Driver");
    properties.setProperty("fetchsize", "10000");
    String url = "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
    Row bounds =
        spark
            .read()
            .jdbc(
                url,
                "(SELECT min(%1$s) AS low, max(%1$s) AS high FROM %2$s) b"
                    .formatted(splitBy, table),
                properties)
            .first();
    spark
        .read()
        .jdbc(url, table, splitBy, bounds.getLong(0), bounds.getLong(1), PARTS, properties)
        .writeTo("peer.db.reading")
        .tableProperty("write.parquet.compression-codec", "zstd")
        .tableProperty("write.parquet.compression-level", "1")
        .createOrReplace();
    spark.stop();
    return ExitCode.DONE.value();
  }
}
