package lakehouse.ingest.capture.postgres;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import lakehouse.catalog.config.SourceConfig;

/**
 * Opens sessions with a source whose settings make values print the same everywhere: ISO dates,
 * UTC, all digits of a float, nothing found by search path.
 */
final class PostgresSessions implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String SETTINGS =
      """
      SET datestyle = 'ISO, YMD';
      SET intervalstyle = 'postgres';
      SET timezone = 'UTC';
      SET extra_float_digits = 1;
      SET bytea_output = 'hex';
      SET search_path = '';
      SET row_security = off;
      SET statement_timeout = 0;
      SET lock_timeout = 0;
      SET idle_in_transaction_session_timeout = 0;
      """;

  private final SourceConfig source;

  PostgresSessions(SourceConfig source) {
    this.source = source;
  }

  SourceConfig source() {
    return source;
  }

  /** A session for queries and {@code COPY}. */
  Connection open() throws SQLException {
    return open(new Properties());
  }

  /** A session that speaks the replication protocol, and SQL by the simple protocol. */
  Connection openReplication() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    return open(properties);
  }

  /** Ends a session at once, whatever it is doing. */
  static void cutOff(Connection session) {
    try {
      session.abort(Runnable::run);
    } catch (SQLException e) {
      throw new IllegalStateException("The driver lets us abort", e);
    }
  }

  private Connection open(Properties properties) throws SQLException {
    properties.setProperty("user", source.user());
    properties.setProperty("password", source.password().reveal());
    properties.setProperty("ApplicationName", "lakehouse " + source.name());
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    Connection connection = DriverManager.getConnection(source.jdbcUrl(), properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }
}
