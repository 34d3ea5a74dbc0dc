package lakehouse.ingest.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.LogEvents;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.bronze.SourceRun;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.RestoreMode;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The captures of several sources in one local cluster: one job each, and the end of one is not the
 * end of the others.
 */
public final class Capture implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Capture.class);
  private static final long STOP_SECONDS = 60;

  private final LakeConfig config;
  private final LakeCatalog catalog;
  private final LocalCluster cluster;
  private final Duration checkpointInterval;
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final List<LakeException> failures = new ArrayList<>();
  private final Map<String, SourceKind.Lock> locks = new ConcurrentHashMap<>();
  private final CountDownLatch ended;
  private final Map<Signal, SignalHandler> replaced = new ConcurrentHashMap<>();

  /** Ends the process; null before a signal asks for that. */
  private @Nullable Thread stopping;

  private record Running(SourceKind kind, JobID job, String folder) {
    SourceConfig source() {
      return kind.source();
    }
  }

  /**
   * Starts the cluster.
   *
   * @param sources how many will be captured
   * @param port of the web page; 0 for any free one
   */
  public static Capture start(
      LakeConfig config, int sources, int port, Duration checkpointInterval) {
    try {
      LocalCluster cluster = LocalCluster.start(sources, port, config.ingest().stateFolder());
      return new Capture(config, cluster, sources, checkpointInterval);
    } catch (Exception e) {
      throw new IllegalStateException("The local Flink cluster did not start", e);
    }
  }

  private Capture(
      LakeConfig config, LocalCluster cluster, int sources, Duration checkpointInterval) {
    this.config = config;
    this.catalog = LakeCatalog.open(config.catalog());
    this.cluster = cluster;
    this.ended = new CountDownLatch(sources);
    this.checkpointInterval = checkpointInterval;
    handleSignals();
    System.out.println("Flink's web page: " + cluster.webPage());
  }

  /**
   * Begins to capture a source.
   *
   * @param savepoint what to restore, instead of the newest checkpoint
   * @param reload whether to load anew although there is a checkpoint
   */
  public void add(SourceKind kind, Optional<String> savepoint, boolean reload) {
    try {
      begin(kind, savepoint, reload);
    } catch (LakeException e) {
      failed(kind.source(), e, e); // the others can go on
      unlock(kind.source());
      ended.countDown();
    }
  }

  private void begin(SourceKind kind, Optional<String> savepoint, boolean reload) {
    SourceConfig source = kind.source();
    locks.put(source.name(), kind.lock(config));
    String folder = config.ingest().stateFolder().resolve(source.name()).toString();
    SourceStart start = kind.start(catalog, folder, savepoint, reload);
    SourceRun run = start.run();
    if (start instanceof SourceStart.Resume resume) {
      System.out.printf("Source %s: goes on from %s%n", source.name(), resume.path());
    } else if (start instanceof SourceStart.GoOn) {
      System.out.printf("Source %s: goes on at the catalog's position%n", source.name());
    } else if (start instanceof SourceStart.NewLoad load) {
      System.out.printf(
          "Source %s: loads %d tables (%s)%n", source.name(), kind.tables(), load.reason());
      run = kind.begin(catalog, load);
    }
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    SourceJob.build(environment, config, kind, run, checkpointInterval);
    JobGraph job = environment.getStreamGraph().getJobGraph();
    if (start instanceof SourceStart.Resume resume) {
      job.setSavepointRestoreSettings(
          SavepointRestoreSettings.forPath(
              resume.path(), false, resume.owned() ? RestoreMode.CLAIM : RestoreMode.NO_CLAIM));
    }
    Running capture =
        new Running(kind, job.getJobID(), "file://" + folder + "/" + run.run() + "/savepoints");
    running.put(source.name(), capture);
    CompletableFuture<Void> unused =
        cluster.submit(job).handle((result, failure) -> end(capture, result, failure));
  }

  private Void end(Running capture, JobResult result, Throwable failure) {
    running.remove(capture.source().name());
    Throwable cause = failure != null ? failure : cause(result);
    if (cause != null) {
      failed(capture.source(), known(capture.source(), cause), cause);
    } else {
      System.out.printf("Source %s: stopped%n", capture.source().name());
    }
    unlock(capture.source());
    ended.countDown();
    return null;
  }

  private void unlock(SourceConfig source) {
    SourceKind.Lock lock = locks.remove(source.name());
    if (lock != null) {
      lock.close();
    }
  }

  private void failed(SourceConfig source, LakeException known, Throwable cause) {
    synchronized (failures) {
      failures.add(known);
    }
    if (LogEvents.json()) {
      try (MDC.MDCCloseable unused = MDC.putCloseable(LogEvents.SOURCE, source.name())) {
        LogEvents.error(known.getMessage().stripTrailing(), known.exitCode());
        if (known.exitCode() == ExitCode.BUG) {
          LOG.error("The capture of source {} has ended", source.name(), cause);
        }
      }
      return;
    }
    System.err.printf(
        "error: the capture of source %s has ended.%n%s%n",
        source.name(), known.getMessage().stripTrailing());
    if (known.exitCode() == ExitCode.BUG) {
      cause.printStackTrace(System.err);
    }
  }

  private static Throwable cause(JobResult result) {
    return result
        .getSerializedThrowable()
        .map(error -> (Throwable) error.deserializeError(Capture.class.getClassLoader()))
        .orElse(null);
  }

  private static LakeException known(SourceConfig source, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LakeException known) {
        return known;
      }
    }
    return new LakeException(
        ExitCode.BUG, "The job of source %s failed: %s".formatted(source.name(), failure), failure);
  }

  /** Waits until every capture has ended. */
  public void await() throws InterruptedException {
    ended.await();
  }

  /** Waits until every capture that goes on holds all loads, or has ended. */
  public void awaitLoaded() throws InterruptedException {
    awaitEach(capture -> state(capture).map(capture.kind()::isLoaded).orElse(false));
  }

  /**
   * Waits until every capture that goes on holds whatever its source had committed when it was
   * started, or has ended.
   */
  public void awaitCurrent() throws InterruptedException {
    awaitLoaded();
    awaitEach(
        capture ->
            state(capture).map(state -> capture.kind().isCurrent(catalog, state)).orElse(false));
  }

  private Optional<SourceState> state(Running capture) {
    try (CatalogCommit commit = new CatalogCommit(catalog)) {
      return commit.state(capture.source().name());
    }
  }

  private void awaitEach(java.util.function.Predicate<Running> reached)
      throws InterruptedException {
    while (!running.values().stream().allMatch(reached)) {
      TimeUnit.MILLISECONDS.sleep(500);
    }
  }

  /** Stops all captures with a savepoint each; one that does not stop in time is cut off. */
  public void stop() {
    // it warns, with all its stack, of a checkpoint that a stop comes upon
    LogEvents.errorsOnly("org.apache.flink.runtime.checkpoint.CheckpointFailureManager");
    List<Running> all = List.copyOf(running.values());
    Map<Running, CompletableFuture<String>> stops = new ConcurrentHashMap<>();
    all.forEach(capture -> stops.put(capture, cluster.stop(capture.job(), capture.folder())));
    stops.forEach(
        (capture, stop) -> {
          try {
            LOG.info("Savepoint {}", stop.get(STOP_SECONDS, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (Exception e) {
            LOG.warn(
                "Source {} did not stop with a savepoint; it goes on from its last checkpoint",
                capture.source().name(),
                e);
            CompletableFuture<?> unused = cluster.cancel(capture.job());
          }
        });
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Some jobs did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the process is to exit with: 0, or the code of the first capture that failed. */
  public int exitCode() {
    synchronized (failures) {
      return failures.isEmpty() ? ExitCode.DONE.value() : failures.get(0).exitCode().value();
    }
  }

  // A shutdown hook would be too late: the hooks of Iceberg and Flink run beside it, and end the
  // threads that the last commit needs.
  private void handleSignals() {
    for (String name : List.of("TERM", "INT", "HUP")) {
      try {
        Signal signal = new Signal(name);
        replaced.put(signal, Signal.handle(signal, unused -> stopOnSignal()));
      } catch (IllegalArgumentException e) {
        LOG.debug("There is no signal {} to handle here", name, e);
      }
    }
  }

  /**
   * SIGTERM and Ctrl-C are how a capture is ended, so the process ends with 0 then. A second one
   * changes nothing: a terminal sends Ctrl-C to a process and to the one that is about to stop it.
   */
  private synchronized void stopOnSignal() {
    if (stopping == null) {
      stopping = new Thread(this::stopAndExit, "ingest-stop");
      stopping.start();
    }
  }

  private void stopAndExit() {
    int exitCode = ExitCode.BUG.value();
    try {
      stop();
      // what the end of the cluster does to a job is no failure
      exitCode = exitCode();
      release();
    } catch (Throwable e) { // the process ends here, and nobody else would tell of it
      LOG.error("The ingest did not end as it should", e);
    } finally {
      System.out.flush();
      System.exit(exitCode);
    }
  }

  private synchronized Optional<Thread> stopping() {
    return Optional.ofNullable(stopping);
  }

  @Override
  public void close() {
    Optional<Thread> stop = stopping();
    if (stop.isEmpty()) {
      replaced.forEach(Signal::handle);
      release();
      return;
    }
    try {
      stop.get().join(); // it ends the process, and must not be cut short
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void release() {
    try {
      cluster.close();
    } catch (Exception e) {
      LOG.warn("The local Flink cluster did not close", e);
    } finally {
      locks.values().forEach(SourceKind.Lock::close);
      catalog.close();
    }
  }
}
