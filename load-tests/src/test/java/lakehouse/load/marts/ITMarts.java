package lakehouse.load.marts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.load.fixture.TestedLake;
import lakehouse.load.reconcile.LakeSession;
import lakehouse.load.utility.DatabaseServer;
import lakehouse.load.utility.Fault;
import lakehouse.load.utility.LiveWorkload;
import lakehouse.load.utility.Planted;
import lakehouse.load.utility.SeedProgress;
import lakehouse.load.utility.UtilityDatabase;
import lakehouse.load.utility.UtilityDatabases;
import lakehouse.load.utility.UtilityGenerator;
import lakehouse.load.utility.UtilitySize;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every mart equals, to the last digit, what a plain query over the source tables computes, written
 * by another hand from its definition alone: after a first run, after nights of live changes and
 * late corrections, and made anew. Sums agree at every level, and what the generator planted is
 * found, and nothing else. {@code -Dlakehouse.nights} says how many nights, {@code
 * -Dlakehouse.seed} which utility.
 */
class ITMarts {
  /** A computation may read what an earlier mart holds, which has been compared itself. */
  private static final List<String> MARTS =
      List.of(
          "atc_loss",
          "pmt_loss",
          "feeder_energy_balance",
          "reliability_index",
          "major_event_day",
          "loadshed_compliance",
          "recovery_ageing",
          "bill_cycle_audit",
          "shadow_bill",
          "slab_migration",
          "interval_quality",
          "ami_health",
          "theft_suspicion",
          "complaint_sla",
          "asset_loading");

  /** Rounds of the workload in a night; each is an hour of the utility's time. */
  private static final int ROUNDS = 6;

  private static final UtilitySize SIZE = new UtilitySize(4, 3, 10, 15, 2);

  /** What is planted; the manifest tells of every fault, whether it was planted or not. */
  private static final Set<Fault> FAULTS =
      Boolean.parseBoolean(System.getProperty("lakehouse.planting", "true"))
          ? EnumSet.allOf(Fault.class)
          : EnumSet.noneOf(Fault.class);

  private final Set<String> filled = new HashSet<>();

  @TempDir private Path folder;

  @Test
  void holdWhatTheirDefinitionsSayNightByNight() throws Exception {
    int nights = Integer.getInteger("lakehouse.nights", 1);
    long seed = Long.getLong("lakehouse.seed", 42);
    System.out.printf("seed %d, %d nights%n", seed, nights);
    try (TestedLake lake = new TestedLake(folder)) {
      PlatformProcess platform = lake.platform();
      DatabaseServer server =
          new DatabaseServer(
              platform.jdbcUrl("postgres"),
              platform.adminUser(),
              new Secret(platform.adminPassword()));
      new UtilityDatabases(server).create(database -> new Secret("of-" + database.roleName()));
      new UtilityGenerator(seed, SIZE, UtilityGenerator.DEFAULT_AS_OF, FAULTS)
          .seed(server, 2, SeedProgress.SILENT);
      Path config = config(platform);
      try (ProgramProcess ingest = lake.ingest(config)) {
        List<String> differences = new ArrayList<>();
        awaitCurrent(lake, ingest);
        lake.runModels(config);
        differences.addAll(differences(platform, "first run", Optional.of(seed)));
        for (int night = 1; night <= nights; night++) {
          new LiveWorkload(server, seed).run(ROUNDS, Duration.ZERO, () -> false);
          for (UtilityDatabase database : UtilityDatabase.values()) {
            correctLate(platform, database, night);
          }
          awaitCurrent(lake, ingest);
          // what a night changes is seen as long as the models have not run
          assertThat(differences(platform, "before the run of night " + night, Optional.empty()))
              .as("marts that a night changes")
              .hasSizeGreaterThan(MARTS.size() / 2);
          lake.runModels(config);
          differences.addAll(differences(platform, "night " + night, Optional.empty()));
        }
        lake.runModels(config, "--full-refresh");
        differences.addAll(differences(platform, "made anew", Optional.empty()));
        assertThat(String.join("\n", differences)).isEmpty();
        assertThat(filled).as("marts with any row").containsAll(MARTS);
        assertThat(ingest.stop()).as(ingest.output()).isZero();
      }
    }
  }

