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
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.ProgramProcess;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database of odd schemas that we know nothing of goes by configuration alone from nothing to
 * bronze and silver, and then its changes do: {@code lake reconcile} finds every table equal.
 */
class ITStranger {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir private Path folder;

  @Test
  void holdsAStrangersDatabaseValueForValue() throws Exception {
    try (PlatformProcess platform = PlatformProcess.start(folder.resolve("data"));
        LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig())) {
      platform.execute("CREATE DATABASE stranger");
      execute(platform, "schema.sql");
      int tables =
          Integer.parseInt(
              query(platform, "SELECT count(*) FROM pg_publication_tables WHERE pubname = 'lake'"));
      Path config = config(platform);
      run("catalog-setup", "lakehouse.catalog.setup.CatalogSetup", config, "apply");
      assertThat(run("cdc-ingest", "lakehouse.ingest.preflight.Doctor", config))
          .contains("source stranger: ready, %d tables".formatted(tables));

      try (ProgramProcess ingest = start("cdc-ingest", "lakehouse.ingest.CdcIngestJob", config)) {
        await(ingest, catalog, state -> state.loaded().size() == tables);
        requireEqual(config, tables);

        execute(platform, "changes.sql");
        long lsn =
            Long.parseLong(
                query(platform, "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text"));
        await(ingest, catalog, state -> state.lsn() >= lsn);
        requireEqual(config, tables);
        assertThat(ingest.stop()).as(ingest.output()).isZero();
      }
    }
  }

  private void requireEqual(Path config, int tables) {
    run("batch-models", "lakehouse.models.ModelsJob", config, "run", "--select=tag:current_state");
    assertThat(run("load-tests", "lakehouse.load.reconcile.Reconcile", config, "--show-values"))
        .contains("source = silver for %d of %d tables".formatted(tables, tables));
  }

  private void await(ProgramProcess ingest, LakeCatalog catalog, Predicate<SourceState> wanted) {
    try (CatalogCommit commits = new CatalogCommit(catalog)) {
      org.awaitility.Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                assertThat(ingest.alive()).as(ingest.output()).isTrue();
                return commits.state("stranger").filter(wanted).isPresent();
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(ingest.output(), e);
    }
  }

  private String run(String module, String main, Path config, String... arguments) {
    try (ProgramProcess program = start(module, main, config, arguments)) {
      assertThat(program.exitCode()).as(program.output()).isZero();
      return program.output();
    }
  }

  private ProgramProcess start(String module, String main, Path config, String... arguments) {
    try {
      return ProgramProcess.start(
          module,
          main,
          Files.createTempFile(folder, main, ".log"),
          List.of(),
          Stream.concat(Stream.of(arguments), Stream.of("--config", config.toString())).toList());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
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
