package lakehouse.ingest.bronze;

import java.util.List;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.quarantine.QuarantineView;
import lakehouse.ingest.Faults;
import lakehouse.ingest.bronze.CheckpointWrites.Reached;
import lakehouse.ingest.bronze.CommitterState.Committable;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.ChangeEvent.Replayed;

/**
 * Adds rows to the bronze of a source while no capture of it runs: all that it is told becomes one
 * catalog commit, by which the source's position moves on, so that a capture which runs after all
 * is fenced off. What is told and never committed belongs to no table. Not for use by many threads.
 */
public final class ReplayCommit implements AutoCloseable {
  private static final long MAX_BUFFERED_BYTES = 128L << 20;

  private final LakeCatalog catalog;
  private final SourceRun run;
  private final TableWriters writers;
  private final QuarantineWriter quarantine;

  /**
   * @param run a run of its own that goes on at the catalog's position
   */
  public ReplayCommit(LakeCatalog catalog, SourceRun run) {
    if (!run.goesOn()) {
      throw new IllegalArgumentException("a replay follows on a capture: " + run);
    }
    this.catalog = catalog;
    this.run = run;
    String prefix = "replay-";
    this.writers = new TableWriters(catalog, run.source(), run.run(), prefix, MAX_BUFFERED_BYTES);
    this.quarantine = new QuarantineWriter(catalog, run.source(), run.run(), prefix);
  }

  /** Writes a change, a rejected row, or that one was replayed. */
  public void write(ChangeEvent event) {
    if (event instanceof Change change) {
      writers.write(change);
    } else if (event instanceof Rejected rejected) {
      quarantine.write(rejected);
    } else if (event instanceof Replayed replayed) {
      quarantine.write(replayed);
    } else {
      throw new IllegalArgumentException("a replay has no " + event);
    }
  }

  /**
   * Commits all that was written; nothing, if that is nothing.
   *
   * @throws lakehouse.catalog.commit.StateMismatchException if a capture has committed meanwhile
   */
  public void commit() {
    SourceRun.Before before = run.before();
    commit(
        run.begin() + 1,
        new Reached(before.lsn(), before.committedAtMicros(), before.loaded(), 0, before.resume()));
  }

  /**
   * Commits all that was written together with another state of the source.
   *
   * @param position the position of the source's log that stands in it
   * @param loaded the tables that are held whole
   * @param resume what the next capture goes on with
   * @throws lakehouse.catalog.commit.StateMismatchException if a capture has committed meanwhile
   */
  public void commit(long position, Set<String> loaded, String resume) {
    commit(position, new Reached(position, run.before().committedAtMicros(), loaded, 0, resume));
  }

  private void commit(long position, Reached reached) {
    List<TableWrites> tables = writers.finish();
    List<RejectedWrites> rejected = quarantine.finish();
    if (tables.isEmpty() && rejected.isEmpty()) {
      return;
    }
    Faults.pass(Faults.BEFORE_REPLAY_COMMIT);
    try (BronzeCommit bronze = new BronzeCommit(catalog, run)) {
      bronze.commit(
          new Committable(
              0, run.begin(), position, new CheckpointWrites(tables, rejected, reached)));
    }
    Faults.pass(Faults.AFTER_CATALOG_COMMIT);
    QuarantineView.bringUpToDate(catalog);
  }

  @Override
  public void close() {
    writers.abandon();
    quarantine.abandon();
  }
}
