package lakehouse.load.measure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import lakehouse.load.measure.MachineLoad.Counts;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** How fast PostgreSQL hands a table out when nobody does anything with it. */
public final class CopyFloor {
  /** As many sessions as the native engine has readers. */
  private static final int SESSIONS = 2;

  private final PostgresDatabase database;
  private final String table;
  private final MachineLoad load;

  /**
   * @param table may be partitioned
   */
  public CopyFloor(PostgresDatabase database, String table, MachineLoad load) {
    this.database = database;
    this.table = table;
    this.load = load;
  }

  /**
   * A table as it was read once.
   *
   * @param others the share of the machine that processes took which are not of the test
   */
  public record Reading(long rows, Duration wall, OptionalDouble others) {}

  /** The server writes the rows to nothing itself. */
  public Reading server() throws Exception {
    return measure(
        (connection, query) -> {
          try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(
                "COPY (%s) TO '/dev/null' (FORMAT binary)".formatted(query));
          }
        });
  }

  /** The server sends the rows to this process, which drops them. */
  public Reading client() throws Exception {
    return measure(
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

  private interface Copying {
    long rows(Connection connection, String query) throws SQLException;
  }

  private Reading measure(Copying copying) throws Exception {
    List<List<String>> queries = queries();
    ExecutorService threads = Executors.newFixedThreadPool(SESSIONS);
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
        List<String> own = queries.get(i);
        Callable<Long> part =
            () -> {
              long rows = 0;
              for (String query : own) {
                rows += copying.rows(connection, query);
              }
              return rows;
            };
        parts.add(threads.submit(part));
      }
      long rows = 0;
      for (Future<Long> part : parts) {
        rows += part.get();
      }
      Duration wall = Duration.ofNanos(System.nanoTime() - from);
      return new Reading(rows, wall, load.counts().othersSince(before));
    } finally {
      threads.shutdownNow();
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  /** What each session reads: its share of the blocks of each partition. */
  private List<List<String>> queries() throws SQLException {
    List<List<String>> queries = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      queries.add(new ArrayList<>());
    }
    String leaves =
        """
        SELECT t.relid::regclass::text, pg_relation_size(t.relid) / current_setting('block_size')::bigint
        FROM pg_partition_tree('%1$s') t
        WHERE t.isleaf
        UNION ALL
        SELECT '%1$s', pg_relation_size('%1$s') / current_setting('block_size')::bigint
        WHERE NOT EXISTS (SELECT FROM pg_partition_tree('%1$s'))"""
            .formatted(table);
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet leaf = statement.executeQuery(leaves)) {
      while (leaf.next()) {
        long blocks = leaf.getLong(2);
        for (int i = 0; i < SESSIONS && blocks > 0; i++) {
          queries
              .get(i)
              .add(
                  "SELECT * FROM ONLY %s WHERE ctid >= '(%d,0)' AND ctid < '(%d,0)'"
                      .formatted(
                          leaf.getString(1), blocks * i / SESSIONS, blocks * (i + 1) / SESSIONS));
        }
      }
    }
    return queries;
  }
}
