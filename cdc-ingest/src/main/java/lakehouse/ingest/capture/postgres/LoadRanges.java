package lakehouse.ingest.capture.postgres;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;

/**
 * The ranges of one load: which are still to be handed out, which are done, and which of those a
 * checkpoint holds. A range counts when a checkpoint that began after it was done is complete.
 */
final class LoadRanges {
  private final Deque<Range> open = new ArrayDeque<>();
  private final Set<String> due = new HashSet<>();
  private final Set<String> done = new HashSet<>();
  private final TreeMap<Long, Set<String>> doneAtCheckpoint = new TreeMap<>();

  LoadRanges(List<Range> ranges) {
    open.addAll(ranges);
    ranges.forEach(range -> due.add(range.splitId()));
  }

  /** The next one to be handed out. */
  Optional<Range> next() {
    return Optional.ofNullable(open.poll());
  }

  /** A range was handed out in vain. */
  void giveBack(Range range) {
    if (due.contains(range.splitId())) { // else it is of a load that was given up
      open.addFirst(range);
    }
  }

  /** Ranges are done; those of other loads mean nothing here. */
  void done(Collection<String> splitIds) {
    splitIds.stream().filter(due::contains).forEach(done::add);
  }

  /** The done ones. */
  Set<String> done() {
    return done;
  }

  /** Forgets what is done: readers start again, and say what they were restored with. */
  void startAgain() {
    done.clear();
    doneAtCheckpoint.clear();
  }

  /** A checkpoint begins. */
  void checkpoint(long checkpointId) {
    doneAtCheckpoint.put(checkpointId, Set.copyOf(done));
  }

  /** Whether a checkpoint, which is complete now, holds all of them. */
  boolean isWhole(long checkpointId) {
    Set<String> held = doneAtCheckpoint.get(checkpointId);
    doneAtCheckpoint.headMap(checkpointId, true).clear();
    return held != null && held.containsAll(due);
  }
}
