package lakehouse.ingest.bronze;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.LogEvents;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.commit.StateMismatchException;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.quarantine.QuarantineView;
import lakehouse.ingest.Faults;
import lakehouse.ingest.bronze.CheckpointWrites.Reached;
import lakehouse.ingest.bronze.CommitterState.Committable;
import lakehouse.ingest.metrics.IngestMetrics;
import lakehouse.ingest.state.Checkpoints;
import lakehouse.ingest.state.JavaStateSerializer;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Commits a source's bronze: for each checkpoint that holds anything, one catalog commit with the
 * changes of all tables and the source's state. One subtask.
 *
 * <p>At a checkpoint, what the writers have handed over becomes a committable with the next
 * position, (from, to], which is kept in Flink's state; it is committed once the checkpoint is
 * complete, or when the job is restored from it. The catalog's word on the position decides: a
 * committable at or before it is a replay and is skipped, one that follows on it is committed,
 * anything else ends the job. The source confirms its log only as far as the catalog holds it, so a
 * start without state goes on at the catalog's position.
 *
 * <p>A restored position behind the catalog's is refused: where a checkpoint cuts the stream is
 * chance, so what comes again after an older checkpoint cannot be matched with what the catalog
 * holds, and skipping it would lose changes.
 *
 * <p>This is a pair of plain operators and not a {@code TwoPhaseCommittingSink}: that one hides the
 * checkpoint's id from the writer, may commit the committables of one checkpoint in several calls,
 * and keeps its own count of retries, while here the order and the one commit are the point.
 */
