package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * A PostgreSQL server as its administrator reaches it.
 *
 * @param adminUrl JDBC URL of any database of the server, with user and, if needed, password
 */
public record DatabaseUrl(String adminUrl) {

  private static final String PREFIX = "jdbc:postgresql://";

  public DatabaseUrl {
    if (!adminUrl.startsWith(PREFIX) || adminUrl.indexOf('/', PREFIX.length()) < 0) {
      throw new IllegalArgumentException(
          "An admin URL must look like jdbc:postgresql://host:port/postgres?user=postgres");
    }
  }

  /** The same server and user, another database. */
  public String of(UtilityDatabase database) {
    int path = adminUrl.indexOf('/', PREFIX.length());
    int query = adminUrl.indexOf('?', path);
    return adminUrl.substring(0, path + 1)
        + database.databaseName()
        + (query < 0 ? "" : adminUrl.substring(query));
  }

  Connection admin() throws SQLException {
    return DriverManager.getConnection(adminUrl);
  }

  Connection connect(UtilityDatabase database) throws SQLException {
    return DriverManager.getConnection(of(database));
  }

  /** Without the password. */
  @Override
  public String toString() {
    int query = adminUrl.indexOf('?');
    return query < 0 ? adminUrl : adminUrl.substring(0, query);
  }
}
