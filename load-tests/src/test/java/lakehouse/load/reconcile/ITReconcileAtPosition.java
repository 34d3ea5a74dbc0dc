package lakehouse.load.reconcile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.IcebergProperties;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.LakeConfigs;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.fixture.TestedLake;
import lakehouse.load.reconcile.Reconciliation.Patience;
import lakehouse.load.reconcile.Reconciliation.Request;
import lakehouse.load.reconcile.Reconciliation.Result;
import lakehouse.load.reconcile.TableReport.Verdict;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The proof holds at a position, whatever the source does meanwhile; and it bites. */
@TestMethodOrder(OrderAnnotation.class)
class ITReconcileAtPosition {
  @TempDir static Path folder;

  private static TestedLake lake;
  private static ProgramProcess ingest;
  private static Path config;

  @BeforeAll
  static void start() throws Exception {
    lake = new TestedLake(folder);
    PlatformProcess platform = lake.platform();
    platform.execute("CREATE DATABASE plant");
    inPlant(
        "CREATE ROLE lake_plant LOGIN REPLICATION PASSWORD 'plant'",
        """
        CREATE TABLE reading (
          meter_id bigint,
          read_at timestamptz,
          energy_kwh numeric(24,18),
          note text,
          PRIMARY KEY (meter_id, read_at)
        )\
        """,
        """
        INSERT INTO reading
        SELECT g / 100, timestamptz '2024-01-01Z' + g * interval '15 minutes', g * 0.125, repeat(md5(g::text), 200)
        FROM generate_series(0, 1999) g\
        """,
        "ALTER TABLE reading ALTER COLUMN note SET STORAGE EXTERNAL",
        "CREATE TABLE adjustment (bill_id bigint NOT NULL, amount_rs numeric(14,2))",
        "ALTER TABLE adjustment REPLICA IDENTITY FULL",
        "INSERT INTO adjustment SELECT g % 50, g % 7 FROM generate_series(1, 300) g",
        "CREATE PUBLICATION lake FOR TABLE reading, adjustment",
        "GRANT SELECT ON reading, adjustment TO lake_plant");
    Path password = Files.writeString(folder.resolve("password"), "plant", UTF_8);
    config =
        Files.writeString(
            folder.resolve("lake.yaml"),
            """
            catalog:
              uri: %s
              warehouse: %s
            sources:
              - name: plant
                engine: native
                host: %s
                port: %d
                password: "${file:%s}"
            ingest:
              state-folder: state
              checkpoint-interval: 300 ms
            """
                .formatted(
                    platform.uri(),
                    platform.catalogConfig().warehouse(),
                    platform.host(),
                    platform.port(),
                    password),
            UTF_8);
    lake.setUp(config);
    ingest = lake.ingest(config);
    lake.awaitState(ingest, "plant", state -> state.loaded().size() == 2 && state.lsn() > 0);
  }

  @AfterAll
  static void stop() {
    ingest.close();
    lake.close();
  }

  @Test
  @Order(1)
  void holdsByBronzeAloneWhileTheSourceChanges() throws Exception {
    Result result = whileItChanges();
    assertThat(result.tables())
        .allSatisfy(table -> assertThat(table.basis()).isEqualTo("by bronze alone"));
    assertThat(slots()).containsExactly("lake_plant");
  }

  @Test
  @Order(2)
  void holdsBySilverAndWhatCameAfterItWhileTheSourceChanges() throws Exception {
    lake.makeSilver(config);
    Result atOnce = reconcile();
    assertThat(atOnce.equal()).as(atOnce.toString()).isTrue();
    assertThat(report(atOnce, "reading").basis()).isEqualTo("by silver");
    Result result = whileItChanges();
    assertThat(report(result, "reading").basis()).matches("by silver and [\\d,]+ later changes");
    assertThat(report(result, "adjustment").basis()).isEqualTo("by bronze alone");
  }

