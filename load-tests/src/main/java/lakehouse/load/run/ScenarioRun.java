package lakehouse.load.run;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.load.measure.MachineLoad;
import lakehouse.load.measure.MachineLoad.Counts;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.measure.ProcessWatch;
import lakehouse.load.measure.ProcessWatch.Taken;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.LakePrograms.Running;
import lakehouse.load.run.RunRecord.PhaseRecord;

/** One run of a scenario, phase by phase; what an earlier call has done is not done again. */
final class ScenarioRun implements AutoCloseable {
  private final RunFolder folder;
  private final RunLake lake;
  private final Duration checkpointInterval;
  private final Workload workload;
  private final LakeCatalog catalog;
  private final CatalogCommit states;
  private final CatalogLog log;
  private final RunIngest ingest;
  private final ProcessWatch watch;
  private final Path config;
  private RunRecord run;

  /** Work of a phase. */
  private interface Work {
    void run(PhaseOutcome outcome) throws Exception;
  }

  ScenarioRun(RunFolder folder, RunLake lake, RunRecord run, Duration checkpointInterval)
      throws IOException {
    this.folder = folder;
    this.lake = lake;
    this.run = run;
    this.checkpointInterval = checkpointInterval;
    this.workload = workload();
    this.catalog = LakeCatalog.open(lake.catalogConfig());
    this.states = new CatalogCommit(catalog);
    this.log = new CatalogLog(catalog);
    this.config =
        lake.configure(
            "run",
            workload.sources().stream()
                .map(name -> new RunLake.Source(name, "native", name, "lake_" + name, "lake", "*"))
                .toList());
    this.ingest = new RunIngest(lake, config, workload.sources(), checkpointInterval, states);
    this.watch = new ProcessWatch(lake.programs(), lake.postmasterFile());
  }

  private Workload workload() {
    Scenario scenario = run.scenario();
    return switch (scenario.data().kind()) {
      case UTILITY ->
          new UtilityWorkload(
              scenario, lake.server(), lake::password, StreamPhases.transactions(scenario));
      case WIDE, MANY_TABLES -> new TablesWorkload(scenario, lake.server(), lake::password);
    };
  }

  /** Does what is left to do, but for the phases to skip. */
  RunRecord run(Set<Phase> skipped) throws Exception {
    StreamPhases stream = new StreamPhases(lake, workload, run.scenario(), ingest, log, watch);
    ModelPhases models = new ModelPhases(lake, workload, run.scenario(), ingest, log, config);
    Map<Phase, Work> phases = new LinkedHashMap<>();
    // PostgreSQL ---> bronze ---> silver, gold ---> answers, proof
    phases.put(Phase.SEED, this::seed);
    phases.put(Phase.FLOORS, this::floors);
    phases.put(Phase.LOAD, this::load);
    phases.put(Phase.STREAM, stream::stream);
    phases.put(Phase.BACKLOG, stream::backlog);
    phases.put(Phase.MODELS, models::models);
    phases.put(Phase.NIGHTS, models::nights);
    phases.put(Phase.QUERIES, models::queries);
    phases.put(Phase.RECONCILE, models::reconcile);
    phases.put(Phase.PEERS, this::peers);
    for (Map.Entry<Phase, Work> phase : phases.entrySet()) {
      if (run.find(phase.getKey()).isEmpty()
          && !skipped.contains(phase.getKey())
          && wanted(phase.getKey())) {
        measure(phase.getKey(), phase.getValue());
      }
    }
    return run;
  }

  private boolean wanted(Phase phase) {
    Scenario scenario = run.scenario();
    return switch (phase) {
      case STREAM, BACKLOG -> scenario.stream().isPresent();
      case NIGHTS -> scenario.nights().isPresent();
      case FLOORS, PEERS -> scenario.floors().isPresent();
      case SEED, LOAD, MODELS, QUERIES, RECONCILE -> true;
    };
  }

