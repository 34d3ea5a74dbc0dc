package lakehouse.load.run;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import lakehouse.load.measure.PostgresDatabase;

/** How many rows PostgreSQL's running and former COPY commands have handed out or taken in. */
final class CopyProgress implements LongSupplier, AutoCloseable {
  private final Connection connection;
  private final Map<Long, Long> running = new HashMap<>();
  private long ended;

  CopyProgress(PostgresDatabase database) throws SQLException {
    connection = database.connect();
  }

  @Override
  public synchronized long getAsLong() {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT pid, tuples_processed FROM pg_stat_progress_copy")) {
      Map<Long, Long> now = new HashMap<>();
      while (row.next()) {
        now.put(row.getLong(1), row.getLong(2));
      }
      running.forEach(
          (pid, rows) -> {
            // a session that counts less than before is at another command
            if (now.getOrDefault(pid, -1L) < rows) {
              ended += rows;
            }
          });
      running.clear();
      running.putAll(now);
      return ended + now.values().stream().mapToLong(Long::longValue).sum();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
