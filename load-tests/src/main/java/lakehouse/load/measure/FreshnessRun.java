package lakehouse.load.measure;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.load.measure.FreshnessReport.Latency;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.LakePrograms.Running;
import org.HdrHistogram.Histogram;

/** One run of changes at a steady rate over some tables; see {@link OpenLoop}. */
final class FreshnessRun {
  /** Changes of one transaction. */
  static final int CHANGES = 50;

  private static final String SOURCE = "fresh";

  private final int rate;
  private final int tables;
  private final Duration duration;
  private final Duration checkpointInterval;
  private final MeasuredLake lake;

  FreshnessRun(
      int rate, int tables, Duration duration, Duration checkpointInterval, MeasuredLake lake) {
    this.rate = rate;
    this.tables = tables;
    this.duration = duration;
    this.checkpointInterval = checkpointInterval;
    this.lake = lake;
  }

  FreshnessReport run() throws Exception {
    PlatformFile platform = lake.start();
    createTables(platform);
    Path config = lake.configure(SOURCE, "native", SOURCE, SOURCE);
    Running ingest =
        lake.programs()
            .start(
                "ingest",
                "ingest",
                "--config",
                config.toString(),
                "--checkpoint-interval",
                checkpointInterval.toString());
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig());
        CatalogCommit states = new CatalogCommit(catalog)) {
      awaitStream(ingest, states);
      CatalogLog log = new CatalogLog(catalog);
      long commits = log.captured().commits();
      Instant startedAt = Instant.now();
      double nanosBetween = 1e9 * CHANGES / rate;
      long transactions = duration.toSeconds() * rate / CHANGES;
      OpenLoop.Result result =
          new OpenLoop(
                  i -> (long) (i * nanosBetween),
                  transactions,
                  (i, statement) -> statement.execute(insert(i)))
              .run(
                  1,
                  () -> connect(platform, SOURCE),
                  () -> states.state(SOURCE).map(SourceState::lsn).orElse(0L),
                  watched(ingest));
      return new FreshnessReport(
          startedAt,
          Runtime.getRuntime().availableProcessors(),
          rate,
          transactions * (double) CHANGES / (result.changing().toNanos() / 1e9),
          log.captured().commits() - commits,
          latency(result.all()),
          result.minutes().stream().map(FreshnessRun::latency).toList());
    }
  }

  private static OpenLoop.Watched watched(Running ingest) {
    return new OpenLoop.Watched() {
      @Override
      public void requireAlive() {
        ingest.requireAlive();
      }

      @Override
      public RuntimeException standstill(String what) {
        return ingest.failure(what);
      }
    };
  }

  private void createTables(PlatformFile platform) throws SQLException {
    try (Connection connection = connect(platform, "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE %s TEMPLATE template0".formatted(SOURCE));
    }
    try (Connection connection = connect(platform, SOURCE);
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < tables; i++) {
        statement.execute(
            "CREATE TABLE t%d (id bigint PRIMARY KEY, at timestamptz, value numeric(12,3), note text)"
                .formatted(i));
      }
      statement.execute("CREATE PUBLICATION %s FOR ALL TABLES".formatted(SOURCE));
    }
  }

  private Connection connect(PlatformFile platform, String database) throws SQLException {
    return java.sql.DriverManager.getConnection(
        platform.jdbcUrl(database),
        platform.postgresUser(),
        platform.postgresPassword(lake.data()).reveal());
  }

  private static void awaitStream(Running ingest, CatalogCommit states)
      throws InterruptedException {
    while (states.state(SOURCE).filter(state -> state.lsn() > 0).isEmpty()) {
      ingest.requireAlive();
      Thread.sleep(100);
    }
  }

  private String insert(long transaction) {
    return """
    INSERT INTO t%d
    SELECT i, now(), i / 7.0, 'note ' || i %% 100
    FROM generate_series(%d, %d) AS i"""
        .formatted(
            transaction % tables, transaction * CHANGES, transaction * CHANGES + CHANGES - 1);
  }

  private static Latency latency(Histogram micros) {
    return new Latency(
        micros.getTotalCount(),
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(99) / 1e3,
        micros.getMaxValue() / 1e3);
  }
}