final class BronzeCommitOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<CheckpointWrites, Void> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(BronzeCommitOperator.class);

  /** How often mere progress of the source's log is committed: as often as it is looked for. */
  private static final long PROGRESS_NANOS = Duration.ofSeconds(2).toNanos();

  private final CatalogConfig config;
  private final SourceRun newRun;

  private transient LakeCatalog catalog;
  private transient BronzeCommit commit;
  private transient SourceRun run;
  private transient CommitterState state;
  private transient ListState<CommitterState> stored;
  private transient CheckpointWrites building;
  private transient long lastCommittableNanos;
  private transient boolean shown;
  private transient IngestMetrics.Committing metrics;

  /**
   * @param newRun the run of a start without state
   */
  BronzeCommitOperator(CatalogConfig config, SourceRun newRun) {
    this.config = config;
    this.newRun = newRun;
    this.chainingStrategy = ChainingStrategy.NEVER;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    stored =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("committer", new JavaStateSerializer<CommitterState>()));
    metrics = IngestMetrics.committing(getMetricGroup());
    building = CheckpointWrites.NOTHING;
    lastCommittableNanos = System.nanoTime();
    catalog = LakeCatalog.open(config);
    try {
      if (context.isRestored()) {
        restore();
      } else {
        begin();
      }
    } catch (StateMismatchException e) {
      throw new NonRecoverableException(e);
    }
  }

  private void begin() {
    state = new CommitterState(newRun.run(), newRun.epoch());
    run = newRun;
    if (run.goesOn()) {
      state.position = run.before().position();
      state.made =
          new Reached(
              run.before().lsn(),
              run.before().committedAtMicros(),
              run.before().loaded(),
              0,
              run.before().resume());
      state.held = new CheckpointWrites(List.of(), List.of(), state.made);
    }
    commit = new BronzeCommit(catalog, run);
    Optional<SourceState> found = commit.state();
    if (!samePosition(found, run.stateBefore())) {
      throw new StateMismatchException(
          """
          Another ingest of source %s has committed while this one was starting.
          Nothing was committed. Stop one of the two, and start again."""
              .formatted(run.source()));
    }
  }

  private void restore() throws Exception {
    for (CommitterState restored : stored.get()) {
      state = restored;
    }
    run =
        new SourceRun(
            newRun.source(),
            state.run,
            state.epoch,
            newRun.systemIdentifier(),
            newRun.timeline(),
            newRun.slot(),
            newRun.stateFolder(),
            newRun.before(),
            newRun.positions());
    commit = new BronzeCommit(catalog, run);
    Optional<SourceState> found = commit.state();
    boolean sameRun = found.isPresent() && found.get().run().equals(state.run);
    boolean first =
        state.position == run.begin()
            || state.pending.stream().anyMatch(c -> c.from() == run.begin());
    if (!sameRun && !(first && samePosition(found, run.stateBefore()))) {
      throw refused(found);
    }
    if (sameRun && found.get().position() > state.position) {
      throw refused(found);
    }
    long held = sameRun ? found.get().position() : 0;
    for (Iterator<Committable> all = state.pending.iterator(); all.hasNext(); ) {
      Committable committable = all.next();
      if (committable.to() > held) {
        commit(committable);
      } else {
        LOG.info(
            "Source {}: position {} is in the catalog already", run.source(), committable.to());
      }
      all.remove();
    }
  }

  private StateMismatchException refused(Optional<SourceState> found) {
    return new StateMismatchException(
        """
        The state that source %s was restored from is not the newest.
        It stands at position %d of run %s; the catalog holds %s.
        What came after it cannot be told from what the catalog holds already, so nothing was \
        committed. The newest state is %s: start again without --from-savepoint, or load anew with \
        `lake ingest --reload %s`."""
            .formatted(
                run.source(),
                state.position,
                state.run,
                found
                    .map(s -> "position %d of run %s".formatted(s.position(), s.run()))
                    .orElse("no state of it"),
                found
                    .flatMap(s -> Checkpoints.newest(run.stateFolder(), s.run()))
                    .map(Checkpoints.Found::path)
                    .orElse("not on this machine"),
                run.source()));
  }

  @Override
  public void processElement(StreamRecord<CheckpointWrites> element) {
    building = building.plus(element.getValue());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    state.held = held().plus(building).settled();
    building = CheckpointWrites.NOTHING;
    CheckpointWrites visible = visible();
    if (isDue(visible)) {
      long to = position(visible.reached());
      state.pending.add(new Committable(context.getCheckpointId(), state.position, to, visible));
      state.position = to;
      state.made = visible.reached();
      state.held = state.held.without(visible);
      lastCommittableNanos = System.nanoTime();
    }
    stored.update(List.of(state));
  }

  /** Whether there is something to commit, and a position for it after the last one. */
  private boolean isDue(CheckpointWrites visible) {
    Reached reached = visible.reached();
    boolean loadEnds = !reached.loaded().equals(state.made.loaded());
    boolean moved = reached.lsn() > state.made.lsn();
    boolean due = System.nanoTime() - lastCommittableNanos > PROGRESS_NANOS;
    boolean canFollow =
        run.positions() == SourceRun.Positions.CHECKPOINTS || reached.lsn() > state.position;
    return canFollow && (!visible.isEmpty() || loadEnds || (moved && due));
  }

  /** What is held back; a first load voids what was written of one before it. */
  private CheckpointWrites held() {
    Reached before = state.held.reached();
    if (building.reached().anew()) {
      return new CheckpointWrites(List.of(), List.of(), before);
    }
    boolean anew = before.lsn() == 0 && building.reached().loadPoint() > before.loadPoint();
    return anew ? CheckpointWrites.NOTHING : state.held;
  }

  /** What the lake may show: where positions are the log's, tables whose load is whole. */
  private CheckpointWrites visible() {
    Reached reached = state.held.reached();
    return new CheckpointWrites(
        state.held.tables().stream()
            .filter(table -> isVisible(table.source().qualifiedName()))
            .toList(),
        state.held.rejected().stream().filter(table -> isVisible(table.table())).toList(),
        reached);
  }

  private boolean isVisible(String table) {
    return run.positions() == SourceRun.Positions.CHECKPOINTS
        || state.held.reached().loaded().contains(table);
  }

  private long position(Reached reached) {
    return run.positions() == SourceRun.Positions.CHECKPOINTS ? state.position + 1 : reached.lsn();
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    for (Iterator<Committable> all = state.pending.iterator(); all.hasNext(); ) {
      Committable committable = all.next();
      if (committable.checkpointId() > checkpointId) {
        break;
      }
      try {
        commit(committable);
      } catch (StateMismatchException e) {
        throw new NonRecoverableException(e);
      }
      all.remove();
    }
  }

  private void commit(Committable committable) {
    try (MDC.MDCCloseable source = MDC.putCloseable(LogEvents.SOURCE, run.source());
        MDC.MDCCloseable id = MDC.putCloseable(LogEvents.RUN, run.run());
        MDC.MDCCloseable epoch = MDC.putCloseable(LogEvents.EPOCH, Integer.toString(run.epoch()));
        MDC.MDCCloseable to =
            MDC.putCloseable(LogEvents.POSITION, Long.toString(committable.to()))) {
      commitAndTell(committable);
    }
  }

  private void commitAndTell(Committable committable) {
    long started = System.nanoTime();
    CatalogCommit.Outcome outcome = commit.commit(committable);
    Faults.pass(Faults.AFTER_CATALOG_COMMIT);
    long millis = (System.nanoTime() - started) / 1_000_000;
    Reached reached = committable.writes().reached();
    LOG.info(
        "Source {}: position {} {}, {} rows in {} tables, {} rejected, lsn {}, {} ms",
        run.source(),
        committable.to(),
        outcome == CatalogCommit.Outcome.COMMITTED ? "committed" : "was committed already",
        committable.writes().tables().stream().mapToLong(TableWrites::rows).sum(),
        committable.writes().tables().size(),
        committable.writes().rejectedRows(),
        Lsn.text(reached.lsn()),
        millis);
    long now = System.currentTimeMillis();
    long freshness =
        reached.committedAtMicros() == Long.MIN_VALUE
            ? 0
            : Math.max(0, now - reached.committedAtMicros() / 1_000);
    metrics.committed(committable.to(), reached.lsn(), millis, freshness);
    if (!shown && !committable.writes().rejected().isEmpty()) {
      shown = showQuarantine();
    }
  }

  /** The view shows what is committed already: without it nothing is lost. */
  private boolean showQuarantine() {
    try {
      QuarantineView.bringUpToDate(catalog);
      return true;
    } catch (RuntimeException e) {
      LOG.warn("The view {} is not up to date yet: {}", QuarantineView.NAME, e.toString());
      return false;
    }
  }

  private static boolean samePosition(Optional<SourceState> one, Optional<SourceState> other) {
    return one.isPresent()
        ? other.isPresent() && one.get().samePosition(other.get())
        : other.isEmpty();
  }

  @Override
  public void close() throws Exception {
    if (commit != null) {
      commit.close();
    }
    if (catalog != null) {
      catalog.close();
    }
    super.close();
  }
}
