package lakehouse.ingest.bronze;

import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
    /** Checkpoints that held anything. */
    CHECKPOINTS,
    /** The source's log. */
    LOG
  }

  /**
   * The catalog's position of an earlier run, or of this one.
   *
   * @param lsn the log position up to which all is held
   * @param committedAtMicros commit time of the last change held; {@link Long#MIN_VALUE} for none
   * @param loaded the tables that are held whole
   * @param resume what the engine goes on with; null if it cannot, or needs nothing but the
   *     position
   */
  public record Before(
      String run,
      int epoch,
      long position,
      long lsn,
      long committedAtMicros,
      Set<String> loaded,
      @Nullable String resume)
      implements Serializable {
    public Before {
      loaded = Set.copyOf(loaded);
    }

    /** What the catalog holds. */
    public static Before of(SourceState state) {
      return new Before(
          state.run(),
          state.epoch(),
          state.position(),
          state.lsn(),
          state.committedAt().map(SourceRun::micros).orElse(Long.MIN_VALUE),
          state.loaded(),
          state.resume().orElse(null));
    }
  }

  /** Whether this run goes on where the catalog is, instead of with a load. */
  boolean goesOn() {
    return before != null
        && before.epoch() == epoch
        && (positions == Positions.LOG ? before.position() > 0 : before.resume() != null);
  }

  /** The position of the catalog that the run's first commit follows on. */
  long begin() {
    return goesOn() ? before.position() : 0;
  }

  /** The same run of another epoch. */
  public SourceRun at(int other) {
    return new SourceRun(
        source, run, other, systemIdentifier, timeline, slot, stateFolder, before, positions);
  }

  /** The same run, which follows on that state of the catalog. */
  public SourceRun after(SourceState state) {
    return new SourceRun(
        source,
        run,
        epoch,
        systemIdentifier,
        timeline,
        slot,
        stateFolder,
        Before.of(state),
        positions);
  }

  /** The catalog's position that the run goes on at; null if it begins with a load. */
  public @Nullable Long goesOnAt() {
    return goesOn() ? Long.valueOf(before.position()) : null;
  }

  /** What the engine goes on with; null if the run begins with a load. */
  public @Nullable String goesOnWith() {
    return goesOn() ? before.resume() : null;
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
                    b.lsn(),
                    instant(b.committedAtMicros()),
                    b.loaded(),
                    Optional.ofNullable(b.resume())));
  }

  /** The state of the catalog when the run has begun and nothing of it is held. */
  public SourceState begun() {
    return state(0, CheckpointWrites.Reached.NOTHING);
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
        instant(reached.committedAtMicros()),
        reached.loaded(),
        Optional.ofNullable(reached.resume()));
  }

  private static Optional<Instant> instant(long micros) {
    return micros == Long.MIN_VALUE
        ? Optional.empty()
        : Optional.of(
            Instant.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L));
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
