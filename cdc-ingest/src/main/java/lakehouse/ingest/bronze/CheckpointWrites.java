package lakehouse.ingest.bronze;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a writer has for one checkpoint, or what all writers have together.
 *
 * @param tables what is added to each table
 * @param rejected what is added to the quarantine, for each table of the source
 * @param reached how far the source is held with it
 */
record CheckpointWrites(List<TableWrites> tables, List<RejectedWrites> rejected, Reached reached)
    implements Serializable {
  static final CheckpointWrites NOTHING =
      new CheckpointWrites(List.of(), List.of(), Reached.NOTHING);

  CheckpointWrites {
    tables = List.copyOf(tables);
    // a checkpoint of an older version knows no quarantine
    rejected = rejected == null ? List.of() : List.copyOf(rejected);
  }

  /** The same, whose voiding of what was before is done. */
  CheckpointWrites settled() {
    return reached.anew()
        ? new CheckpointWrites(
            tables,
            rejected,
            new Reached(
                reached.lsn(),
                reached.committedAtMicros(),
                reached.loaded(),
                reached.loadPoint(),
                reached.resume()))
        : this;
  }

  /** Whether nothing is added anywhere. */
  boolean isEmpty() {
    return tables.isEmpty() && rejected.isEmpty();
  }

  /** How many rows are rejected. */
  long rejectedRows() {
    return rejected.stream().mapToLong(RejectedWrites::rows).sum();
  }

  /**
   * How far a source is held.
   *
   * @param lsn the log position up to which all is held; 0 while loading
   * @param committedAtMicros commit time of the last change; {@link Long#MIN_VALUE} for none
   * @param loaded the tables whose load is held whole; may shrink when one is loaded anew
   * @param loadPoint where the load ends that goes on or was the last; 0 if the engine does not say
   * @param resume what the engine goes on with after it; null if it does not say
   * @param anew whether all that was written before and is held back is void
   */
  record Reached(
      long lsn,
      long committedAtMicros,
      Set<String> loaded,
      long loadPoint,
      @Nullable String resume,
      boolean anew)
      implements Serializable {
    static final Reached NOTHING = new Reached(0, Long.MIN_VALUE, Set.of(), 0, null);

    /** All that is held back is void. */
    static final Reached ANEW = new Reached(0, Long.MIN_VALUE, Set.of(), 0, null, true);

    Reached {
      loaded = Set.copyOf(loaded);
    }

    Reached(
        long lsn,
        long committedAtMicros,
        Set<String> loaded,
        long loadPoint,
        @Nullable String resume) {
      this(lsn, committedAtMicros, loaded, loadPoint, resume, false);
    }

    /** Both together; the other is the later one. */
    Reached plus(Reached other) {
      // a place to go on at is of no use with what came after it, so it is never an older one
      String last = other.lsn == 0 ? resume : other.resume;
      return new Reached(
          Math.max(lsn, other.lsn),
          Math.max(committedAtMicros, other.committedAtMicros),
          other.lsn == 0 ? loaded : other.loaded,
          Math.max(loadPoint, other.loadPoint),
          last,
          anew || other.anew);
    }
  }

  /** What is of tables that the other does not touch. */
  CheckpointWrites without(CheckpointWrites other) {
    Set<String> touched =
        other.tables.stream().map(TableWrites::table).collect(Collectors.toUnmodifiableSet());
    Set<String> told =
        other.rejected.stream().map(RejectedWrites::table).collect(Collectors.toUnmodifiableSet());
    return new CheckpointWrites(
        tables.stream().filter(writes -> !touched.contains(writes.table())).toList(),
        rejected.stream().filter(writes -> !told.contains(writes.table())).toList(),
        reached);
  }

  /** Both together; the other's are the later ones. */
  CheckpointWrites plus(CheckpointWrites other) {
    Map<String, TableWrites> all = new LinkedHashMap<>();
    tables.forEach(writes -> all.put(writes.table(), writes));
    other.tables.forEach(writes -> all.merge(writes.table(), writes, TableWrites::plus));
    Map<String, RejectedWrites> allRejected = new LinkedHashMap<>();
    rejected.forEach(writes -> allRejected.put(writes.table(), writes));
    other.rejected.forEach(
        writes -> allRejected.merge(writes.table(), writes, RejectedWrites::plus));
    return new CheckpointWrites(
        new ArrayList<>(all.values()),
        new ArrayList<>(allRejected.values()),
        reached.plus(other.reached));
  }
}
