package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server as its administrator, a superuser, reaches it.
 *
 * @param adminUrl JDBC URL of any of its databases
 * @param user null: as the URL says
 * @param password null: as the URL says
 */
public record DatabaseServer(String adminUrl, @Nullable String user, @Nullable Secret password) {

  private static final String PREFIX = "jdbc:postgresql://";

  public DatabaseServer {
    if (!adminUrl.startsWith(PREFIX) || adminUrl.indexOf('/', PREFIX.length()) < 0) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "An admin URL must look like jdbc:postgresql://host:port/postgres?user=postgres");
    }
  }

  /** A server whose URL says everything. */
  public static DatabaseServer at(String adminUrl) {
    return new DatabaseServer(adminUrl, null, null);
  }

  /** The PostgreSQL of a running embedded platform. */
  public static DatabaseServer of(PlatformFile platform, DataFolder data) {
    return new DatabaseServer(
        platform.jdbcUrl("postgres"), platform.postgresUser(), platform.postgresPassword(data));
  }

  /** The JDBC URL of one of the utility's databases, with what the admin's URL says besides. */
  String urlOf(UtilityDatabase database) {
    return urlOf(database.databaseName());
  }

  private String urlOf(String database) {
    int path = adminUrl.indexOf('/', PREFIX.length());
    int query = adminUrl.indexOf('?', path);
    return adminUrl.substring(0, path + 1)
        + database
        + (query < 0 ? "" : adminUrl.substring(query));
  }

  Connection admin() throws SQLException {
    return open(adminUrl);
  }

  /** A session with one of its databases. */
  public Connection connect(String database) throws SQLException {
    return open(urlOf(database));
  }

  /** Host and port, as the URL names them. */
  public String hostAndPort() {
    return adminUrl.substring(PREFIX.length(), adminUrl.indexOf('/', PREFIX.length()));
  }

  Connection connect(UtilityDatabase database) throws SQLException {
    return open(urlOf(database));
  }

  private Connection open(String url) throws SQLException {
    Properties properties = new Properties();
    if (user != null) {
      properties.setProperty("user", user);
    }
    if (password != null) {
      properties.setProperty("password", password.reveal());
    }
    properties.setProperty("ApplicationName", "lake databases");
    return DriverManager.getConnection(url, properties);
  }

  /** Without what might be a password. */
  @Override
  public String toString() {
    int query = adminUrl.indexOf('?');
    return query < 0 ? adminUrl : adminUrl.substring(0, query);
  }
}
