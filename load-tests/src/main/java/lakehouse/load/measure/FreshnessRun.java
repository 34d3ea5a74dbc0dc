package lakehouse.load.measure;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.load.measure.FreshnessReport.Latency;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.LakePrograms.Running;
import org.HdrHistogram.Histogram;
import org.postgresql.replication.LogSequenceNumber;

/**
 * One run: transactions are due at fixed times and committed then, or as soon after as the client
 * can, while another thread watches the catalog's position pass them. A delay counts from when the
 * transaction was due, so that one that had to wait for the one before counts in full.
 */
final class FreshnessRun {
  /** Changes of one transaction. */
  static final int CHANGES = 50;

  private static final String SOURCE = "fresh";
  private static final long LOOK_EVERY_NANOS = Duration.ofMillis(10).toNanos();
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int DIGITS = 3;

  private final int rate;
  private final int tables;
  private final Duration duration;
  private final Duration checkpointInterval;
  private final MeasuredLake lake;

  /** Transactions in the order of the log, between client and watcher. */
  private final Queue<Committed> committed = new ConcurrentLinkedQueue<>();

  /**
   * @param lsn where the log was once it was committed
   */
  private record Committed(long dueNanos, long lsn) {}

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
    ExecutorService client = Executors.newSingleThreadExecutor();
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig());
        CatalogCommit states = new CatalogCommit(catalog)) {
      awaitStream(ingest, states);
      CatalogLog log = new CatalogLog(catalog);
      long commits = log.captured().commits();
      Instant startedAt = Instant.now();
      long beginNanos = System.nanoTime();
      Future<Duration> changing = client.submit(changing(platform, beginNanos));
      List<Histogram> minutes = watch(ingest, states, changing, beginNanos);
      long transactions = minutes.stream().mapToLong(Histogram::getTotalCount).sum();
      return new FreshnessReport(
          startedAt,
          Runtime.getRuntime().availableProcessors(),
          rate,
          transactions * (double) CHANGES / (changing.get().toNanos() / 1e9),
          log.captured().commits() - commits,
          latency(sum(minutes)),
          minutes.stream().map(FreshnessRun::latency).toList());
    } finally {
      client.shutdownNow();
    }
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

  /** Commits what is due when it is due; says how long that took. */
  private Callable<Duration> changing(PlatformFile platform, long beginNanos) {
    return () -> {
      long transactions = duration.toSeconds() * rate / CHANGES;
      double nanosBetween = 1e9 * CHANGES / rate;
      try (Connection connection = connect(platform, SOURCE);
          Statement statement = connection.createStatement()) {
        for (long i = 0; i < transactions; i++) {
          long dueNanos = beginNanos + (long) (i * nanosBetween);
          for (long left = dueNanos - System.nanoTime();
              left > 0;
              left = dueNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
          }
          statement.execute(insert(i));
          try (ResultSet lsn = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
            lsn.next();
            committed.add(
                new Committed(dueNanos, LogSequenceNumber.valueOf(lsn.getString(1)).asLong()));
          }
        }
      }
      return Duration.ofNanos(System.nanoTime() - beginNanos);
    };
  }

  private String insert(long transaction) {
    return """
    INSERT INTO t%d
    SELECT i, now(), i / 7.0, 'note ' || i %% 100
    FROM generate_series(%d, %d) AS i"""
        .formatted(
            transaction % tables, transaction * CHANGES, transaction * CHANGES + CHANGES - 1);
  }

  private List<Histogram> watch(
      Running ingest, CatalogCommit states, Future<Duration> changing, long beginNanos)
      throws Exception {
    List<Histogram> minutes = new ArrayList<>();
    long movedNanos = System.nanoTime();
    while (!(changing.isDone() && committed.isEmpty())) {
      if (changing.isDone()) {
        changing.get(); // what broke it is the cause
      }
      ingest.requireAlive();
      Optional<SourceState> state = states.state(SOURCE);
      long now = System.nanoTime();
      long held = state.map(SourceState::lsn).orElse(0L);
      for (Committed next = committed.peek();
          next != null && next.lsn() <= held;
          next = committed.peek()) {
        int minute = (int) ((next.dueNanos() - beginNanos) / Duration.ofMinutes(1).toNanos());
        while (minutes.size() <= minute) {
          minutes.add(new Histogram(DIGITS));
        }
        minutes.get(minute).recordValue((now - next.dueNanos()) / 1_000);
        committed.remove();
        movedNanos = now;
      }
      if (now - movedNanos > PATIENCE.toNanos()) {
        throw ingest.failure("has captured nothing for %d minutes".formatted(PATIENCE.toMinutes()));
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
    return minutes;
  }

  private static Histogram sum(List<Histogram> minutes) {
    Histogram all = new Histogram(DIGITS);
    minutes.forEach(all::add);
    return all;
  }

  private static Latency latency(Histogram micros) {
    return new Latency(
        micros.getTotalCount(),
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(99) / 1e3,
        micros.getMaxValue() / 1e3);
  }
}
