package lakehouse.ingest.bronze;

import java.io.Serializable;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.commit.SourceState;
import org.jspecify.annotations.Nullable;

/**
 * One run of a source's capture, as the committer knows it: what its states have in common.
 *
 * @param source the source's name
 * @param run the run's id; a restored run keeps the one in its state
 * @param epoch the run's epoch; likewise
 * @param systemIdentifier the source server's own identifier
 * @param timeline the source server's timeline
 * @param slot the replication slot
 * @param stateFolder where the checkpoints of all runs of the source are, for messages
 * @param before the catalog's position that a start without state follows on; null if it has none
 * @param positions what positions count
 */
public record SourceRun(
    String source,
    String run,
    int epoch,
    String systemIdentifier,
    int timeline,
    String slot,
    String stateFolder,
    @Nullable Before before,
    Positions positions)
    implements Serializable {
  /** What the positions of a run count. */
  public enum Positions {
    /** Checkpoints that held anything: a run goes on from its newest checkpoint only. */
    CHECKPOINTS,
    /** The source's log: a run goes on from the catalog's position, by itself. */
    LOG
  }

  /** A position of an earlier run, or of this one, and the tables that it holds whole. */
  public record Before(String run, int epoch, long position, Set<String> loaded)
      implements Serializable {
    public Before {
      loaded = Set.copyOf(loaded);
    }
  }

  /** Whether this run goes on where the catalog is. */
  boolean goesOn() {
    return positions == Positions.LOG
        && before != null
        && before.run().equals(run)
        && before.epoch() == epoch;
  }

  /** The same run of another epoch. */
  public SourceRun at(int other) {
    return new SourceRun(
        source, run, other, systemIdentifier, timeline, slot, stateFolder, before, positions);
  }

  /** The catalog's position that the run goes on at; null if it begins with a load. */
  public @Nullable Long goesOnAt() {
    return goesOn() ? Long.valueOf(before.position()) : null;
  }

  /** The catalog's state before the first commit of a run that starts without state. */
  Optional<SourceState> stateBefore() {
    return Optional.ofNullable(before)
        .map(
            b ->
                new SourceState(
                    source,
                    systemIdentifier,
                    timeline,
                    slot,
                    b.epoch(),
                    b.run(),
                    b.position(),
                    0,
                    Optional.empty(),
                    Set.of()));
  }

  /** The state of the catalog at a position of this run. */
  SourceState state(long position, CheckpointWrites.Reached reached) {
    return new SourceState(
        source,
        systemIdentifier,
        timeline,
        slot,
        epoch,
        run,
        position,
        reached.lsn(),
        reached.committedAtMicros() == Long.MIN_VALUE
            ? Optional.empty()
            : Optional.of(instant(reached.committedAtMicros())),
        Set.copyOf(reached.loaded()));
  }

  private static java.time.Instant instant(long micros) {
    return java.time.Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
  }
}
