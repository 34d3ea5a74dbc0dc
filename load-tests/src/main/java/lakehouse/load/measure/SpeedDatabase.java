package lakehouse.load.measure;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import org.postgresql.PGProperty;

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

  String password() {
    return platform.postgresPassword(data).reveal();
  }

  /** Makes the database with its table, filled. */
  void create(long rows) throws SQLException {
    try (Connection connection = open("postgres", new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE %s TEMPLATE template0".formatted(table.table()));
    }
    execute(
        List.of(
            table.create(),
            "CREATE PUBLICATION %s FOR TABLE %s".formatted(PUBLICATION, table.table()),
            table.fill(rows)));
    rest();
  }

  /** Leaves the server nothing to do that would be counted for one that reads. */
  void rest() throws SQLException {
    execute(List.of("VACUUM ANALYZE " + table.table(), "CHECKPOINT"));
  }

  /** Changes the table by so many transactions and returns where the log is then. */
  String change(long rows, long transactions) throws SQLException {
    try (Connection connection = connect();
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
    return value("SELECT pg_current_wal_insert_lsn()");
  }

  /** Makes a slot that nobody else reads. */
  void createSlot(String slot) throws SQLException {
    value("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));
  }

  /** A reading moves its slot, so each reads a copy. */
  void copySlot(String slot, String copy) throws SQLException {
    value("SELECT pg_copy_logical_replication_slot('%s', '%s')".formatted(slot, copy));
  }

  /** Drops a slot, once the server has noticed that its reader is gone. */
  void dropSlot(String slot) throws SQLException, InterruptedException {
    String active = "SELECT active FROM pg_replication_slots WHERE slot_name = '%s'";
    while (value(active.formatted(slot)).equals("t")) {
      Thread.sleep(50);
    }
    value("SELECT pg_drop_replication_slot('%s')".formatted(slot));
  }

  /** The blocks that the table takes. */
  long blocks() throws SQLException {
    return Long.parseLong(
        value(
            "SELECT pg_relation_size('%s') / current_setting('block_size')::bigint"
                .formatted(table.table())));
  }

  String value(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }

  private void execute(List<String> statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  Connection connect() throws SQLException {
    return open(table.table(), new Properties());
  }

  /** A session that speaks the replication protocol. */
  Connection connectForReplication() throws SQLException {
    Properties properties = new Properties();
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
    return open(table.table(), properties);
  }

  private Connection open(String database, Properties properties) throws SQLException {
    PGProperty.USER.set(properties, platform.postgresUser());
    PGProperty.PASSWORD.set(properties, password());
    PGProperty.APPLICATION_NAME.set(properties, "lake load-test");
    return DriverManager.getConnection(platform.jdbcUrl(database), properties);
  }
}
