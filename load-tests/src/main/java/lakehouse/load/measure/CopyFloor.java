package lakehouse.load.measure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import lakehouse.load.measure.Figure.Stage;
import lakehouse.load.measure.Figure.Step;
import lakehouse.load.measure.MachineLoad.Counts;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** How fast PostgreSQL hands a table out when nobody does anything with it. */
final class CopyFloor {
  /** As many sessions as the native engine has readers. */
  private static final int SESSIONS = 2;

  private final SpeedDatabase database;
  private final MachineLoad load;

  CopyFloor(SpeedDatabase database, MachineLoad load) {
    this.database = database;
    this.load = load;
  }

  /** The server writes the rows to nothing itself. */
  Figure server() throws Exception {
    return measure(
        Step.SERVER,
        (connection, query) -> {
          try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(
                "COPY (%s) TO '/dev/null' (FORMAT binary)".formatted(query));
          }
        });
  }

  /** The server sends the rows to this process, which drops them. */
  Figure client() throws Exception {
    return measure(
        Step.COPY,
        (connection, query) -> {
          CopyOut copy =
              connection
                  .unwrap(PGConnection.class)
                  .getCopyAPI()
                  .copyOut("COPY (%s) TO STDOUT (FORMAT binary)".formatted(query));
          while (copy.readFromCopy() != null) {
            // dropped
          }
          return copy.getHandledRowCount();
        });
  }

  private interface Reading {
    long rows(Connection connection, String query) throws SQLException;
  }

  private Figure measure(Step step, Reading reading) throws Exception {
    long blocks = database.blocks();
    ExecutorService threads = Executors.newFixedThreadPool(SESSIONS);
    AtomicLong rows = new AtomicLong();
    List<Connection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < SESSIONS; i++) {
        connections.add(database.connect());
      }
      Counts before = load.counts();
      long from = System.nanoTime();
      List<Future<Long>> parts = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        Connection connection = connections.get(i);
        String query = query(blocks * i / SESSIONS, blocks * (i + 1) / SESSIONS);
        Callable<Long> part = () -> rows.addAndGet(reading.rows(connection, query));
        parts.add(threads.submit(part));
      }
      for (Future<Long> part : parts) {
        part.get();
      }
      Duration wall = Duration.ofNanos(System.nanoTime() - from);
      return new Figure(
          database.table(),
          Stage.LOAD,
          step,
          rows.get(),
          wall,
          load.counts().othersSince(before),
          null);
    } finally {
      threads.shutdownNow();
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  private String query(long from, long to) {
    return "SELECT * FROM %s WHERE ctid >= '(%d,0)' AND ctid < '(%d,0)'"
        .formatted(database.table().table(), from, to);
  }
}