  private static Path config(PlatformProcess platform) throws Exception {
    Path folder = platform.data().path();
    StringBuilder sources = new StringBuilder();
    for (UtilityDatabase database : UtilityDatabase.values()) {
      Path password = folder.resolve(database.roleName());
      Files.writeString(password, "of-" + database.roleName());
      sources.append(
          """
            - name: %1$s
              engine: native
              database: %1$s
              host: %2$s
              port: %3$d
              user: %4$s
              password: "${file:%5$s}"
          """
              .formatted(
                  database.databaseName(),
                  platform.host(),
                  platform.port(),
                  database.roleName(),
                  password));
    }
    return Files.writeString(
        folder.resolve("marts.yaml"),
        """
        catalog:
          uri: %s
          warehouse: %s
        sources:
        %s
        ingest:
          state-folder: state
          checkpoint-interval: 1 s
        """
            .formatted(
                platform.catalogConfig().uri(), platform.catalogConfig().warehouse(), sources));
  }

  private static void awaitCurrent(TestedLake lake, ProgramProcess ingest) throws SQLException {
    for (UtilityDatabase database : UtilityDatabase.values()) {
      long lsn;
      long tables;
      PlatformProcess platform = lake.platform();
      try (Connection connection = platform.connect(database.databaseName());
          Statement statement = connection.createStatement();
          var row =
              statement.executeQuery(
                  """
                  SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn, count(*)
                  FROM pg_publication_tables WHERE pubname = 'lake'""")) {
        row.next();
        lsn = row.getLong(1);
        tables = row.getLong(2);
      }
      lake.awaitState(
          ingest,
          database.databaseName(),
          state -> state.loaded().size() == tables && state.lsn() >= lsn);
    }
  }

  /** What comes too late, or was wrong, in a night: the file of the database says what. */
  private static void correctLate(PlatformProcess platform, UtilityDatabase database, int night)
      throws Exception {
    try (Connection connection = platform.connect(database.databaseName());
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET timezone = 'UTC'");
      statement.execute("SET late.night = '%d'".formatted(night));
      statement.execute(SourcesInDuckDb.resource("late/%s.sql".formatted(database.databaseName())));
      connection.commit();
    }
  }

  /**
   * What the marts hold otherwise than they should.
   *
   * @param seed of the manifest that they are held against, as long as nobody changed the sources
   */
  private List<String> differences(PlatformProcess platform, String when, Optional<Long> seed)
      throws Exception {
    System.out.printf("%s:%n", when);
    List<String> all = new ArrayList<>();
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig());
        SourcesInDuckDb sources =
            new SourcesInDuckDb(platform, Files.createTempDirectory(folder, "duck"))) {
      String hash = catalog.reference(catalog.config().reference()).orElseThrow().getHash();
      SparkSession session = LakeSession.open(catalog.config(), hash);
      for (String mart : MARTS) {
        String difference = sources.differences(session, mart);
        if (sources.expectsRows(mart)) {
          filled.add(mart);
        }
        if (!difference.isEmpty()) {
          all.add(when + ": " + difference);
        }
      }
      sources.copy(session, "silver.network.interruption_effect", "lake.interruption_effect");
      sources.copy(
          session,
          "gold.reliability_without_major_events",
          "lake.reliability_without_major_events");
      all.addAll(Conservation.violations(sources, when));
      if (seed.isPresent()) {
        List<Planted> manifest = new ArrayList<>();
        new UtilityGenerator(seed.get(), SIZE, UtilityGenerator.DEFAULT_AS_OF)
            .tellPlanted(manifest::add);
        all.addAll(new ManifestCheck(sources, manifest).differences());
      }
    }
    return all;
  }
}
