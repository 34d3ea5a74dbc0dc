package lakehouse.load.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IcebergProperties;
import lakehouse.catalog.config.IngestConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.ModelsConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SslMode;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.load.reconcile.Reconciliation.Request;
import lakehouse.load.reconcile.Reconciliation.Result;
import lakehouse.load.reconcile.TableReport.Verdict;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The oracle bites: whatever is wrong in a silver table is found and named. */
class ITReconciliation {
  private static final int ROWS = 5_000;

  @TempDir static Path folder;

  private static PlatformProcess platform;
  private static SparkSession writer;
  private static String branch;

  @BeforeAll
  static void start() throws SQLException {
    platform = PlatformProcess.start(folder.resolve("data"));
    platform.execute("CREATE ROLE lake_plant LOGIN PASSWORD 'plant'");
    platform.execute("CREATE DATABASE plant");
    inPlant(
        """
        CREATE TABLE reading (
          meter_id bigint,
          read_at timestamptz,
          energy_kwh numeric(24,18),
          status text,
          PRIMARY KEY (meter_id, read_at)
        )""",
        """
        INSERT INTO reading
        SELECT g / 100,
               timestamptz '2024-01-01 00:00+00' + g * interval '15 minutes',
               g * 0.125000000000000001,
               CASE g %% 3 WHEN 0 THEN 'measured' WHEN 1 THEN '' END
        FROM generate_series(0, %d - 1) g"""
            .formatted(ROWS),
        "CREATE TABLE adjustment (bill_id bigint NOT NULL, amount_rs numeric(14,2))",
        "INSERT INTO adjustment VALUES (1, 5), (1, 5), (2, 7), (3, NULL)",
        "CREATE TABLE person (cnic text PRIMARY KEY, name text, city text)",
        "INSERT INTO person VALUES ('1', 'Asif', 'Karachi'), ('2', 'Sana', NULL)",
        "CREATE TABLE secret (id integer)",
        "CREATE PUBLICATION lake FOR TABLE reading, adjustment, person, secret",
        "GRANT SELECT ON reading, adjustment, person TO lake_plant");
    writer = session("main");
    for (String namespace : List.of("bronze", "bronze.plant", "silver", "silver.plant")) {
      writer.sql("CREATE NAMESPACE IF NOT EXISTS lake." + namespace);
    }
    bronze("reading", "meter_id bigint, read_at timestamp", "[\"meter_id\",\"read_at\"]", "{}");
    bronze("adjustment", "bill_id bigint, amount_rs decimal(14,2)", "[]", "{}");
    bronze(
        "person",
        "cnic string, name string, city string, fax string",
        "[\"cnic\"]",
        "{\"cnic\":\"TOKEN\",\"name\":\"REDACT\"}");
    writeSilver();
  }

