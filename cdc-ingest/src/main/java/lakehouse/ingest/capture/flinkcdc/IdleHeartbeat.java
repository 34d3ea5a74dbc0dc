package lakehouse.ingest.capture.flinkcdc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.SourceConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a small transactional message into the source's log whenever the log has moved without it,
 * so that the slot of an idle database moves on and its log can be recycled. It writes to no table
 * and needs no privilege beyond that to connect. Nothing is written while the server's log stands
 * still, or hardly moves.
 *
 * <p>A failure is no failure of the capture: it is tried again at the next beat.
 */
final class IdleHeartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IdleHeartbeat.class);
  private static final long INTERVAL_MILLIS = 2_000;

  /**
   * How far the log must have moved when no change has come for long: further than by the server's
   * own bookkeeping after a beat, or the beats of other idle sources would never end.
   */
  private static final long IDLE_BYTES = 16 << 10;

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final String BEAT =
      """
      SELECT pg_logical_emit_message(true, 'lakehouse.heartbeat', '')
      WHERE pg_current_wal_insert_lsn() - ?::pg_lsn > ?
      """;

  private final PostgresConfig source;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "source-heartbeat");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Connection connection;
  private String lastLsn = "0/0";
  private volatile long lastActivity = System.nanoTime();

  IdleHeartbeat(PostgresConfig source) {
    this.source = source;
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  void start() {
    timer.scheduleWithFixedDelay(this::beat, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Tells that changes have come. */
  void active() {
    lastActivity = System.nanoTime();
  }

  private void beat() {
    boolean idle = System.nanoTime() - lastActivity > IDLE_NANOS;
    try {
      if (connection == null) {
        connection = SourceConnection.open(source, "lakehouse heartbeat");
      }
      try (var beat = connection.prepareStatement(BEAT)) {
        beat.setString(1, lastLsn);
        beat.setLong(2, idle ? IDLE_BYTES : 0);
        try (ResultSet beaten = beat.executeQuery()) {
          if (!beaten.next()) {
            return;
          }
        }
      }
      try (Statement statement = connection.createStatement();
          ResultSet lsn = statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
        lsn.next();
        lastLsn = lsn.getString(1);
      }
    } catch (SQLException | RuntimeException e) {
      LOG.debug("No heartbeat of source {}", source.name(), e);
      closeConnection();
    }
  }

  private void closeConnection() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      LOG.debug("Cannot close the heartbeat's connection", e);
    } finally {
      connection = null;
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    try {
      if (timer.awaitTermination(5, TimeUnit.SECONDS)) {
        closeConnection();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
