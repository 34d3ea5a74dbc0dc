package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The primary key of the readings, which is made when they are all in: sorted once, it takes less
 * than half of what it takes row by row.
 */
final class ReadingKey {
  private static final String TABLE = UtilityTable.INTERVAL_READING.tableName();
  private static final String KEY = "PRIMARY KEY (meter_id, read_at)";
  private static final String SESSION =
      "SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 2";

  private final DatabaseServer server;

  ReadingKey(DatabaseServer server) {
    this.server = server;
  }

  void drop() throws SQLException {
    execute("ALTER TABLE %1$s DROP CONSTRAINT IF EXISTS %1$s_pkey".formatted(TABLE));
  }

  /** Makes it, of the partitions side by side. */
  void create(ExecutorService threads)
      throws SQLException, InterruptedException, ExecutionException {
    List<Future<?>> running = new ArrayList<>();
    for (String partition : partitions()) {
      running.add(
          threads.submit(
              () -> {
                execute("ALTER TABLE %1$s ADD CONSTRAINT %1$s_pkey %2$s".formatted(partition, KEY));
                return null;
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
    // finds the partitions' own where there are any
    execute("ALTER TABLE %1$s ADD CONSTRAINT %1$s_pkey %2$s".formatted(TABLE, KEY));
  }

  private List<String> partitions() throws SQLException {
    List<String> names = new ArrayList<>();
    try (Connection connection = server.connect(UtilityDatabase.METERING);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT c.relname
                FROM pg_inherits i
                JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = '%s'::regclass
                ORDER BY 1"""
                    .formatted(TABLE))) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = server.connect(UtilityDatabase.METERING);
        Statement statement = connection.createStatement()) {
      statement.execute(SESSION);
      statement.execute(sql);
    }
  }
}