  @Test
  @Order(3)
  void namesTheWriterThatAPositionWaitsForAndLeavesNoSlot() throws Exception {
    try (Connection writer = lake.platform().connect("plant");
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("UPDATE adjustment SET amount_rs = 0 WHERE bill_id = -1");
      statement.execute("INSERT INTO adjustment VALUES (-1, 0)");
      Request impatient =
          new Request(
              List.of(),
              List.of(),
              16,
              20,
              Optional.of(new Patience(Duration.ofSeconds(1), Duration.ofMinutes(1))));
      assertThatThrownBy(() -> new Reconciliation(lakeConfig(), impatient).run(n -> {}, t -> {}))
          .isInstanceOfSatisfying(
              LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
          .hasMessageContaining("it waits for transactions that write")
          .hasMessageContaining("process ");
      writer.rollback();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(slots()).containsExactly("lake_plant"));
  }

  @Test
  @Order(4)
  void findsWhatIsPlantedIntoBronze() throws Exception {
    inPlant(
        "INSERT INTO reading SELECT -g, timestamptz '2025-01-01Z', g, 'planted' FROM"
            + " generate_series(1, 5) g",
        "INSERT INTO adjustment VALUES (-7, 7)");
    Result before = reconcile();
    assertThat(before.equal()).as(before.toString()).isTrue();

    SparkSession writer = session();
    // one row is dropped, one digit flipped, two values are swapped, one commit is doubled
    writer.sql("DELETE FROM lake.bronze.plant.reading WHERE meter_id = -1");
    writer.sql(
        "UPDATE lake.bronze.plant.reading SET energy_kwh = energy_kwh + 0.000000000000000001BD"
            + " WHERE meter_id = -2");
    writer.sql(
        "UPDATE lake.bronze.plant.reading SET energy_kwh = 7 - energy_kwh WHERE meter_id IN (-3,"
            + " -4)");
    writer.sql(
        "INSERT INTO lake.bronze.plant.adjustment SELECT * FROM lake.bronze.plant.adjustment WHERE"
            + " bill_id = -7");
    try {
      Result result = reconcile();
      assertThat(result.equal()).isFalse();
      assertThat(report(result, "reading").verdict()).isEqualTo(Verdict.DIFFERENT);
      assertThat(report(result, "reading").differences())
          .extracting(it -> it.key().replaceFirst(",.*", "") + " " + it.description())
          .containsExactlyInAnyOrder(
              "meter_id=-1 missing in silver",
              "meter_id=-2 different in energy_kwh",
              "meter_id=-3 different in energy_kwh",
              "meter_id=-4 different in energy_kwh");
      assertThat(report(result, "adjustment").differences())
          .extracting(KeyDifference::description)
          .containsExactly("2 times in silver, 1 in PostgreSQL");
    } finally {
      writer.stop();
    }
  }

  /** Finds all equal while transactions come all the time. */
  private static Result whileItChanges() throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicInteger transactions = new AtomicInteger();
    CompletableFuture<Void> workload =
        CompletableFuture.runAsync(
            () -> {
              try (Connection connection = lake.platform().connect("plant");
                  Statement statement = connection.createStatement()) {
                while (!stopped.get()) {
                  change(statement, transactions.get());
                  transactions.incrementAndGet();
                }
              } catch (SQLException e) {
                throw new CompletionException(e);
              }
            });
    try {
      // some before the position, some while it is compared
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> workload.isDone() || transactions.get() > 30);
      int before = transactions.get();
      Result result = reconcile();
      assertThat(transactions.get()).isGreaterThan(before + 10);
      assertThat(result.equal()).as(result.toString()).isTrue();
      assertThat(result.places()).hasSize(1);
      assertThat(result.tables())
          .allSatisfy(
              table -> {
                assertThat(table.rowsInLake()).isPositive();
                assertThat(table.digestInLake()).isEqualTo(table.digestInSource()).isNotEmpty();
              });
      return result;
    } finally {
      stopped.set(true);
      workload.get();
    }
  }

  private static void change(Statement statement, int n) throws SQLException {
    int meter = 100 + n % 40;
    // in one transaction each; the long note is not in the log when it does not change
    statement.execute(
        """
        INSERT INTO reading VALUES (%1$d, timestamptz '2024-06-01Z' + %2$d * interval '1 s', %2$d, repeat('x', %2$d %% 3000))
        ON CONFLICT DO NOTHING;
        UPDATE reading SET energy_kwh = energy_kwh + 1 WHERE meter_id = %3$d;
        DELETE FROM reading WHERE meter_id = %4$d AND read_at < timestamptz '2024-06-01Z' + %2$d * interval '1 s';
        INSERT INTO adjustment VALUES (%5$d, 1.5);
        UPDATE adjustment SET amount_rs = amount_rs + 1 WHERE bill_id = %6$d\
        """
            .formatted(meter, n, n % 20, 100 + (n + 20) % 40, n % 50, (n * 7) % 50));
  }

  private static Result reconcile() {
    return new Reconciliation(
            lakeConfig(),
            new Request(
                List.of(),
                List.of(),
                64,
                20,
                Optional.of(new Patience(Duration.ofMinutes(1), Duration.ofMinutes(2)))))
        .run(tables -> {}, table -> {});
  }

  private static TableReport report(Result result, String table) {
    return result.tables().stream().filter(t -> t.table().equals(table)).findFirst().orElseThrow();
  }

  private static LakeConfig lakeConfig() {
    return LakeConfigs.load(Optional.of(config), new DataFolder(folder.resolve("data")));
  }

  private static List<String> slots() throws SQLException {
    List<String> slots = new java.util.ArrayList<>();
    try (Connection connection = lake.platform().connect("plant");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT slot_name FROM pg_replication_slots")) {
      while (row.next()) {
        slots.add(row.getString(1));
      }
    }
    return slots;
  }

  private static SparkSession session() {
    SparkSession session = LakeSession.local().master("local[2]").getOrCreate().newSession();
    session.conf().set("spark.sql.session.timeZone", "UTC");
    session.conf().set("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog");
    session
        .conf()
        .set("spark.sql.catalog.lake.catalog-impl", "org.apache.iceberg.nessie.NessieCatalog");
    IcebergProperties.of(lake.platform().catalogConfig(), "main", Optional.empty())
        .forEach((key, value) -> session.conf().set("spark.sql.catalog.lake." + key, value));
    return session;
  }

  private static void inPlant(String... statements) throws SQLException {
    try (Connection connection = lake.platform().connect("plant");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
