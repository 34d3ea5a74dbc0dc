package lakehouse.load.measure;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import lakehouse.catalog.config.Secret;
import org.postgresql.PGProperty;

/**
 * One database of a server as its superuser reaches it.
 *
 * @param name the database
 */
public record PostgresDatabase(String host, int port, String user, Secret password, String name) {
  /** A session. */
  public Connection connect() throws SQLException {
    return open(new Properties());
  }

  /** A session that speaks the replication protocol. */
  public Connection connectForReplication() throws SQLException {
    Properties properties = new Properties();
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
    return open(properties);
  }

  private Connection open(Properties properties) throws SQLException {
    PGProperty.USER.set(properties, user);
    PGProperty.PASSWORD.set(properties, password.reveal());
    PGProperty.APPLICATION_NAME.set(properties, "lake load-test");
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(host, port, name), properties);
  }

  /** Another database of the same server. */
  public PostgresDatabase other(String database) {
    return new PostgresDatabase(host, port, user, password, database);
  }

  /** The first value of a query's first row, as text. */
  public String value(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }

  /** Executes statements, each a transaction of its own. */
  public void execute(List<String> statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Makes a slot that nobody else reads. */
  public void createSlot(String slot) throws SQLException {
    value("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));
  }

  /** A reading moves its slot, so each reads a copy. */
  void copySlot(String slot, String copy) throws SQLException {
    value("SELECT pg_copy_logical_replication_slot('%s', '%s')".formatted(slot, copy));
  }

  /** Drops a slot if there is one, once the server has noticed that its reader is gone. */
  public void dropSlot(String slot) throws SQLException, InterruptedException {
    String active =
        "SELECT coalesce(bool_or(active), false) FROM pg_replication_slots WHERE slot_name = '%s'";
    while (value(active.formatted(slot)).equals("t")) {
      Thread.sleep(50);
    }
    value(
        "SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(slot));
  }

  /** Where its log is now. */
  public String position() throws SQLException {
    return value("SELECT pg_current_wal_insert_lsn()");
  }
}
