package lakehouse.load.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.LakeConfigs;
import lakehouse.load.measure.MachineLoad;
import lakehouse.load.measure.MachineLoad.Counts;
import lakehouse.load.measure.MeasuredLake;
import lakehouse.load.models.CostReport.Cost;

/** One run of the measurement, on a platform of its own. */
final class ModelsRun {
  private static final String SILVER = "silver";
  private static final String GOLD = "gold";

  /** The programs that are measured are started by this one, and have ended. */
  private static final MachineLoad LOAD = MachineLoad.ofThisProcess();

  private final long rows;
  private final MeasuredLake lake;
  private final Optional<Path> recordings;
  private final List<Cost> costs = new ArrayList<>();
  private final Path config;

  /**
   * @param rows about how many the table has
   * @param recordings the folder for flight recordings
   */
  ModelsRun(long rows, MeasuredLake lake, Optional<Path> recordings) {
    this.rows = rows;
    this.lake = lake;
    this.recordings = recordings;
    this.config = lake.data().path().resolve("models.yaml");
  }

  CostReport run() throws Exception {
    lake.start();
    Files.writeString(
        config,
        """
        catalog:
          uri: ${platform:nessie-uri}
          warehouse: ${platform:warehouse}
        models:
          paths: [models]
        """);
    BronzeReadings readings;
    try (LakeCatalog catalog = LakeCatalog.open(catalogConfig());
        DuckDb duckDb = new DuckDb(Files.createDirectories(lake.data().path().resolve("duckdb")))) {
      // the same on next to nothing: what the start of a program costs
      BronzeReadings tiny = create(catalog, duckDb, "tiny", 1);
      Measured silverStart = build(tiny, SILVER, "first");
      Measured goldStart = build(tiny, GOLD, "first");
      tiny.change(new Scenario("tiny", 0.01, 7, 90));
      Measured silverMergeStart = build(tiny, SILVER, "merge");
      Measured goldMergeStart = build(tiny, GOLD, "merge");

      readings = create(catalog, duckDb, "big", rows);
      add(SILVER, "first build", 0, build(readings, SILVER, "first"), silverStart);
      add(GOLD, "first build", 0, build(readings, GOLD, "first"), goldStart);
      Path silverFloor = lake.data().path().resolve("silver.parquet");
      Path goldFloor = lake.data().path().resolve("gold.parquet");
      for (Scenario scenario : Scenario.ALL) {
        readings.change(scenario);
        long changes = scenario.changes(readings.rows());
        String name = scenario.name().replaceAll("[^0-9a-z]+", "_");
        add(SILVER, scenario.name(), changes, build(readings, SILVER, name), silverMergeStart);
        add(GOLD, scenario.name(), changes, build(readings, GOLD, name), goldMergeStart);
      }
      duckDb.run(ReadingModels.silver(readings.files(), silverFloor));
      duckDb.run(ReadingModels.gold(silverFloor, goldFloor));
      requireEqual(duckDb, silverFloor, goldFloor, "all changes");
      add(
          SILVER,
          CostReport.FULL,
          0,
          build(readings, SILVER, "full", "--full-refresh"),
          silverStart);
      add(GOLD, CostReport.FULL, 0, build(readings, GOLD, "full", "--full-refresh"), goldStart);
      requireEqual(duckDb, silverFloor, goldFloor, CostReport.FULL);
      Measured none = new Measured(Duration.ZERO, Duration.ZERO, 0);
      String inDuckDb = "full build by DuckDB";
      add(
          SILVER,
          inDuckDb,
          0,
          measured(() -> duckDb.run(ReadingModels.silver(readings.files(), silverFloor))),
          none);
      add(
          GOLD,
          inDuckDb,
          0,
          measured(() -> duckDb.run(ReadingModels.gold(silverFloor, goldFloor))),
          none);
      return new CostReport(readings.rows(), Runtime.getRuntime().availableProcessors(), costs);
    }
  }

  private BronzeReadings create(LakeCatalog catalog, DuckDb duckDb, String source, long about)
      throws IOException {
    ReadingModels.write(lake.data().path().resolve("models"), source);
    return BronzeReadings.create(catalog, duckDb, source, about);
  }

  private CatalogConfig catalogConfig() {
    return LakeConfigs.load(Optional.of(config), lake.data()).catalog();
  }

  private Measured build(BronzeReadings readings, String layer, String what, String... more)
      throws Exception {
    String name = "%s_%s_%s".formatted(readings.source(), layer, what);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "models",
                "run",
                "--config",
                config.toString(),
                "--select",
                "%s.%s.%s"
                    .formatted(
                        layer, readings.source(), layer.equals(SILVER) ? "reading" : "daily")));
    arguments.addAll(List.of(more));
    return measured(
        () ->
            lake.programs()
                .startWith(javaOptions(name), name, arguments.toArray(String[]::new))
                .await(line -> {}));
  }

  private static LakeException notTold() {
    return new LakeException(
        ExitCode.CONFIGURATION,
        "This system does not tell processor time under /proc: measure on Linux.");
  }

  /** Something to be measured. */
  private interface Step {
    void run() throws Exception;
  }

  private record Measured(Duration cpu, Duration wall, double others) {}

  private static Measured measured(Step step) throws Exception {
    Counts before = LOAD.counts();
    long began = System.nanoTime();
    step.run();
    Duration wall = Duration.ofNanos(System.nanoTime() - began);
    Counts after = LOAD.counts();
    return new Measured(
        after.oursSince(before), wall, after.othersSince(before).orElseThrow(ModelsRun::notTold));
  }

  private void add(String layer, String what, long changes, Measured measured, Measured start) {
    Cost cost =
        new Cost(
            layer, what, changes, measured.cpu(), start.cpu(), measured.wall(), measured.others());
    costs.add(cost);
    System.err.printf(
        Locale.ROOT,
        "%s, %s: %.1f CPU-s, %.1f net, %.1f s%n",
        layer,
        what,
        cost.cpu().toMillis() / 1e3,
        cost.net(),
        cost.wall().toMillis() / 1e3);
  }

  private void requireEqual(DuckDb duckDb, Path silver, Path gold, String when)
      throws InterruptedException {
    requireEqual(duckDb, ReadingModels.SILVER_SUM, "lake.silver.big.reading", silver, when);
    requireEqual(duckDb, ReadingModels.GOLD_SUM, "lake.gold.big.daily", gold, when);
  }

  private void requireEqual(DuckDb duckDb, String sum, String table, Path file, String when)
      throws InterruptedException {
    String expected = duckDb.text(sum.formatted("read_parquet('%s')".formatted(file)));
    String found =
        lake.programs()
            .run(line -> {}, "query", "query", "--config", config.toString(), sum.formatted(table));
    if (!found.contains(expected)) {
      throw new LakeException(
          ExitCode.DATA_CHECK,
          "%s after %s: DuckDB holds %s, the lake:%n%s".formatted(table, when, expected, found));
    }
  }

  private String javaOptions(String name) {
    return recordings
        .map(
            folder ->
                "-XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints"
                    + " -XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
                    + folder.resolve(name + ".jfr"))
        .orElse("");
  }
}
