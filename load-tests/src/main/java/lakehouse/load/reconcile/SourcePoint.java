package lakehouse.load.reconcile;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.PostgresConfig;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;

/**
 * An exact place in a source's history: a position of its log, and what the database held there. It
 * comes from the making of a temporary replication slot, which gives both; the slot is gone as soon
 * as the snapshot is imported, or its session lost.
 *
 * @param systemIdentifier the server's own
 * @param timeline the server's
 * @param lsn the snapshot holds exactly what was committed by a record that begins before it
 * @param postgres the source at the snapshot
 * @param xmin transactions below were all committed or taken back
 * @param xmax transactions from here on had not begun
 * @param running those between that were under way
 */
record SourcePoint(
    String systemIdentifier,
    int timeline,
    long lsn,
    PostgresDigest postgres,
    long xmin,
    long xmax,
    List<Long> running) {
  private static final String SLOT_PREFIX = "lake_reconcile_";

  private static final String WRITERS =
      """
      SELECT string_agg(who, ', ')
      FROM (
        SELECT format('process %s of %s since %s', pid, usename, xact_start) AS who
        FROM pg_stat_activity
        WHERE backend_xid IS NOT NULL
        UNION ALL
        SELECT format('prepared transaction %s', gid)
        FROM pg_prepared_xacts
      ) w
      """;

  SourcePoint {
    running = List.copyOf(running);
  }

  /**
   * Takes the source as it is now.
   *
   * @param patience how long to wait for transactions that write
   */
  static SourcePoint take(PostgresConfig source, Duration patience) {
    String slot = SLOT_PREFIX + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    try (Connection replication = openReplication(source);
        Statement statement = replication.createStatement()) {
      String system;
      int timeline;
      try (ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
        row.next();
        system = row.getString("systemid");
        timeline = row.getInt("timeline");
      }
      long lsn;
      String snapshot;
      // the exported snapshot lives until this session's next command
      try (ResultSet row =
          patiently(
              source,
              replication,
              statement,
              "CREATE_REPLICATION_SLOT %s TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT"
                  .formatted(slot),
              patience)) {
        row.next();
        lsn = LogSequenceNumber.valueOf(row.getString("consistent_point")).asLong();
        snapshot = row.getString("snapshot_name");
      }
      PostgresDigest postgres = PostgresDigest.open(source, snapshot);
      try {
        PostgresDigest.Visible visible = postgres.visible();
        return new SourcePoint(
            system, timeline, lsn, postgres, visible.xmin(), visible.xmax(), visible.running());
      } catch (RuntimeException e) {
        postgres.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          Source %s gives no position: %s.
          A temporary replication slot is made for it: the role %s needs REPLICATION, and the server a free slot \
          (max_replication_slots). With --at-rest none is needed, while nothing changes."""
              .formatted(source.name(), e.getMessage(), source.user()),
          e);
    }
  }

  String position() {
    return LogSequenceNumber.valueOf(lsn).asString();
  }

  private static ResultSet patiently(
      PostgresConfig source,
      Connection replication,
      Statement statement,
      String sql,
      Duration patience)
      throws SQLException {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<ResultSet> created = thread.submit(() -> statement.executeQuery(sql));
      return created.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      String writers = writers(source);
      statement.cancel();
      replication.abort(Runnable::run);
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          Source %s gives no position: it waits for transactions that write, and they did not end in %d s: %s.
          Run again when they have, or wait longer with --patience."""
              .formatted(source.name(), patience.toSeconds(), writers),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      replication.abort(Runnable::run);
      throw new IllegalStateException("Interrupted while waiting for a position", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException sqlException) {
        throw sqlException;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      thread.shutdownNow();
    }
  }

  private static String writers(PostgresConfig source) throws SQLException {
    try (Connection connection = DriverManager.getConnection(source.jdbcUrl(), login(source));
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(WRITERS)) {
      row.next();
      return Stream.ofNullable(row.getString(1)).findFirst().orElse("unknown ones");
    }
  }

  /**
   * Writes a message into the source's log, after which a source that is idle has a position beyond
   * every earlier one.
   */
  static void advance(PostgresConfig source) {
    try (Connection connection = DriverManager.getConnection(source.jdbcUrl(), login(source));
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_catalog.pg_logical_emit_message(true, 'lakehouse.reconcile', '')");
    } catch (SQLException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "Source %s takes no message into its log: %s.".formatted(source.name(), e.getMessage()),
          e);
    }
  }

  private static Connection openReplication(PostgresConfig source) throws SQLException {
    Properties properties = login(source);
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
    return DriverManager.getConnection(source.jdbcUrl(), properties);
  }

  private static Properties login(PostgresConfig source) {
    Properties properties = new Properties();
    PGProperty.USER.set(properties, source.user());
    PGProperty.PASSWORD.set(properties, source.password().reveal());
    PGProperty.APPLICATION_NAME.set(properties, "lake reconcile");
    PGProperty.CONNECT_TIMEOUT.set(properties, 10);
    return properties;
  }
}
