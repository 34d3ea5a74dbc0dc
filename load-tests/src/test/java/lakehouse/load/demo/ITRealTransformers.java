package lakehouse.load.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.PlatformSecrets;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.reconcile.LakeSession;
import lakehouse.load.utility.DatabaseServer;
import lakehouse.load.utility.RealTransformers;
import lakehouse.load.utility.SeedProgress;
import lakehouse.load.utility.UtilityDatabases;
import lakehouse.load.utility.UtilityGenerator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two years of two real transformers go through the real programs, and the daily energy in gold is
 * what plain SQL over PostgreSQL says, to the last digit.
 */
class ITRealTransformers {
  private static final Logger LOG = LoggerFactory.getLogger(ITRealTransformers.class);

  /** Hours in each file, and the days that they begin on. */
  private static final int HOURS = 17_420;

  @TempDir private Path folder;

  @Test
  void dailyEnergyInGoldEqualsPlainSqlOverPostgres() throws Exception {
    Path measurements =
        Optional.ofNullable(System.getenv("LAKE_SHARED_DATA"))
            .map(Path::of)
            .orElse(ProgramProcess.checkout().resolveSibling("shared").resolve("data"));
    if (!RealTransformers.presentIn(measurements)) {
      LOG.warn(
          "SKIPPED: the real transformers' measurements are not in {}. Name their folder in the"
              + " environment variable LAKE_SHARED_DATA: without them nothing is tested on real data.",
          measurements);
    }
    assumeTrue(RealTransformers.presentIn(measurements), "no measurements in " + measurements);

    try (PlatformProcess platform = PlatformProcess.start(folder.resolve("data"))) {
      load(platform, measurements);
      run("catalog-setup", "lakehouse.catalog.setup.CatalogSetup", platform, "apply");
      run(
          "cdc-ingest",
          "lakehouse.ingest.CdcIngestJob",
          platform,
          "--until-loaded",
          "--source=billing",
          "--source=metering",
          "--source=network",
          "--source=service");
      run("batch-models", "lakehouse.models.ModelsJob", platform, "run");

      SortedMap<String, BigDecimal> inSource = inPostgres(platform);
      assertThat(inSource).hasSizeGreaterThan(2 * HOURS / 24);
      assertThat(inGold(platform)).isEqualTo(inSource);
    }
  }

  private static void run(
      String module, String main, PlatformProcess platform, String... arguments) {
    try (ProgramProcess program =
        ProgramProcess.start(
            module,
            main,
            platform.data().logs().resolve(main + ".log"),
            List.of(),
            Stream.concat(Stream.of(arguments), Stream.of("--data", platform.data().toString()))
                .toList())) {
      assertThat(program.exitCode()).as(program.output()).isZero();
    }
  }

  private static void load(PlatformProcess platform, Path measurements)
      throws SQLException, InterruptedException {
    PlatformSecrets secrets = new PlatformSecrets(platform.data());
    DatabaseServer server =
        DatabaseServer.of(PlatformFile.running(platform.data()), platform.data());
    new UtilityDatabases(server).create(database -> secrets.ensure(database.roleName()));
    UtilityGenerator.ofScale(1, 0.1).seed(server, 2, SeedProgress.SILENT);
    assertThat(new RealTransformers(server).load(measurements)).isEqualTo(2 * HOURS);
  }

  private static SortedMap<String, BigDecimal> inPostgres(PlatformProcess platform)
      throws SQLException {
    SortedMap<String, BigDecimal> days = new TreeMap<>();
    try (Connection connection = platform.connect("metering");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT meter_id, (read_at AT TIME ZONE 'Asia/Karachi')::date::text, sum(energy_kwh)
                FROM interval_reading
                WHERE meter_id IN (SELECT meter_id FROM meter WHERE manufacturer = 'ETDataset')
                GROUP BY 1, 2""")) {
      while (rows.next()) {
        days.put(rows.getLong(1) + " " + rows.getString(2), rows.getBigDecimal(3));
      }
    }
    return days;
  }

  private static SortedMap<String, BigDecimal> inGold(PlatformProcess platform) {
    SortedMap<String, BigDecimal> days = new TreeMap<>();
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig());
        SparkSession spark =
            LakeSession.open(catalog.config(), catalog.reference("main").orElseThrow().getHash())) {
      for (Row row :
          spark
              .sql(
                  """
                  SELECT e.meter_id, CAST(e.day AS STRING), e.energy_kwh
                  FROM lake.gold.meter_daily_energy e
                  JOIN lake.silver.metering.meter m ON m.meter_id = e.meter_id
                  WHERE m.manufacturer = 'ETDataset'""")
              .collectAsList()) {
        days.put(row.getLong(0) + " " + row.getString(1), row.getDecimal(2));
      }
    }
    return days;
  }
}