  /** Each test harms a branch of its own. */
  @BeforeEach
  void branchOff(TestInfo test) {
    branch = test.getTestMethod().orElseThrow().getName();
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig())) {
      CatalogBranches branches = new CatalogBranches(catalog);
      branches.create(branch, "main", branches.hash("main").orElseThrow());
    }
    writer = session(branch);
  }

  private static SparkSession session(String branch) {
    SparkSession session = LakeSession.local().master("local[2]").getOrCreate().newSession();
    session.conf().set("spark.sql.session.timeZone", "UTC");
    session.conf().set("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog");
    session
        .conf()
        .set("spark.sql.catalog.lake.catalog-impl", "org.apache.iceberg.nessie.NessieCatalog");
    IcebergProperties.of(platform.catalogConfig(), branch, Optional.empty())
        .forEach((key, value) -> session.conf().set("spark.sql.catalog.lake." + key, value));
    return session;
  }

  private static void bronze(String table, String columns, String key, String masks) {
    writer.sql(
        """
        CREATE TABLE lake.bronze.plant.%s (%s, _op string) USING iceberg
        TBLPROPERTIES ('lakehouse.key' = '%s', 'lakehouse.masks' = '%s')"""
            .formatted(table, columns, key, masks));
  }

  @AfterAll
  static void stop() {
    writer.stop();
    platform.close();
  }

  private static void writeSilver() {
    silver(
        "reading",
        """
        SELECT id DIV 100 AS meter_id,
               timestamp_micros(1704067200000000 + id * 900000000) AS read_at,
               CAST(CAST(id AS decimal(6,0)) * 0.125000000000000001BD AS decimal(24,18)) AS energy_kwh,
               CASE id %% 3 WHEN 0 THEN 'measured' WHEN 1 THEN '' END AS status,
               id AS _seq
        FROM range(%d)"""
            .formatted(ROWS));
    silver(
        "adjustment",
        """
        SELECT CAST(b AS bigint) AS bill_id, CAST(a AS decimal(14,2)) AS amount_rs
        FROM VALUES (2, 7), (1, 5), (3, NULL), (1, 5) AS t(b, a)""");
    silver(
        "person",
        """
        SELECT * FROM VALUES ('6b86b2', CAST(NULL AS string), 'Karachi', 'x'),
                             ('d4735e', NULL, NULL, 'x') AS t(cnic, name, city, fax)""");
  }

  private static void silver(String table, String select) {
    String name = "lake.silver.plant." + table;
    writer.sql("DROP TABLE IF EXISTS " + name);
    writer.sql(
        """
        CREATE TABLE %s USING iceberg TBLPROPERTIES ('write.delete.mode' = 'merge-on-read') AS
        SELECT /*+ COALESCE(1) */ * FROM (%s)"""
            .formatted(name, select));
  }

  private static void inSilver(String sql) {
    writer.sql(sql.replace("silver.", "lake.silver.plant."));
  }

  @Test
  void findsEqualTablesEqual() {
    Result result = reconcile();
    assertThat(result.equal()).isTrue();
    assertThat(result.tables())
        .extracting(TableReport::table, TableReport::rowsInSource, TableReport::rowsInLake)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("adjustment", 4L, 4L),
            org.assertj.core.groups.Tuple.tuple("person", 2L, 2L),
            org.assertj.core.groups.Tuple.tuple("reading", (long) ROWS, (long) ROWS));
    assertThat(result.leftOut()).containsExactly("plant.secret");
    assertThat(result.tables().get(0).notes())
        .containsExactly("no key, so compared as a bag of rows");
    assertThat(result.tables().get(1).notes())
        .containsExactly(
            "redacted, so left out: name",
            "tokens in the lake, so only nulls are compared: cnic",
            "no longer in PostgreSQL, so left out: fax",
            "the key is hidden or gone, so compared as a bag of rows");
  }

  @Test
  void namesTheKeyAndColumnOfOneFlippedDigit() {
    inSilver(
        "UPDATE silver.reading SET energy_kwh = energy_kwh + 0.000000000000000001BD"
            + " WHERE meter_id = 7 AND read_at = timestamp '2024-01-08 07:30:00'");
    TableReport report = reading();
    assertThat(report.verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(report.rowsInLake()).isEqualTo(ROWS);
    assertThat(named(report))
        .containsExactly("meter_id=7, read_at=2024-01-08T07:30:00Z different in energy_kwh");
    KeyDifference.Different different = (KeyDifference.Different) report.differences().get(0);
    assertThat(different.columns().get(0).inSource()).isEqualTo("87.750000000000000702");
    assertThat(different.columns().get(0).inLake()).isEqualTo("87.750000000000000703");
    assertThat(different.toString()).doesNotContain("87.75");
  }

  @Test
  void namesADroppedRow() {
    inSilver(
        "DELETE FROM silver.reading WHERE meter_id = 7"
            + " AND read_at = timestamp '2024-01-08 07:30:00'");
    TableReport report = reading();
    assertThat(report.rowsInLake()).isEqualTo(ROWS - 1);
    assertThat(named(report))
        .containsExactly("meter_id=7, read_at=2024-01-08T07:30:00Z missing in silver");
  }

  @Test
  void namesADoubledRow() {
    inSilver("INSERT INTO silver.reading SELECT * FROM silver.reading WHERE _seq = 702");
    assertThat(named(reading()))
        .containsExactly(
            "meter_id=7, read_at=2024-01-08T07:30:00Z 2 times in silver, 1 in PostgreSQL");
  }

  @Test
  void findsARowThatStandsThreeTimesInsteadOfOnce() {
    inSilver("INSERT INTO silver.reading SELECT * FROM silver.reading WHERE _seq = 702");
    inSilver("INSERT INTO silver.reading SELECT DISTINCT * FROM silver.reading WHERE _seq = 702");
    assertThat(named(reading())).hasSize(1).first().asString().contains("3 times in silver");
  }

  @Test
  void namesARowThatTheSourceDoesNotHave() {
    inSilver(
        "INSERT INTO silver.reading VALUES"
            + " (-1, timestamp '1969-12-31 23:59:59.999999', 1BD, NULL, 0)");
    assertThat(named(reading()))
        .containsExactly("meter_id=-1, read_at=1969-12-31T23:59:59.999999Z only in silver");
  }

  @Test
  void findsTwoValuesSwappedBetweenRows() {
    inSilver(
        """
        UPDATE silver.reading
        SET energy_kwh = CAST(CAST(1405 - _seq AS decimal(6,0)) * 0.125000000000000001BD AS decimal(24,18))
        WHERE _seq IN (702, 703)""");
    assertThat(named(reading()))
        .containsExactlyInAnyOrder(
            "meter_id=7, read_at=2024-01-08T07:30:00Z different in energy_kwh",
            "meter_id=7, read_at=2024-01-08T07:45:00Z different in energy_kwh");
  }

  @Test
  void tellsNullFromEmpty() {
    inSilver("UPDATE silver.reading SET status = NULL WHERE _seq = 1");
    assertThat(named(reading()))
        .containsExactly("meter_id=0, read_at=2024-01-01T00:15:00Z different in status");
  }

  @Test
  void findsACopyMissingFromABag() {
    silver(
        "adjustment",
        "SELECT CAST(b AS bigint) AS bill_id, CAST(a AS decimal(14,2)) AS amount_rs"
            + " FROM VALUES (2, 7), (1, 5), (3, NULL), (2, 7) AS t(b, a)");
    TableReport report = report(reconcile(), "adjustment");
    assertThat(report.verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(report.differences())
        .extracting(KeyDifference::description)
        .containsExactlyInAnyOrder(
            "missing in silver: 2 rows in PostgreSQL, 1 in silver",
            "2 times in silver, 1 in PostgreSQL");
  }

  @Test
  void namesNoMoreKeysThanAskedFor() {
    inSilver("DELETE FROM silver.reading WHERE meter_id < 40");
    TableReport report =
        report(reconcile(new Request(List.of(), List.of("reading"), 64, 5)), "reading");
    assertThat(report.differences()).hasSize(5);
    assertThat(report.allDifferences()).isFalse();
  }

  @Test
  void comparesAColumnThatSilverLacksWithNull() throws SQLException {
    inPlant("ALTER TABLE reading ADD COLUMN quality smallint");
    try {
      TableReport report = reading();
      assertThat(report.verdict()).isEqualTo(Verdict.EQUAL);
      assertThat(report.notes()).containsExactly("not in silver yet, so compared as null: quality");
      inPlant("UPDATE reading SET quality = 1 WHERE meter_id = 0 AND energy_kwh = 0");
      assertThat(named(reading()))
          .containsExactly("meter_id=0, read_at=2024-01-01T00:00:00Z different in quality");
    } finally {
      inPlant("ALTER TABLE reading DROP COLUMN quality");
    }
  }

  @Test
  void reportsATableThatSilverDoesNotHave() {
    writer.sql("DROP TABLE lake.silver.plant.person");
    Result result = reconcile();
    assertThat(result.equal()).isFalse();
    assertThat(report(result, "person").verdict()).isEqualTo(Verdict.NOT_IN_SILVER);
  }

  @Test
  void refusesToProveWhatItCannotCompare() {
    silver("adjustment", "SELECT 1 AS bill_id, 1BD AS amount_rs");
    TableReport report = report(reconcile(), "adjustment");
    assertThat(report.verdict()).isEqualTo(Verdict.NOT_COMPARABLE);
    assertThat(report.notes())
        .contains("cannot be compared: bill_id (int8 in PostgreSQL, int in silver)");
  }

  @Test
  void saysWhatIsWrongWithTheRequestOrTheSource() {
    assertThatThrownBy(() -> reconcile(new Request(List.of("plan"), List.of(), 64, 20)))
        .isInstanceOf(LakeException.class)
        .hasMessage("There is no source plan; the sources are plant.");
    assertThatThrownBy(() -> reconcile(new Request(List.of(), List.of("nothing"), 64, 20)))
        .hasMessage("No captured table matches nothing: there is nothing to compare.");
    assertThatThrownBy(() -> new Request(List.of(), List.of(), 0, 20))
        .hasMessage("buckets must be between 1 and 65536: 0");
    assertThatThrownBy(() -> new Reconciliation(config("wrong"), all()).run(n -> {}, table -> {}))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
        .hasMessageContaining("Source plant failed while opening a snapshot")
        .hasMessageNotContaining("wrong");
  }

  private static Request all() {
    return new Request(List.of(), List.of(), 64, 20);
  }

  private static Result reconcile() {
    return reconcile(all());
  }

  private static Result reconcile(Request request) {
    return new Reconciliation(config("plant"), request).run(tables -> {}, table -> {});
  }

  private static TableReport reading() {
    return report(reconcile(new Request(List.of("plant"), List.of("reading"), 64, 20)), "reading");
  }

  private static TableReport report(Result result, String table) {
    return result.tables().stream().filter(t -> t.table().equals(table)).findFirst().orElseThrow();
  }

  private static List<String> named(TableReport report) {
    return report.differences().stream().map(d -> d.key() + " " + d.description()).toList();
  }

  private static LakeConfig config(String password) {
    return new LakeConfig(
        new CatalogConfig(
            platform.catalogConfig().uri(),
            branch,
            platform.catalogConfig().warehouse(),
            platform.catalogConfig().properties()),
        List.of(
            new PostgresConfig(
                "plant",
                CaptureEngineName.FLINK_CDC,
                platform.host(),
                platform.port(),
                "plant",
                "lake_plant",
                new Secret(password),
                SslMode.PREFER,
                "",
                "lake_plant",
                "lake",
                List.of("*"),
                List.of("secret"),
                List.of())),
        new IngestConfig(Duration.ofSeconds(1), 1, folder, Optional.empty()),
        new ModelsConfig(List.of(), 1));
  }

  private static void inPlant(String... statements) throws SQLException {
    try (Connection connection = platform.connect("plant");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
