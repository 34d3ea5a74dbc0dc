package lakehouse.ingest.capture.postgres;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import lakehouse.catalog.config.PostgresConfig;

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
      SET lock_timeout = 0;
      SET idle_in_transaction_session_timeout = 0;
      """;

  /** What stands in for a server without a timeout. */
  private static final Duration FOR_EVER = Duration.ofMinutes(10);

  private static final String LOGIN_SECONDS = "10";
  private static final int ANSWER_SECONDS = 60;
  private static final String NO_TIMEOUT = "SET statement_timeout = 0";

  private final PostgresConfig source;

  PostgresSessions(PostgresConfig source) {
    this.source = source;
  }

  PostgresConfig source() {
    return source;
  }

  /**
   * A session for queries. The server ends one that waits for a lock before the driver gives the
   * server up, so that none is left waiting for nobody.
   */
  Connection open() throws SQLException {
    return open(new Properties(), "SET statement_timeout = '%d s'".formatted(ANSWER_SECONDS - 10));
  }

  /** A session for {@code COPY}, which takes its time. */
  Connection openForCopy() throws SQLException {
    return open(new Properties(), NO_TIMEOUT);
  }

  /** A session that speaks the replication protocol, and SQL by the simple protocol. */
  Connection openReplication() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    return open(properties, NO_TIMEOUT);
  }

  /**
   * How long a silent server is borne with: as long as it bears with a silent client. Longer where
   * it would wait for ever, since it does not say then that it is busy with a long transaction.
   */
  static Duration patience(Connection session) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'wal_sender_timeout'")) {
      result.next();
      long millis = Long.parseLong(result.getString(1));
      return millis == 0 ? FOR_EVER : Duration.ofMillis(millis);
    }
  }

  /** Bears with a server that takes its time over what comes next. */
  static void waitForEver(Connection session) throws SQLException {
    session.setNetworkTimeout(Runnable::run, 0);
  }

  /** Gives a server up that does not answer what comes next. */
  static void waitForAnswers(Connection session) throws SQLException {
    session.setNetworkTimeout(Runnable::run, ANSWER_SECONDS * 1_000);
  }

  /** Ends a session at once, whatever it is doing. */
  static void cutOff(Connection session) {
    try {
      session.abort(Runnable::run);
    } catch (SQLException e) {
      throw new IllegalStateException("The driver lets us abort", e);
    }
  }

  private Connection open(Properties properties, String timeout) throws SQLException {
    properties.setProperty("user", source.user());
    properties.setProperty("password", source.password().reveal());
    properties.setProperty("ApplicationName", "lakehouse " + source.name());
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("connectTimeout", LOGIN_SECONDS);
    properties.setProperty("loginTimeout", LOGIN_SECONDS);
    properties.setProperty("socketTimeout", Integer.toString(ANSWER_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
    Connection connection = DriverManager.getConnection(source.jdbcUrl(), properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS + timeout);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }
}
