package lakehouse.load.models;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** DuckDB within this process, whose processor time tells what a query costs. */
final class DuckDb implements AutoCloseable {
  private final Connection connection;

  /**
   * @param folder where it may put what its memory does not hold
   */
  DuckDb(Path folder) {
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    run("SET TimeZone = 'UTC'");
    run("SET memory_limit = '4GB'");
    run("SET temp_directory = '%s'".formatted(folder));
    run("SET preserve_insertion_order = FALSE");
  }

  /** Runs a statement; returns the processor time it took. */
  Duration run(String sql) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before = system.getProcessCpuTime();
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
    return Duration.ofNanos(system.getProcessCpuTime() - before);
  }

  /** The one value of a query, as text. */
  String text(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
