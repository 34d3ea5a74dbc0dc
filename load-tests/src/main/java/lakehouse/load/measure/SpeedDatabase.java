package lakehouse.load.measure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;

/** A database of its own for one table, on the embedded platform's server. */
final class SpeedDatabase {
  static final String PUBLICATION = "lake";

  private final PlatformFile platform;
  private final DataFolder data;
  private final SpeedTable table;

  SpeedDatabase(PlatformFile platform, DataFolder data, SpeedTable table) {
    this.platform = platform;
    this.data = data;
    this.table = table;
  }

  SpeedTable table() {
    return table;
  }

  PlatformFile platform() {
    return platform;
  }

  PostgresDatabase database() {
    return new PostgresDatabase(
        platform.postgresHost(),
        platform.postgresPort(),
        platform.postgresUser(),
        platform.postgresPassword(data),
        table.table());
  }

  /** Makes the database with its table, filled. */
  void create(long rows) throws SQLException {
    database()
        .other("postgres")
        .execute(List.of("CREATE DATABASE %s TEMPLATE template0".formatted(table.table())));
    database()
        .execute(
            List.of(
                table.create(),
                "CREATE PUBLICATION %s FOR TABLE %s".formatted(PUBLICATION, table.table()),
                table.fill(rows)));
    rest();
  }

  /** Leaves the server nothing to do that would be counted for one that reads. */
  void rest() throws SQLException {
    database().execute(List.of("VACUUM ANALYZE " + table.table(), "CHECKPOINT"));
  }

  /** Changes the table by so many transactions and returns where the log is then. */
  String change(long rows, long transactions) throws SQLException {
    try (Connection connection = database().connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (long i = 0; i < transactions; i++) {
        for (String sql : table.change(rows, i)) {
          statement.execute(sql);
        }
        connection.commit();
      }
    }
    rest();
    return database().position();
  }
}
