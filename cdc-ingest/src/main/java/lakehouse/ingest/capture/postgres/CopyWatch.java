package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Waits for what a {@code COPY} sends, and tells a server that takes its time from a network that
 * has lost us: a {@code COPY} has no keepalives, and may well be silent while it looks for rows or
 * waits for a lock. So another session asks what its server process is doing.
 */
final class CopyWatch {
  private final PostgresSessions sessions;
  private final int process;
  private final Duration patience;

  /**
   * @param session what the {@code COPY} is going to run in
   */
  CopyWatch(PostgresSessions sessions, Connection session) throws SQLException {
    this.sessions = sessions;
    this.process = session.unwrap(PGConnection.class).getBackendPID();
    this.patience = PostgresSessions.patience(session);
  }

  /**
   * The next of what was read.
   *
   * @throws SQLException if no more can come
   */
  <T> T next(BlockingQueue<T> read) throws SQLException, InterruptedException {
    boolean suspected = false;
    while (true) {
      T next = read.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (next != null) {
        return next;
      }
      String waitsFor = waitsFor();
      if (waitsFor == null) {
        throw new SQLException("its server process %d is gone".formatted(process));
      }
      boolean sends = waitsFor.equals("ClientWrite");
      if (sends && suspected) {
        throw new SQLException(
            "nothing has come for %d s that server process %d has sent"
                .formatted(2 * patience.toSeconds(), process));
      }
      suspected = sends;
    }
  }

  /** What the server process waits for, empty if it is at work; null if there is none. */
  private @Nullable String waitsFor() throws SQLException {
    try (Connection connection = sessions.open();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT coalesce(wait_event, '') FROM pg_catalog.pg_stat_activity WHERE pid = %d"
                    .formatted(process))) {
      return result.next() ? result.getString(1) : null;
    }
  }
}
