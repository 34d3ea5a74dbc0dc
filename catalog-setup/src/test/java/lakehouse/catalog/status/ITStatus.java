package lakehouse.catalog.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.commit.TableChange;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.LakeConfigs;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.PlatformSecrets;
import lakehouse.catalog.setup.CatalogSetup;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptionKeyMetadata;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ITStatus {
  private static final Instant CHANGED = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private static Path temporary;

  private static PlatformProcess platform;
  private static LakeConfig config;

  @BeforeAll
  static void start() throws Exception {
    platform = PlatformProcess.start(temporary.resolve("a lake"));
    Path file =
        Files.writeString(
            temporary.resolve("lake.yaml"),
            """
            catalog: {uri: '${platform:nessie-uri}', warehouse: '${platform:warehouse}'}
            sources:
              - name: billing
                host: ${platform:postgres-host}
                port: ${platform:postgres-port}
                password: ${platform:secret:lake_billing}
              - name: gone
                host: 127.0.0.1
                port: 1
                password: ${platform:secret:lake_gone}
            """);
    config = LakeConfigs.load(Optional.of(file), platform.data());
    platform.execute("CREATE DATABASE billing");
    platform.execute(
        "CREATE ROLE lake_billing LOGIN REPLICATION PASSWORD '%s'"
            .formatted(new PlatformSecrets(platform.data()).ensure("lake_billing").reveal()));
    CatalogSetup.apply(config);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void tellsHowFarSourcesTablesAndModelsAre() throws Exception {
    LakeStatus before = Status.read(config);
    assertThat(before.sources()).allSatisfy(s -> assertThat(s.state()).isEmpty());
    assertThat(before.tables()).allSatisfy(table -> assertThat(table.rows()).isZero());
    assertThat(before.models()).isEmpty();

    ingest();
    run("succeeded", "published_1", 1);
    run("failed", null, 2);
    LakeStatus status = Status.read(config);

    LakeStatus.SourceStatus billing = status.sources().get(0);
    assertThat(billing.state().orElseThrow())
        .isEqualTo(
            new LakeStatus.StateStatus(1, "r", 7, Optional.of("0/10"), Optional.of(CHANGED), 2));
    assertThat(billing.lastCommit().orElseThrow().rows()).isEqualTo(5);
    assertThat(billing.lastCommit().orElseThrow().at().orElseThrow()).isBefore(Instant.now());
    LakeStatus.ServerStatus server = billing.server().orElseThrow();
    assertThat(server.lagBytes().orElseThrow()).isGreaterThan(1_000_000);
    assertThat(server.lagSeconds().orElseThrow()).isPositive();
    assertThat(server.slot()).contains("lake_billing");
    assertThat(server.slotActive()).isFalse();
    assertThat(server.retainedBytes().orElseThrow()).isNotNegative();
    assertThat(server.walStatus()).contains("reserved");
    assertThat(status.tables())
        .filteredOn(table -> table.table().equals("bronze.billing.bill"))
        .singleElement()
        .satisfies(
            table -> {
              assertThat(table.rows()).isEqualTo(5);
              assertThat(table.files()).isEqualTo(1);
              assertThat(table.bytes()).isEqualTo(100);
            });
    LakeStatus.ModelStatus model = status.models().get(0);
    assertThat(model.model()).isEqualTo("gold.mart");
    assertThat(model.lastStatus()).isEqualTo("failed");
    assertThat(model.lastTag()).contains("published_1");
    assertThat(model.lastPublishedAt()).contains(CHANGED.plusSeconds(1));
    assertThat(model.lastRunAt()).isEqualTo(CHANGED.plusSeconds(2));
    assertThat(status.branches()).containsExactly("run_2");
    assertThat(status.tags()).containsExactly("published_1");

    printsBoth();
    tellsOfALoadAndOfAnIdleSlot();
  }

  @Test
  void saysThatAServerDoesNotAnswer() {
    LakeStatus.SourceStatus gone = Status.read(config).sources().get(1);

    assertThat(gone.server()).isEmpty();
    assertThat(gone.problem().orElseThrow())
        .startsWith("PostgreSQL at 127.0.0.1:1 does not answer user lake_gone in database gone: ");
  }

  private void tellsOfALoadAndOfAnIdleSlot() throws Exception {
    platform.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'");
    platform.execute("SELECT pg_reload_conf()");
    PostgresConfig source = config.databases().get(0);
    try (Connection connection =
            DriverManager.getConnection(
                source.jdbcUrl(), source.user(), source.password().reveal());
        Statement statement = connection.createStatement()) {
      LoadNotice notice = new LoadNotice(250, 1_000, 7_000, Instant.now().minusSeconds(100));
      statement.execute("SET application_name = '%s'".formatted(notice.name(source.slot())));

      LakeStatus.ServerStatus server = Status.read(config).sources().get(0).server().orElseThrow();

      assertThat(server.roomBytes().orElseThrow()).isBetween(1L, 2L << 30);
      assertThat(server.roomSeconds().orElseThrow()).isPositive();
      assertThat(output())
          .contains("billing: loads; 25 % of 1000.0 MiB read, 7,000 rows, 6")
          .contains("billing: nobody reads from the slot; the server drops it after ");
    }
    assertThat(output()).doesNotContain("loads;");
  }

  private void printsBoth() {
    assertThat(output())
        .contains("bronze.billing.bill", "gold.mart", "published_1", "loaded", "0/10")
        .contains("gone: PostgreSQL at 127.0.0.1:1 does not answer")
        .contains("Branches of runs under way or kept: run_2");
    assertThat(output("--json")).startsWith("{").contains("\"source\" : \"billing\"");
  }

  private String output(String... more) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, UTF_8));
    try {
      String[] args =
          java.util.stream.Stream.concat(
                  java.util.stream.Stream.of(
                      "--config",
                      temporary.resolve("lake.yaml").toString(),
                      "--data",
                      platform.data().toString()),
                  java.util.stream.Stream.of(more))
              .toArray(String[]::new);
      assertThat(Program.execute(new Status(), args)).isZero();
      return bytes.toString(UTF_8);
    } finally {
      System.setOut(before);
    }
  }

  private static void ingest() throws Exception {
    try (Connection connection = platform.connect("billing");
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_create_logical_replication_slot('lake_billing', 'pgoutput')");
    }
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog());
        CatalogCommit commit = new CatalogCommit(catalog)) {
      Schema schema = new Schema(Types.NestedField.optional(1, "id", Types.LongType.get()));
      TableChange change =
          new TableChange(
              Layer.BRONZE.table("billing", "public", "bill"),
              new TableChange.NewTable(schema, PartitionSpec.unpartitioned(), Map.of()),
              transaction ->
                  transaction.newAppend().appendFile(file(transaction.table())).commit());
      commit.commit(
          new CatalogCommit.Request(
              Optional.empty(),
              new SourceState(
                  "billing",
                  "1",
                  1,
                  "lake_billing",
                  1,
                  "r",
                  7,
                  16,
                  Optional.of(CHANGED),
                  Set.of("public.bill", "public.payment"),
                  Optional.empty()),
              List.of(change),
              "ingest",
              Map.of("lakehouse.source", "billing", "lakehouse.rows.bronze.billing.bill", "5")));
    }
  }

  private static DataFile file(Table table) {
    return DataFiles.builder(table.spec())
        .withPath(table.location() + "/data/" + UUID.randomUUID() + ".parquet")
        .withFileSizeInBytes(100)
        .withRecordCount(5)
        .build();
  }

  private static void run(String status, String tag, int number) throws Exception {
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      Table table = catalog.iceberg().loadTable(OpsTables.MODEL_RUN.table());
      Map<String, Object> row = new HashMap<>();
      row.put("run_id", "r" + number);
      row.put("model", "gold.mart");
      row.put("kind", "full");
      row.put("started_at", OffsetDateTime.ofInstant(CHANGED.plusSeconds(number), ZoneOffset.UTC));
      row.put("status", status);
      row.put("rows_written", 3L);
      row.put("at_hash", "0");
      row.put("tag", tag);
      DataWriter<Record> writer =
          new GenericAppenderFactory(table.schema(), table.spec())
              .newDataWriter(
                  EncryptedFiles.encryptedOutput(
                      table
                          .io()
                          .newOutputFile(
                              table.locationProvider().newDataLocation(number + ".parquet")),
                      EncryptionKeyMetadata.EMPTY),
                  FileFormat.PARQUET,
                  null);
      try (writer) {
        writer.write(GenericRecord.create(table.schema()).copy(row));
      }
      table.newAppend().appendFile(writer.toDataFile()).commit();
      CatalogBranches branches = new CatalogBranches(catalog);
      String hash = branches.hash("main").orElseThrow();
      if (tag == null) {
        branches.create("run_" + number, "main", hash);
      } else {
        branches.tag(tag, "main", hash);
      }
    }
  }
}
