package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.status.LoadNotice;
import org.postgresql.PGConnection;

/**
 * A snapshot of the source and its consistent point: the snapshot shows exactly the transactions
 * whose commit record lies before the point. It is kept, and any number of sessions may read in it,
 * until this is closed or the connection breaks.
 */
final class SnapshotHolder implements AutoCloseable {
  /** How to come by the pair. */
  enum Slot {
    /** Make the permanent slot, whose stream begins at the point. */
    PERMANENT,
    /** Make a slot for the pair alone; it is gone with the end of its session. */
    TEMPORARY
  }

  private final String slot;
  private final Connection session;
  private final String snapshot;
  private final long point;

  private SnapshotHolder(String slot, Connection session, String snapshot, long point) {
    this.slot = slot;
    this.session = session;
    this.snapshot = snapshot;
    this.point = point;
  }

  /**
   * Makes a slot and takes its snapshot. PostgreSQL lets the writers that run at this moment, and
   * prepared transactions, end first.
   *
   * @param patience how long to wait for them
   * @throws LakeException if they did not end in time; no slot is left, and the message names them
   */
  static SnapshotHolder take(PostgresSessions sessions, Slot slot, Duration patience)
      throws SQLException {
    String name =
        slot == Slot.PERMANENT
            ? sessions.source().slot()
            : "lakehouse_load_" + Long.toHexString(System.nanoTime());
    String create =
        "CREATE_REPLICATION_SLOT %s %s LOGICAL pgoutput EXPORT_SNAPSHOT"
            .formatted(PostgresSql.identifier(name), slot == Slot.TEMPORARY ? "TEMPORARY" : "");
    Connection session = sessions.open();
    // The exported snapshot lives until the replication session's next command.
    try (Connection replication = sessions.openReplication();
        Statement statement = replication.createStatement();
        ResultSet created = patiently(sessions, statement, create, patience)) {
      created.next();
      long point = PostgresSql.lsn(created.getString("consistent_point"));
      session.setAutoCommit(false);
      try (Statement importing = session.createStatement()) {
        importing.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        importing.execute(
            "SET TRANSACTION SNAPSHOT " + PostgresSql.literal(created.getString("snapshot_name")));
        try (ResultSet exported =
            importing.executeQuery("SELECT pg_catalog.pg_export_snapshot()")) {
          exported.next();
          return new SnapshotHolder(
              sessions.source().slot(), session, exported.getString(1), point);
        }
      }
    } catch (SQLException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** The name under which other sessions import the snapshot. */
  String snapshot() {
    return snapshot;
  }

  /** The first log position at which a commit record is not in the snapshot. */
  long point() {
    return point;
  }

  /** The holding session, whose queries see the snapshot. */
  Connection session() {
    return session;
  }

  /** Whether the snapshot can still be imported. */
  boolean isHeld() throws SQLException {
    return session.isValid(10);
  }

  /** Tells how far the load is to whoever asks the server for its sessions. */
  void tell(LoadNotice notice) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute("SET application_name = " + PostgresSql.literal(notice.name(slot)));
    }
  }

  /** Begins a transaction of a session that sees the snapshot. */
  static void enter(Connection session, String snapshot) throws SQLException {
    session.setAutoCommit(false);
    try (Statement statement = session.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      statement.execute("SET TRANSACTION SNAPSHOT " + PostgresSql.literal(snapshot));
    }
  }

  private static ResultSet patiently(
      PostgresSessions sessions, Statement statement, String create, Duration patience)
      throws SQLException {
    PostgresSessions.waitForEver(statement.getConnection());
    ExecutorService waiter = Executors.newSingleThreadExecutor();
    try {
      Future<ResultSet> creating = waiter.submit(() -> statement.executeQuery(create));
      try {
        return creating.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        LakeException blocked = blocked(sessions, statement.getConnection(), patience);
        statement.cancel();
        return atTheLastMoment(creating, blocked);
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      statement.cancel();
      throw new IllegalStateException("Interrupted while a slot was made", e);
    } finally {
      waiter.shutdown();
    }
  }

  /** The slot after all, if it came before it was cancelled. */
  private static ResultSet atTheLastMoment(Future<ResultSet> creating, LakeException blocked)
      throws InterruptedException {
    try {
      return creating.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw blocked;
    }
  }

  private static LakeException blocked(
      PostgresSessions sessions, Connection replication, Duration patience) throws SQLException {
    int self = replication.unwrap(PGConnection.class).getBackendPID();
    List<String> blockers = new ArrayList<>();
    try (Connection connection = sessions.open();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                """
                SELECT format('session %%s (user %%s, application %%s, state %%s) since %%s',
                    pid, usename, application_name, state, xact_start), xact_start AS since
                FROM pg_catalog.pg_stat_activity
                WHERE backend_xid IS NOT NULL AND pid NOT IN (%d, pg_catalog.pg_backend_pid())
                UNION ALL
                SELECT format('prepared transaction %%L (user %%s, database %%s) since %%s',
                    gid, owner, database, prepared), prepared
                FROM pg_catalog.pg_prepared_xacts
                ORDER BY since
                LIMIT 20
                """
                    .formatted(self))) {
      while (result.next()) {
        blockers.add(result.getString(1));
      }
    }
    return new LakeException(
        ExitCode.PREFLIGHT,
        """
        The load of source %s could not begin: a replication slot can be made only when every \
        transaction that writes at that moment has ended, and after %d s these had not:
        %s
        Nothing was left behind. End them (COMMIT, ROLLBACK, ROLLBACK PREPARED, or \
        pg_terminate_backend), then run again."""
            .formatted(
                sessions.source().name(),
                patience.toSeconds(),
                blockers.stream().map(b -> "  - " + b).collect(Collectors.joining("\n"))));
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }
}
