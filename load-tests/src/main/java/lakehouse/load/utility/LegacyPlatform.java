package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import lakehouse.catalog.config.Secret;

/**
 * An old platform of the utility whose keepers give no replication rights: one database, {@value
 * #DATABASE}, whose role may read and nothing else. What exists already is left as it is.
 */
public final class LegacyPlatform {
  /** The database's name, and the source's in the lake. */
  public static final String DATABASE = "legacy";

  /** The role that reads it. */
  public static final String ROLE = "lake_legacy";

  private final DatabaseServer server;

  /** On a server whose administrator may create roles and databases. */
  public LegacyPlatform(DatabaseServer server) {
    this.server = server;
  }

  /** Creates what is missing; the role gets the given password. */
  public void create(Secret password) throws SQLException {
    try (Connection admin = server.admin()) {
      UtilityDatabases.createRole(admin, ROLE, "LOGIN", password);
      UtilityDatabases.createDatabase(admin, DATABASE);
    }
    try (Connection connection = server.connect(DATABASE);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      if (!UtilityDatabases.exists(
          connection, "SELECT FROM pg_class WHERE relname = ?", "work_order")) {
        statement.execute(UtilityDatabases.ddl(DATABASE));
      }
      connection.commit();
    }
  }

  /**
   * Fills its table with invented work at the feeders of the utility, if it is empty.
   *
   * @return how many rows were added
   */
  public int fill() throws SQLException {
    return execute(
        List.of(
            """
        INSERT INTO work_order (work_order_id, feeder_id, crew, kind, opened_at, closed_at, updated_at)
        SELECT i, 1 + i % 20, 'crew ' || 1 + i % 7,
          (ARRAY['inspection', 'repair', 'replacement'])[1 + i % 3],
          opened, CASE WHEN i % 10 > 0 THEN opened + make_interval(hours => 1 + i % 30) END, opened
        FROM generate_series(1, 2000) i
        CROSS JOIN LATERAL (SELECT ?::timestamptz - make_interval(mins => 20 * (2001 - i)) AS opened) o
        WHERE NOT EXISTS (SELECT FROM work_order)"""));
  }

  /**
   * Closes the work that is open and opens some more, in one transaction.
   *
   * @return how many rows were changed or added
   */
  public int change() throws SQLException {
    return execute(
        List.of(
            """
            UPDATE work_order
            SET closed_at = greatest(opened_at, ?::timestamptz), updated_at = clock_timestamp()
            WHERE closed_at IS NULL""",
            """
            INSERT INTO work_order (work_order_id, feeder_id, crew, kind, opened_at)
            SELECT last + i, 1 + i % 20, 'crew ' || 1 + i % 7, 'repair', ?::timestamptz
            FROM (SELECT max(work_order_id) AS last FROM work_order) w, generate_series(1, 25) i"""));
  }

  private int execute(List<String> statements) throws SQLException {
    int rows = 0;
    try (Connection connection = server.connect(DATABASE)) {
      connection.setAutoCommit(false);
      for (String sql : statements) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          statement.setString(1, UtilityGenerator.DEFAULT_AS_OF + " 00:00:00+05");
          rows += statement.executeUpdate();
        }
      }
      connection.commit();
    }
    return rows;
  }
}
