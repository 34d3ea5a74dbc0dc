package lakehouse.ingest.capture.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SslMode;
import lakehouse.ingest.capture.ColumnMasks;

/** One PostgreSQL for all tests of a JVM; each test class takes a database of its own. */
final class PostgresServer {
  static final ColumnMasks NO_MASKS = ColumnMasks.of(List.of(), null);

  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final EmbeddedPostgres SERVER = start();

  private PostgresServer() {}

  private static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.builder()
          .setServerConfig("wal_level", "logical")
          .setServerConfig("max_wal_senders", "20")
          .setServerConfig("max_replication_slots", "20")
          .setServerConfig("max_prepared_transactions", "10")
          .setServerConfig("fsync", "off")
          .setServerConfig("synchronous_commit", "on")
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int port() {
    return SERVER.getPort();
  }

  /** Makes an empty database and gives its name. */
  static String newDatabase() throws SQLException {
    String name = "test_" + DATABASES.incrementAndGet();
    execute("postgres", "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'");
    return name;
  }

  static Connection connect(String database) throws SQLException {
    return SERVER.getDatabase("postgres", database).getConnection();
  }

  static void execute(String database, String... statements) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** How the engine reaches a database; its slot is named after the database. */
  static PostgresSessions sessions(String database) {
    return new PostgresSessions(
        new PostgresConfig(
            "test",
            CaptureEngineName.FLINK_CDC,
            "127.0.0.1",
            port(),
            database,
            "postgres",
            new Secret("postgres"),
            SslMode.PREFER,
            "",
            "slot_" + database,
            "lake",
            List.of("*"),
            List.of(),
            List.of()));
  }

  static List<String> slots(String database) throws SQLException {
    List<String> slots = new ArrayList<>();
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT slot_name FROM pg_replication_slots WHERE database = '" + database + "'")) {
      while (result.next()) {
        slots.add(result.getString(1));
      }
    }
    return slots;
  }

  static void dropSlots(String database) throws SQLException {
    for (String slot : slots(database)) {
      execute(database, "SELECT pg_drop_replication_slot('" + slot + "')");
    }
  }
}
