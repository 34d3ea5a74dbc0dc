package lakehouse.load.stranger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.fixture.TestedLake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database of odd schemas that we know nothing of goes by configuration alone from nothing to
 * bronze and silver, and then its changes do: {@code lake reconcile} finds every table equal.
 */
class ITStranger {
  @TempDir private Path folder;

  @Test
  void holdsAStrangersDatabaseValueForValue() throws Exception {
    try (TestedLake lake = new TestedLake(folder)) {
      PlatformProcess platform = lake.platform();
      platform.execute("CREATE DATABASE stranger");
      execute(platform, "schema.sql");
      int tables =
          Integer.parseInt(
              query(platform, "SELECT count(*) FROM pg_publication_tables WHERE pubname = 'lake'"));
      Path config = config(platform);
      lake.setUp(config);
      assertThat(lake.doctor(config))
          .contains("source stranger: ready, %d tables".formatted(tables));

      try (ProgramProcess ingest = lake.ingest(config)) {
        lake.awaitState(ingest, "stranger", state -> state.loaded().size() == tables);
        lake.makeSilver(config);
        lake.requireEqual(config, tables);

        execute(platform, "changes.sql");
        long lsn =
            Long.parseLong(
                query(platform, "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text"));
        lake.awaitState(ingest, "stranger", state -> state.lsn() >= lsn);
        lake.makeSilver(config);
        lake.requireEqual(config, tables);
        assertThat(ingest.stop()).as(ingest.output()).isZero();
      }
    }
  }

  private Path config(PlatformProcess platform) throws IOException {
    Path password = Files.writeString(folder.resolve("password"), "a stranger's password", UTF_8);
    return Files.writeString(
        folder.resolve("lake.yaml"),
        """
        catalog:
          uri: %s
          warehouse: %s
        sources:
          - name: stranger
            engine: native
            host: %s
            port: %d
            password: "${file:%s}"
            tables: ['*', '"Sales.EU".*', archive.*]
        ingest:
          state-folder: state
          checkpoint-interval: 500 ms
        """
            .formatted(
                platform.uri(),
                platform.catalogConfig().warehouse(),
                platform.host(),
                platform.port(),
                password),
        UTF_8);
  }

  private static void execute(PlatformProcess platform, String script)
      throws SQLException, IOException {
    try (Connection connection = platform.connect("stranger");
        Statement statement = connection.createStatement()) {
      for (String transaction : text(script).split("\n\n")) {
        statement.execute(transaction);
      }
    }
  }

  private static String text(String script) throws IOException {
    try (var file = ITStranger.class.getResourceAsStream("/stranger/" + script)) {
      return new String(Objects.requireNonNull(file).readAllBytes(), UTF_8);
    }
  }

  private static String query(PlatformProcess platform, String sql) throws SQLException {
    try (Connection connection = platform.connect("stranger");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
