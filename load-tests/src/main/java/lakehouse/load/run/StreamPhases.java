package lakehouse.load.run;

import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import lakehouse.load.measure.OpenLoop;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.measure.ProcessWatch;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.CatalogLog.Captured;
import lakehouse.load.run.RunRecord.Step;
import lakehouse.load.run.Scenario.Stream;
import org.HdrHistogram.Histogram;

/** The phases in which rows change: at fixed times, and while no ingest runs. */
final class StreamPhases {
  private static final int CLIENTS = 2;

  private final RunLake lake;
  private final Workload workload;
  private final Scenario scenario;
  private final RunIngest ingest;
  private final CatalogLog log;
  private final ProcessWatch watch;

  StreamPhases(
      RunLake lake,
      Workload workload,
      Scenario scenario,
      RunIngest ingest,
      CatalogLog log,
      ProcessWatch watch) {
    this.lake = lake;
    this.workload = workload;
    this.scenario = scenario;
    this.ingest = ingest;
    this.log = log;
    this.watch = watch;
  }

  /** How many transactions both make together. */
  static long transactions(Scenario scenario) {
    return streamed(scenario) + backlog(scenario);
  }

  private static long streamed(Scenario scenario) {
    return scenario.stream().map(OpenLoopPlan::new).map(OpenLoopPlan::transactions).orElse(0L);
  }

  /** Transactions that are made while no ingest runs. */
  private static long backlog(Scenario scenario) {
    return scenario.stream()
        .map(
            stream ->
                Math.max(
                    10,
                    Math.max(50_000, scenario.data().rows() / 100) / stream.rowsPerTransaction()))
        .orElse(0L);
  }

  void stream(PhaseOutcome outcome) throws Exception {
    Stream stream = scenario.stream().orElseThrow();
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

  void backlog(PhaseOutcome outcome) throws Exception {
    ingest.stop();
    String source = workload.streamedSource();
    PostgresDatabase database = lake.database(source);
    long first = streamed(scenario);
    long count = backlog(scenario);
    AtomicLong next = new AtomicLong(first);
    RunFloors floors = new RunFloors(lake, workload);
    if (scenario.floors().isPresent()) {
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
    if (scenario.floors().isPresent()) {
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
}
