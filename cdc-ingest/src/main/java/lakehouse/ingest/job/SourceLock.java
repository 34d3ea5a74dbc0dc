package lakehouse.ingest.job;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.StateMismatchException;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.SourceConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second capture of a source away while it is held: an advisory lock in the source's
 * database, which the server lets go of when this process ends, however it ends. Without it a
 * second capture that starts while the first one loads, when no slot is in use yet, would drop the
 * first one's slot. A server that restarts lets go of it too, while the capture goes on by itself,
 * so it is taken again then.
 */
final class SourceLock implements SourceKind.Lock {
  private static final Logger LOG = LoggerFactory.getLogger(SourceLock.class);

  /** The half of the lock's name that says whose it is: "lake". */
  private static final int OURS = 0x6c616b65;

  private static final String TAKE = "SELECT pg_try_advisory_lock(?, hashtext(?))";

  private static final String HOLDER =
      """
      SELECT l.pid
      FROM pg_locks l
      JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
      WHERE l.locktype = 'advisory'
        AND l.classid = ?
        AND l.objid::bigint = hashtext(?)::bigint & x'ffffffff'::bigint
        AND l.granted
      """;

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int ANSWER_SECONDS = 10;

  private final PostgresConfig source;
  private final Thread keeping;
  private Connection connection;
  private volatile boolean closed;

  private SourceLock(PostgresConfig source, Connection connection) {
    this.source = source;
    this.connection = connection;
    this.keeping = new Thread(this::keep, "source-lock");
    keeping.setDaemon(true);
    keeping.start();
  }

  private void keep() {
    while (!closed) {
      LockSupport.parkNanos(LOOK_NANOS);
      try {
        takeAgain();
      } catch (SQLException e) {
        LOG.debug("Source {}: its lock cannot be taken again yet", source.name(), e);
      }
    }
  }

  private synchronized void takeAgain() throws SQLException {
    if (closed || connection.isValid(ANSWER_SECONDS)) {
      return;
    }
    close(connection);
    connection = session(source);
    if (taken(connection, source)) {
      LOG.info("Source {}: its lock was lost, and is held again", source.name());
    } else {
      close(connection); // the next look tries again; what is committed is safe by the catalog
      LOG.warn("Source {}: its lock was lost, and another capture holds it", source.name());
    }
  }

  /**
   * Takes the lock.
   *
   * @throws StateMismatchException if another capture of the source holds it
   */
  static SourceLock take(PostgresConfig source) {
    Connection connection = null;
    try {
      connection = session(source);
      if (taken(connection, source)) {
        return new SourceLock(source, connection);
      }
      StateMismatchException held =
          new StateMismatchException(
              """
              Source %1$s is being captured already: server process %2$d holds its lock.
              Stop the other ingest, or, if it is gone and its session hangs, end it with \
              SELECT pg_terminate_backend(%2$d);"""
                  .formatted(source.name(), holder(connection, source)));
      connection.close();
      throw held;
    } catch (SQLException e) {
      close(connection);
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "Source %s cannot be locked for this capture (%s)."
              .formatted(source.name(), e.getMessage()),
          e);
    }
  }

  /**
   * Takes the lock, unless a capture of the source holds it.
   *
   * @return the lock, or empty
   */
  static Optional<SourceLock> tryTake(PostgresConfig source) {
    try {
      return Optional.of(take(source));
    } catch (StateMismatchException held) {
      return Optional.empty();
    }
  }

  /** Whether a capture of the source holds the lock. */
  static boolean isHeld(PostgresConfig source) throws SQLException {
    try (Connection connection = SourceConnection.open(source, "lakehouse lock")) {
      return holder(connection, source) != 0;
    }
  }

  private static Connection session(PostgresConfig source) throws SQLException {
    Connection connection = SourceConnection.open(source, "lakehouse lock");
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET idle_session_timeout = 0");
      return connection;
    } catch (SQLException e) {
      close(connection);
      throw e;
    }
  }

  private static boolean taken(Connection connection, PostgresConfig source) throws SQLException {
    try (PreparedStatement take = connection.prepareStatement(TAKE)) {
      take.setInt(1, OURS);
      take.setString(2, source.slot());
      try (ResultSet row = take.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static int holder(Connection connection, PostgresConfig source) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(HOLDER)) {
      query.setInt(1, OURS);
      query.setString(2, source.slot());
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? row.getInt(1) : 0;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(keeping);
    synchronized (this) {
      close(connection);
    }
  }

  private static void close(@org.jspecify.annotations.Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      LOG.debug("Cannot close the session of the lock", e);
    }
  }
}
