package lakehouse.load.utility;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import lakehouse.catalog.config.Secret;
import org.postgresql.PGConnection;

/**
 * Creates the utility's four databases on one server: database, capture role, schema, publication
 * {@code lake}. What exists already is left as it is, so it is safe to run again.
 */
public final class UtilityDatabases {

  /** The publication of each database. */
  public static final String PUBLICATION = "lake";

  /** Where the passwords of the capture roles come from. */
  @FunctionalInterface
  public interface RolePasswords {

    /** The password of {@link UtilityDatabase#roleName()}. */
    Secret of(UtilityDatabase database);
  }

  /** How the readings are kept. */
  public enum Readings {
    /** One plain table. */
    PLAIN,
    /** A partition for each month; the publication sends them as the one table. */
    BY_MONTH
  }

  private static final String END_OF_READINGS =
      "  CHECK ((status = 'corrected') = (corrected_at IS NOT NULL))\n);";

  private final DatabaseServer server;

  /** A server whose administrator may create roles and databases. */
  public UtilityDatabases(DatabaseServer server) {
    this.server = server;
  }

  /** Creates what is missing of all four; the capture roles get the given passwords. */
  public void create(RolePasswords passwords) throws SQLException {
    create(passwords, Readings.PLAIN);
  }

  /** The same, with the readings kept in another way. */
  public void create(RolePasswords passwords, Readings readings) throws SQLException {
    for (UtilityDatabase database : UtilityDatabase.values()) {
      create(
          database,
          passwords.of(database),
          database == UtilityDatabase.METERING && readings == Readings.BY_MONTH
              ? byMonth(schema(database))
              : schema(database));
    }
  }

  /** Drops what there is of all four databases; their roles stay. */
  public void drop() throws SQLException {
    try (Connection admin = server.admin();
        Statement statement = admin.createStatement()) {
      PGConnection quoting = admin.unwrap(PGConnection.class);
      for (UtilityDatabase database : UtilityDatabase.values()) {
        statement.execute(
            "DROP DATABASE IF EXISTS " + quoting.escapeIdentifier(database.databaseName()));
      }
    }
  }

  // from the first month that a generator may be asked for to a year after its last
  private static String byMonth(String plain) {
    LocalDate first = UtilityGenerator.DEFAULT_AS_OF.minusMonths(12);
    StringBuilder partitions = new StringBuilder();
    for (int i = 0; i < 24; i++) {
      LocalDate month = first.plusMonths(i);
      partitions.append(
          "CREATE TABLE interval_reading_%1$tY_%1$tm PARTITION OF interval_reading FOR VALUES FROM ('%1$sZ') TO ('%2$sZ');\n"
              .formatted(month, month.plusMonths(1)));
    }
    String split =
        plain.replace(
            END_OF_READINGS,
            END_OF_READINGS.replace(");", ") PARTITION BY RANGE (read_at);\n") + partitions);
    if (split.equals(plain)) {
      throw new IllegalStateException("The table of readings does not end as it used to");
    }
    return split.stripTrailing().replaceFirst(";$", " WITH (publish_via_partition_root = true);")
        + "\nGRANT SELECT ON ALL TABLES IN SCHEMA public TO lake_metering;\n";
  }

  private void create(UtilityDatabase database, Secret password, String schema)
      throws SQLException {
    try (Connection admin = server.admin()) {
      createRole(admin, database.roleName(), "LOGIN REPLICATION", password);
      createDatabase(admin, database.databaseName());
    }
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      if (!exists(connection, "SELECT FROM pg_publication WHERE pubname = ?", PUBLICATION)) {
        statement.execute(schema);
      }
      connection.commit();
    }
  }

  static void createRole(Connection admin, String name, String attributes, Secret password)
      throws SQLException {
    PGConnection quoting = admin.unwrap(PGConnection.class);
    String role = quoting.escapeIdentifier(name);
    try (Statement statement = admin.createStatement()) {
      if (!exists(admin, "SELECT FROM pg_roles WHERE rolname = ?", name)) {
        statement.execute("CREATE ROLE " + role + " " + attributes);
      }
      statement.execute(
          "ALTER ROLE " + role + " PASSWORD '" + quoting.escapeLiteral(password.reveal()) + "'");
    }
  }

  static void createDatabase(Connection admin, String name) throws SQLException {
    if (exists(admin, "SELECT FROM pg_database WHERE datname = ?", name)) {
      return;
    }
    String database = admin.unwrap(PGConnection.class).escapeIdentifier(name);
    try (Statement statement = admin.createStatement()) {
      statement.execute("CREATE DATABASE " + database + " TEMPLATE template0 ENCODING 'UTF8'");
      statement.execute("REVOKE ALL ON DATABASE " + database + " FROM PUBLIC");
    }
  }

  /** The DDL of a database. */
  public static String schema(UtilityDatabase database) {
    return ddl(database.databaseName());
  }

  static String ddl(String database) {
    String resource = "/databases/" + database + ".sql";
    try (InputStream in = UtilityDatabases.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("Resource " + resource + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean exists(Connection connection, String query, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }
}
