package lakehouse.load.stranger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IcebergProperties;
import lakehouse.catalog.io.FileAccess;
import lakehouse.catalog.platform.BusyObjectStore;
import lakehouse.catalog.platform.CatalogYaml;
import lakehouse.catalog.platform.ObjectStoreProcess;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.fixture.TestedLake;
import org.apache.iceberg.io.FileIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole corridor on an object store, which fails on the way: capture, models, proof and query,
 * of a database and of files in a bucket.
 */
class ITObjectStore {
  /** Of a source of files, the position is the ordinal of the file, from 2. */
  private static final long SECOND_FILE = 3;

  @TempDir private Path folder;

  @Test
  void holdsALakeThatEqualsItsSourcesAlthoughItFails() throws Exception {
    try (ObjectStoreProcess store = ObjectStoreProcess.start(folder, "lake", "drops");
        TestedLake lake = new TestedLake(folder)) {
      PlatformProcess platform = lake.platform();
      makeShop(platform);
      put(store, 0);
      Path config = config(platform, store.properties());
      lake.setUp(config);
      assertThat(lake.doctor(config)).contains("source shop: ready, 1 tables");

      try (ProgramProcess ingest = lake.ingest(config)) {
        lake.awaitState(ingest, "shop", state -> state.loaded().size() == 1);
        // it is gone while there is something to commit, by more than one change and file
        store.kill();
        execute(
            platform,
            "UPDATE purchase SET amount = amount + 1 WHERE id % 7 = 0",
            "DELETE FROM purchase WHERE id % 11 = 0");
        await()
            .atMost(Duration.ofMinutes(2))
            .until(() -> ingest.output().contains("Connection refused"));
        store.restart();
        put(store, 1);
        awaitCurrent(lake, ingest);
        lake.awaitState(ingest, "head_end", state -> state.lsn() >= SECOND_FILE);
        lake.makeSilver(config);
        lake.requireEqual(config, 1);

        // and while the models run
        execute(platform, "UPDATE purchase SET note = 'changed' WHERE id % 5 = 0");
        awaitCurrent(lake, ingest);
        try (ProgramProcess models = lake.startSilver(config)) {
          lake.awaitRun();
          store.kill();
          assertThat(models.exitCode()).as("a run without a store: " + models.output()).isNotZero();
          assertThat(models.output()).doesNotContain(ObjectStoreProcess.secret());
        }
        store.restart();
        lake.makeSilver(config);
        lake.requireEqual(config, 1);
        assertThat(ingest.stop()).as(ingest.output()).isZero();
        assertThat(ingest.output()).doesNotContain(ObjectStoreProcess.secret());
      }
      assertThat(
              lake.query(
                  config,
                  "SELECT count(*) AS n, count(DISTINCT meter) AS m, sum(kwh) AS s"
                      + " FROM silver.head_end.reading",
                  "--json"))
          .contains("\"n\" : 2000", "\"m\" : 2000", "\"s\" : \"2500.000\"");
      assertThat(lake.quarantine(config, 0, "list")).contains("(0 of 0 rows)");
    }
  }

  @Test
  void holdsALakeThatEqualsItsSourcesAlthoughItIsBusy() throws Exception {
    try (ObjectStoreProcess store = ObjectStoreProcess.start(folder, "lake", "drops");
        BusyObjectStore busy = BusyObjectStore.before(store);
        TestedLake lake = new TestedLake(folder)) {
      PlatformProcess platform = lake.platform();
      makeShop(platform);
      put(store, 0);
      Path config = config(platform, busy.properties());
      lake.setUp(config);
      try (ProgramProcess ingest = lake.ingest(config)) {
        lake.awaitState(ingest, "shop", state -> state.loaded().size() == 1);
        execute(
            platform,
            "UPDATE purchase SET amount = amount + 1 WHERE id % 7 = 0",
            "DELETE FROM purchase WHERE id % 11 = 0");
        put(store, 1);
        awaitCurrent(lake, ingest);
        lake.awaitState(ingest, "head_end", state -> state.lsn() >= SECOND_FILE);
        lake.makeSilver(config);
        lake.requireEqual(config, 1);
        assertThat(ingest.stop()).as(ingest.output()).isZero();
        assertThat(ingest.output())
            .as("nothing was given up")
            .doesNotContain("SlowDown", "Status Code: 503");
      }
      for (String path : List.of("/bronze/", "/drops", "/silver.")) {
        assertThat(busy.refused(path)).as("refused requests with %s", path).isGreaterThan(2);
      }
      assertThat(lake.query(config, "SELECT count(*) AS n FROM silver.head_end.reading", "--json"))
          .contains("\"n\" : 2000");
    }
  }

  private static void makeShop(PlatformProcess platform) throws Exception {
    platform.execute("CREATE DATABASE shop");
    execute(
        platform,
        "CREATE TABLE purchase (id int PRIMARY KEY, note text, amount numeric(12,2))",
        "CREATE PUBLICATION lake FOR TABLE purchase",
        "INSERT INTO purchase SELECT i, 'note ' || i, i / 8.0 FROM generate_series(1, 20000) i");
  }

  private static void awaitCurrent(TestedLake lake, ProgramProcess ingest) throws Exception {
    try (Connection connection = lake.platform().connect("shop");
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text")) {
      row.next();
      long lsn = Long.parseLong(row.getString(1));
      lake.awaitState(ingest, "shop", state -> state.lsn() >= lsn);
    }
  }

  private Path config(PlatformProcess platform, Map<String, String> store) throws IOException {
    Files.writeString(folder.resolve("password"), platform.adminPassword());
    CatalogConfig catalog = new CatalogConfig(platform.uri(), "main", "s3://lake/warehouse", store);
    return Files.writeString(
        folder.resolve("lake.yaml"),
        """
        %ssources:
          - name: shop
            engine: native
            host: %s
            port: %d
            user: %s
            password: "${file:%s/password}"
          - name: head_end
            kind: files
            location: s3://drops/of the head-end
            properties: %s
            discovery-interval: 300 ms
            quiet-time: 0 ms
            tables:
              - name: reading
                path: '*.jsonl'
                format: json-lines
                key: [meter]
                columns:
                  - {name: meter}
                  - {name: kwh, type: 'decimal(12,3)'}
        ingest:
          state-folder: state
          checkpoint-interval: 500 ms
        """
            .formatted(
                CatalogYaml.of(catalog, folder),
                platform.host(),
                platform.port(),
                platform.adminUser(),
                folder,
                CatalogYaml.properties(store, folder)));
  }

  private static void put(ObjectStoreProcess store, int number) throws IOException {
    String location = "s3://drops/of the head-end/%d.jsonl".formatted(number);
    try (FileIO files = FileAccess.open(IcebergProperties.ofFiles(location, store.properties()));
        OutputStream out = files.newOutputFile(location).create()) {
      out.write(
          IntStream.range(number * 1_000, (number + 1) * 1_000)
              .mapToObj("{\"meter\": \"M%d\", \"kwh\": 1.25}\n"::formatted)
              .collect(Collectors.joining())
              .getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void execute(PlatformProcess platform, String... statements) throws Exception {
    try (Connection connection = platform.connect("shop");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
