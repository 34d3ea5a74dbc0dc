package lakehouse.ingest.capture;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import lakehouse.catalog.config.PostgresConfig;

/** Opens plain sessions at a source. */
public final class SourceConnection {
  private static final String TIMEOUT_SECONDS = "10";

  private SourceConnection() {}

  /**
   * Opens a session in UTC that the server gives up on after ten seconds.
   *
   * @param purpose shown in {@code pg_stat_activity}
   */
  public static Connection open(PostgresConfig source, String purpose) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", source.user());
    properties.setProperty("password", source.password().reveal());
    properties.setProperty("ApplicationName", purpose);
    properties.setProperty("connectTimeout", TIMEOUT_SECONDS);
    properties.setProperty("loginTimeout", TIMEOUT_SECONDS);
    properties.setProperty("socketTimeout", "60");
    return DriverManager.getConnection(source.jdbcUrl(), properties);
  }
}
