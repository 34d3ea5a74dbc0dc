package lakehouse.ingest.job;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.StateMismatchException;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.capture.SourceConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second capture of a source away while it is held: an advisory lock in the source's
 * database, which the server lets go of when this process ends, however it ends. Without it a
 * second capture that starts while the first one loads, when no slot is in use yet, would drop the
 * first one's slot.
 */
final class SourceLock implements AutoCloseable {
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

  private final Connection connection;

  private SourceLock(Connection connection) {
    this.connection = connection;
  }

  /**
   * Takes the lock.
   *
   * @throws StateMismatchException if another capture of the source holds it
   */
  static SourceLock take(SourceConfig source) {
    Connection connection = null;
    try {
      connection = SourceConnection.open(source, "lakehouse lock");
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET idle_session_timeout = 0");
      }
      if (taken(connection, source)) {
        return new SourceLock(connection);
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
  static Optional<SourceLock> tryTake(SourceConfig source) {
    try {
      return Optional.of(take(source));
    } catch (StateMismatchException held) {
      return Optional.empty();
    }
  }

  /** Whether a capture of the source holds the lock. */
  static boolean isHeld(SourceConfig source) throws SQLException {
    try (Connection connection = SourceConnection.open(source, "lakehouse lock")) {
      return holder(connection, source) != 0;
    }
  }

  private static boolean taken(Connection connection, SourceConfig source) throws SQLException {
    try (PreparedStatement take = connection.prepareStatement(TAKE)) {
      take.setInt(1, OURS);
      take.setString(2, source.slot());
      try (ResultSet row = take.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static int holder(Connection connection, SourceConfig source) throws SQLException {
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
    close(connection);
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