  private void measure(Phase phase, Work work) throws Exception {
    say("%s: %s", phase, phase.description());
    PhaseOutcome outcome = new PhaseOutcome();
    Instant startedAt = Instant.now();
    MachineLoad load = new MachineLoad(lake.data(), pids());
    Counts before = load.counts();
    long commits = log.commits();
    watch.begin();
    long began = System.nanoTime();
    work.run(outcome);
    double seconds = (System.nanoTime() - began) / 1e9;
    Taken taken = watch.taken();
    OptionalDouble others = new MachineLoad(lake.data(), pids()).counts().othersSince(before);
    outcome.figure("commits", log.commits() - commits);
    lake.warehouse()
        .map(WarehouseSize::of)
        .ifPresent(
            size -> {
              size.files().forEach((what, count) -> outcome.figure(what + " files", count));
              size.bytes().forEach((what, bytes) -> outcome.figure(what + " bytes", bytes));
            });
    PhaseRecord done =
        new PhaseRecord(
            phase,
            startedAt,
            outcome.secondsOr(seconds),
            outcome.rows(),
            others.isPresent() && lake.postmasterFile().isPresent()
                ? Optional.of(others.getAsDouble())
                : Optional.empty(),
            taken.cpuSeconds(),
            taken.peakMemory(),
            taken.peakTogether(),
            outcome.figures(),
            outcome.steps(),
            outcome.latency(),
            Samples.thinned(taken.samples()));
    run = run.with(done);
    folder.write(run);
    say(
        "%s: %.1f s%s, %.1f CPU-s, %s together at most",
        phase,
        done.seconds(),
        done.rows() == 0
            ? ""
            : String.format(
                Locale.ROOT, ", %,d rows, %,.0f rows/s", done.rows(), done.rowsPerSecond()),
        done.cpu(),
        lakehouse.catalog.cli.Console.bytes(done.peakTogether()));
  }

  private Long[] pids() {
    return lake.programs().alive().stream().map(Running::pid).toArray(Long[]::new);
  }

  private void seed(PhaseOutcome outcome) throws SQLException, InterruptedException {
    AtomicLong rows = new AtomicLong();
    watch.progress(rows::get);
    long began = System.nanoTime();
    outcome.rows(workload.seed(rows::set));
    outcome.seconds((System.nanoTime() - began) / 1e9);
    for (String source : workload.sources()) {
      PostgresDatabase database = lake.database(source);
      database.execute(List.of("VACUUM"));
      outcome.figure(
          "database bytes " + source,
          Double.parseDouble(database.value("SELECT pg_database_size(current_database())")));
    }
    lake.database(workload.sources().get(0)).execute(List.of("CHECKPOINT"));
    outcome.figure("seconds of vacuum too", (System.nanoTime() - began) / 1e9);
  }

  private void floors(PhaseOutcome outcome) throws Exception {
    new RunFloors(lake, workload).copy(outcome);
  }

  private void load(PhaseOutcome outcome) throws Exception {
    Map<String, Integer> tables = new LinkedHashMap<>();
    for (String source : workload.sources()) {
      tables.put(
          source,
          Integer.parseInt(
              lake.database(source)
                  .value("SELECT count(*) FROM pg_publication_tables WHERE pubname = 'lake'")));
    }
    long began = System.nanoTime();
    // a COPY of a load takes less than a second: what they have handed out shows in the files alone
    lake.warehouse()
        .ifPresent(
            warehouse ->
                watch.progress(
                    () -> WarehouseSize.of(warehouse).bytes().getOrDefault("bronze data", 0L)));
    ingest.start();
    ingest.awaitSlot();
    long slot = System.nanoTime();
    ingest.awaitLoaded(tables);
    outcome.seconds((System.nanoTime() - slot) / 1e9);
    outcome.figure("seconds with start", (System.nanoTime() - began) / 1e9);
    // a table's load begins with a marker
    outcome.rows(log.captured().rows() - tables.values().stream().mapToInt(n -> n).sum());
  }

  private void peers(PhaseOutcome outcome) throws Exception {
    ingest.stop();
    new RunPeers(lake, workload, run.scenario(), checkpointInterval, config, states, catalog)
        .run(outcome);
  }

  static void say(String format, Object... arguments) {
    System.err.printf(Locale.ROOT, format + "%n", arguments);
  }

  @Override
  public void close() {
    watch.close();
    ingest.stop();
    states.close();
    catalog.close();
  }
}
