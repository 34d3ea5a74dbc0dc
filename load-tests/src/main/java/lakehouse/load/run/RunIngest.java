package lakehouse.load.run;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.load.measure.OpenLoop;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.programs.LakePrograms.Running;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/** The ingest of a run's sources, a process of its own, watched through the catalog. */
final class RunIngest implements OpenLoop.Watched {
  private static final long LOOK_EVERY_MILLIS = 25;
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final RunLake lake;
  private final Path config;
  private final List<String> sources;
  private final Duration checkpointInterval;
  private final CatalogCommit states;
  private @Nullable Running running;

  RunIngest(
      RunLake lake,
      Path config,
      List<String> sources,
      Duration checkpointInterval,
      CatalogCommit states) {
    this.lake = lake;
    this.config = config;
    this.sources = sources;
    this.checkpointInterval = checkpointInterval;
    this.states = states;
  }

  /** Starts it, unless it runs. */
  void start() {
    if (running == null) {
      running =
          lake.programs()
              .start(
                  "ingest",
                  "ingest",
                  "--config",
                  config.toString(),
                  "--checkpoint-interval",
                  checkpointInterval.toString());
    }
  }

  /** Stops it; what it had not committed comes again. */
  void stop() {
    if (running != null) {
      running.stop();
      running = null;
    }
  }

  /** Waits until the first slot is there: then the load begins. */
  void awaitSlot() throws SQLException, InterruptedException {
    PostgresDatabase database = lake.database(sources.get(0));
    long began = System.nanoTime();
    while (database
        .value("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'lake\\_%'")
        .equals("0")) {
      pause(began, "makes no slot");
    }
  }

  /** Waits until every source streams and holds so many tables. */
  void awaitLoaded(Map<String, Integer> tables) throws InterruptedException {
    long began = System.nanoTime();
    long moved = began;
    long loaded = 0;
    while (true) {
      long now = 0;
      boolean all = true;
      for (String source : sources) {
        Optional<SourceState> state = states.state(source);
        int held = state.map(it -> it.loaded().size()).orElse(0);
        now += held;
        all &= held >= tables.get(source) && state.filter(it -> it.lsn() > 0).isPresent();
      }
      if (all) {
        return;
      }
      if (now > loaded) {
        loaded = now;
        moved = System.nanoTime();
      }
      // a large table becomes visible at its end, after as long as it takes
      pause(moved, "has loaded no further table");
    }
  }

  /** Waits until all is in the lake that a source had at a position. */
  void awaitPosition(String source, String position) throws InterruptedException {
    long wanted = LogSequenceNumber.valueOf(position).asLong();
    long moved = System.nanoTime();
    long last = -1;
    while (true) {
      long held = held(source);
      if (held >= wanted) {
        return;
      }
      if (held != last) {
        last = held;
        moved = System.nanoTime();
      }
      pause(moved, "stands still");
    }
  }

  /** The position up to which the lake holds a source. */
  long held(String source) {
    return states.state(source).map(SourceState::lsn).orElse(0L);
  }

  private void pause(long since, String complaint) throws InterruptedException {
    requireAlive();
    if (System.nanoTime() - since > PATIENCE.toNanos()) {
      throw standstill(complaint + " for %d minutes".formatted(PATIENCE.toMinutes()));
    }
    Thread.sleep(LOOK_EVERY_MILLIS);
  }

  @Override
  public void requireAlive() {
    if (running == null) {
      throw new IllegalStateException("The ingest was not started");
    }
    running.requireAlive();
  }

  @Override
  public RuntimeException standstill(String what) {
    if (running == null) {
      throw new IllegalStateException("The ingest was not started");
    }
    return running.failure(what);
  }
}
