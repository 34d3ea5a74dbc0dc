package lakehouse.ingest.capture.jdbc;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import lakehouse.catalog.config.JdbcConfig;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions.JdbcConnectionOptionsBuilder;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;

/** Opens sessions at a database, by Flink's connector. */
public final class JdbcSessions implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int TIMEOUT_SECONDS = 10;

  private final JdbcConfig source;

  public JdbcSessions(JdbcConfig source) {
    this.source = source;
  }

  /** Opens one session at a time; it is whoever asks first who closes it. */
  JdbcConnectionProvider provider() {
    return new SimpleJdbcConnectionProvider(
        new JdbcConnectionOptionsBuilder()
            .withUrl(url(source.url()))
            .withUsername(source.user())
            .withPassword(source.password().reveal())
            .withConnectionCheckTimeoutSeconds(TIMEOUT_SECONDS)
            .build());
  }

  /** Opens a session. */
  public Connection open() throws SQLException {
    try {
      return provider().getOrEstablishConnection();
    } catch (ClassNotFoundException e) {
      throw new SQLException("No driver for " + source.url(), e);
    }
  }

  /**
   * The address with what the capture needs of the driver: values as they are, moments in UTC, and
   * a session that gives up on a silent server. What the configuration says wins.
   */
  static String url(String url) {
    Map<String, String> wanted = new LinkedHashMap<>();
    boolean mysql = url.startsWith("jdbc:mysql:");
    if (mysql || url.startsWith("jdbc:mariadb:")) {
      // a tinyint(1) may hold 2, and a year is a number
      wanted.put("tinyInt1isBit", "false");
      wanted.put("yearIsDateType", "false");
      wanted.put("connectTimeout", Integer.toString(TIMEOUT_SECONDS * 1_000));
      if (mysql) {
        wanted.put("connectionTimeZone", "UTC");
        wanted.put("forceConnectionTimeZoneToSession", "true");
      } else {
        wanted.put("sessionVariables", "time_zone='+00:00'");
      }
    } else if (url.startsWith("jdbc:postgresql:")) {
      wanted.put("ApplicationName", "lakehouse%20ingest");
      wanted.put("connectTimeout", Integer.toString(TIMEOUT_SECONDS));
      wanted.put("loginTimeout", Integer.toString(TIMEOUT_SECONDS));
    }
    String missing =
        wanted.entrySet().stream()
            .filter(option -> !url.contains(option.getKey() + "="))
            .map(option -> option.getKey() + "=" + option.getValue())
            .collect(Collectors.joining("&"));
    return missing.isEmpty() ? url : url + (url.contains("?") ? "&" : "?") + missing;
  }
}
