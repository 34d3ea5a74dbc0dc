package lakehouse.load.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.load.measure.MachineLoad;
import lakehouse.load.measure.MachineLoad.Counts;
import lakehouse.load.measure.OpenLoop;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.measure.ProcessWatch;
import lakehouse.load.measure.ProcessWatch.Taken;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.CatalogLog.Captured;
import lakehouse.load.programs.LakePrograms.Running;
import lakehouse.load.run.RunRecord.PhaseRecord;
import lakehouse.load.run.RunRecord.Step;
import lakehouse.load.run.Scenario.Stream;
import org.HdrHistogram.Histogram;

/** One run of a scenario, phase by phase; what an earlier call has done is not done again. */
final class ScenarioRun implements AutoCloseable {
  private static final int CLIENTS = 2;

  /** From so many rows on, Spark is given more memory than a small lake needs. */
  private static final long LARGE = 5_000_000;

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
          new UtilityWorkload(scenario, lake.server(), lake::password, streamed() + backlog());
      case WIDE, MANY_TABLES -> new TablesWorkload(scenario, lake.server(), lake::password);
    };
  }

  /** Does what is left to do, but for the phases to skip. */
  RunRecord run(Set<Phase> skipped) throws Exception {
    Map<Phase, Work> phases = new LinkedHashMap<>();
    // PostgreSQL ---> bronze ---> silver, gold ---> answers, proof
    phases.put(Phase.SEED, this::seed);
    phases.put(Phase.FLOORS, this::floors);
    phases.put(Phase.LOAD, this::load);
    phases.put(Phase.STREAM, this::stream);
    phases.put(Phase.BACKLOG, this::backlog);
    phases.put(Phase.MODELS, this::models);
    phases.put(Phase.NIGHTS, this::nights);
    phases.put(Phase.QUERIES, this::queries);
    phases.put(Phase.RECONCILE, this::reconcile);
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
    try (CopyProgress progress = new CopyProgress(lake.database("postgres"))) {
      watch.progress(progress);
      ingest.start();
      ingest.awaitSlot();
      long slot = System.nanoTime();
      ingest.awaitLoaded(tables);
      outcome.seconds((System.nanoTime() - slot) / 1e9);
      outcome.figure("seconds with start", (System.nanoTime() - began) / 1e9);
      watch.progress(() -> 0);
    }
    // a table's load begins with a marker
    outcome.rows(log.captured().rows() - tables.values().stream().mapToInt(n -> n).sum());
  }

  private long streamed() {
    return run.scenario().stream()
        .map(OpenLoopPlan::new)
        .map(OpenLoopPlan::transactions)
        .orElse(0L);
  }

  private void stream(PhaseOutcome outcome) throws Exception {
    Stream stream = run.scenario().stream().orElseThrow();
    OpenLoopPlan plan = new OpenLoopPlan(stream);
    ingest.start();
    Captured before = log.captured();
    AtomicLong made = new AtomicLong();
    watch.progress(() -> made.get() * stream.rowsPerTransaction());
    String source = workload.streamedSource();
    OpenLoop.Result result =
        new OpenLoop(
                plan::dueNanos,
                plan.transactions(),
                (number, statement) -> {
                  statement.execute(String.join(";\n", workload.transaction(number)));
                  made.incrementAndGet();
                })
            .run(CLIENTS, lake.database(source)::connect, () -> ingest.held(source), ingest);
    Captured captured = log.captured().since(before);
    Histogram all = result.all();
    for (double percentile : new double[] {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100}) {
      outcome.latency(percentile, all.getValueAtPercentile(percentile) / 1e3);
    }
    for (int minute = 0; minute < result.minutes().size(); minute++) {
      outcome.figure(
          "p99 ms of minute %d".formatted(minute + 1),
          result.minutes().get(minute).getValueAtPercentile(99) / 1e3);
    }
    outcome.rows(captured.rows());
    outcome.seconds(result.changing().toNanos() / 1e9);
    outcome.figure("changes/s wanted", stream.changesPerSecond());
    outcome.figure("commits of the ingest", captured.commits());
  }

  /** Transactions that are made while no ingest runs. */
  private long backlog() {
    return run.scenario().stream()
        .map(
            stream ->
                Math.max(
                    10,
                    Math.max(50_000, run.scenario().data().rows() / 100)
                        / stream.rowsPerTransaction()))
        .orElse(0L);
  }

  private void backlog(PhaseOutcome outcome) throws Exception {
    ingest.stop();
    String source = workload.streamedSource();
    PostgresDatabase database = lake.database(source);
    long first = streamed();
    long count = backlog();
    AtomicLong next = new AtomicLong(first);
    RunFloors floors = new RunFloors(lake, workload);
    if (run.scenario().floors().isPresent()) {
      floors.beforeBacklog(database);
    }
    long began = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            threads.submit(
                () -> {
                  try (Connection connection = database.connect();
                      Statement statement = connection.createStatement()) {
                    for (long n = next.getAndIncrement();
                        n < first + count;
                        n = next.getAndIncrement()) {
                      statement.execute(String.join(";\n", workload.transaction(n)));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    } finally {
      threads.shutdownNow();
    }
    outcome.figure("seconds of making", (System.nanoTime() - began) / 1e9);
    String until = database.position();
    Captured before = log.captured();
    if (run.scenario().floors().isPresent()) {
      floors.backlog(database, until, count, outcome);
    }
    ingest.start();
    while (database
        .value(
            "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'lake_%s' AND active"
                .formatted(source))
        .equals("0")) {
      ingest.requireAlive();
      Thread.sleep(25);
    }
    long used = System.nanoTime();
    // moves the position where nothing else does
    database.value("SELECT pg_logical_emit_message(true, 'lakehouse.load-test', '')");
    ingest.awaitPosition(source, until);
    double seconds = (System.nanoTime() - used) / 1e9;
    long rows = log.captured().since(before).rows();
    outcome.rows(rows);
    outcome.seconds(seconds);
    outcome.step(new Step(RunFloors.NATIVE_STREAM, seconds, rows, Optional.empty()));
  }

  private void models(PhaseOutcome outcome) throws Exception {
    outcome.rows(log.captured().rows());
    runModels(outcome, "models", "");
  }

  private double runModels(PhaseOutcome outcome, String logName, String prefix) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("models", "run", "--json", "--config", config.toString()));
    arguments.addAll(workload.modelOptions());
    long began = System.nanoTime();
    String output =
        lake.programs()
            .startWith(memory(), logName, arguments.toArray(String[]::new))
            .await(line -> {});
    double seconds = (System.nanoTime() - began) / 1e9;
    for (JsonNode model : json(output).path("models")) {
      if (!model.path("action").asText().equals("skip")) {
        outcome.step(
            new Step(
                prefix + model.path("model").asText(),
                model.path("seconds").asDouble(),
                model.path("rowsWritten").asLong(),
                Optional.empty()));
      }
    }
    return seconds;
  }

  private String memory() {
    return run.scenario().data().rows() >= LARGE ? "-Xmx4g" : "";
  }

  private void nights(PhaseOutcome outcome) throws Exception {
    ingest.start();
    String source = workload.streamedSource();
    PostgresDatabase database = lake.database(source);
    long total = 0;
    double slowest = 0;
    int count = run.scenario().nights().orElseThrow().count();
    for (int night = 0; night < count; night++) {
      long began = System.nanoTime();
      long rows = 0;
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        for (String sql : workload.night(night)) {
          rows += statement.executeUpdate(sql);
        }
      }
      String name = "night %d: ".formatted(night + 1);
      outcome.step(step(name + "changes", began, rows));
      began = System.nanoTime();
      ingest.awaitPosition(source, database.position());
      outcome.step(step(name + "capture", began, rows));
      double seconds = runModels(outcome, "models-night-" + (night + 1), name);
      outcome.step(new Step(name + "all models", seconds, rows, Optional.empty()));
      slowest = Math.max(slowest, seconds);
      total += rows;
    }
    outcome.rows(total);
    outcome.figure("slowest night's models, s", slowest);
  }

  private static Step step(String name, long beganNanos, long rows) {
    return new Step(name, (System.nanoTime() - beganNanos) / 1e9, rows, Optional.empty());
  }

  private void queries(PhaseOutcome outcome) throws Exception {
    for (Workload.Question question : workload.questions()) {
      long began = System.nanoTime();
      JsonNode answer =
          json(
              lake.programs()
                  .startWith(
                      memory(),
                      "query",
                      "query",
                      "--json",
                      "--config",
                      config.toString(),
                      question.sql())
                  .await(line -> {}));
      outcome.step(step(question.name(), began, answer.size()));
    }
  }

  private void reconcile(PhaseOutcome outcome) throws Exception {
    ingest.start();
    JsonNode report =
        json(
            lake.programs()
                .startWith(
                    memory(), "reconcile", "reconcile", "--json", "--config", config.toString())
                .await(line -> {}));
    long rows = 0;
    for (JsonNode table : report.path("tables")) {
      rows += table.path("rowsInSource").asLong();
      outcome.step(
          new Step(
              table.path("source").asText() + "." + table.path("table").asText(),
              table.path("seconds").asDouble(),
              table.path("rowsInSource").asLong(),
              Optional.empty()));
    }
    outcome.rows(rows);
    outcome.figure("tables", report.path("tables").size());
    outcome.figure("equal tables", report.path("equalTables").asLong());
  }

  private void peers(PhaseOutcome outcome) throws Exception {
    ingest.stop();
    new RunPeers(lake, workload, run.scenario(), checkpointInterval, config, states, catalog)
        .run(outcome);
  }

  // Spark may say a word before
  static JsonNode json(String output) throws IOException {
    String text = output.strip();
    for (int at = 0; at >= 0 && at < text.length(); at = text.indexOf('\n', at) + 1) {
      char first = text.charAt(at);
      if (first == '{' || first == '[') {
        return JsonMapper.builder().build().readTree(text.substring(at));
      }
      if (text.indexOf('\n', at) < 0) {
        break;
      }
    }
    throw new IOException("No JSON in: " + text);
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
