package lakehouse.load.utility;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import lakehouse.catalog.config.Secret;

/** A PostgreSQL server of its own with the four databases, for tests. */
final class UtilityServer implements AutoCloseable {

  private final EmbeddedPostgres postgres;

  private UtilityServer(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  static UtilityServer start() throws IOException, SQLException {
    UtilityServer server =
        new UtilityServer(
            EmbeddedPostgres.builder()
                .setServerConfig("wal_level", "logical")
                .setServerConfig("fsync", "off")
                .setServerConfig("timezone", "UTC")
                .start());
    new UtilityDatabases(server.server()).create(UtilityServer::password);
    return server;
  }

  static Secret password(UtilityDatabase database) {
    return new Secret(database.databaseName() + "-secret");
  }

  DatabaseServer server() {
    return DatabaseServer.at(
        "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres?user=postgres");
  }

  void execute(UtilityDatabase database, String sql) throws SQLException {
    try (Connection connection = server().connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The rows of a query, columns joined by a bar. */
  List<String> rows(UtilityDatabase database, String sql) throws SQLException {
    try (Connection connection = server().connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> lines = new ArrayList<>();
      while (rows.next()) {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(rows.getString(i)));
        }
        lines.add(String.join("|", columns));
      }
      return lines;
    }
  }

  String value(UtilityDatabase database, String sql) throws SQLException {
    return rows(database, sql).get(0);
  }

  long number(UtilityDatabase database, String sql) throws SQLException {
    return Long.parseLong(value(database, sql));
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
