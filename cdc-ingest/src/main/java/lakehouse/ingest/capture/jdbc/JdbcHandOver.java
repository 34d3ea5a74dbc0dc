package lakehouse.ingest.capture.jdbc;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.RejectionConfig;
import lakehouse.ingest.capture.jdbc.JdbcItem.Begin;
import lakehouse.ingest.capture.jdbc.JdbcItem.Broken;
import lakehouse.ingest.capture.jdbc.JdbcItem.Fault;
import lakehouse.ingest.event.ChangeEvent.Rejected.Place;
import lakehouse.ingest.event.ChangeEvent.Rejected.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Between the threads that read a database and the one that tells of it: a few batches. Safe for
 * use by many threads.
 */
final class JdbcHandOver {
  private static final int BATCHES = 8;

  private final JdbcConfig source;
  private final BlockingQueue<JdbcItem> items = new ArrayBlockingQueue<>(BATCHES);
  private final Map<String, Integer> faults = new HashMap<>();
  private CompletableFuture<Void> available = new CompletableFuture<>();
  private long told;
  private volatile @Nullable Broken broken;

  JdbcHandOver(JdbcConfig source) {
    this.source = source;
  }

  /** Hands over; waits while too much is on its way. */
  void put(JdbcItem item) throws InterruptedException {
    synchronized (this) {
      if (item instanceof Begin) {
        faults.clear();
      } else {
        told++;
      }
    }
    items.put(item);
    signal();
  }

  /** The same, for those who cannot throw. */
  void putUnchecked(JdbcItem item) {
    try {
      put(item);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
  }

  /**
   * Hands over what cannot be taken.
   *
   * @param at what finds it in the source; null for a row, whose text tells
   * @throws LakeException if the source's policy is to stop
   */
  void fault(JdbcTable table, @Nullable String at, Reason reason, @Nullable String text)
      throws InterruptedException {
    requireAllowed(table, reason);
    put(new Fault(table.schema(), new Place(null, null, at), reason, text));
  }

  /** The same, for those who cannot throw. */
  void faultUnchecked(JdbcTable table, @Nullable String at, Reason reason, @Nullable String text) {
    requireAllowed(table, reason);
    putUnchecked(new Fault(table.schema(), new Place(null, null, at), reason, text));
  }

  private synchronized void requireAllowed(JdbcTable table, Reason reason) {
    int count = faults.merge(table.name(), 1, Integer::sum);
    if (source.rejected().policy() == RejectionConfig.Policy.STOP
        && count > source.rejected().threshold()) {
      throw new LakeException(
          ExitCode.DATA_CHECK,
          """
          Source %s: %d rows of table %s cannot be taken, the last one for %s: %s
          Nothing of this reading was committed, since `rejected` of the source has the policy stop \
          and the threshold %d. Correct the rows in the source, or choose the policy quarantine; \
          then start again."""
              .formatted(
                  source.name(),
                  count,
                  table.name(),
                  reason.code(),
                  reason.sentence(),
                  source.rejected().threshold()));
    }
  }

  /** The reading broke: whoever takes next learns of it. */
  void broken(Throwable cause) {
    broken = new Broken(cause);
    signal();
  }

  /** How much was handed over that is not the begin of a round. */
  synchronized long told() {
    return told;
  }

  /** The next item, or null if none is there. */
  @Nullable JdbcItem take() {
    JdbcItem item = items.poll();
    return item == null ? broken : item;
  }

  /** Completes when there is something to take. */
  synchronized CompletableFuture<Void> available() {
    if (!items.isEmpty() || broken != null) {
      return CompletableFuture.completedFuture(null);
    }
    if (available.isDone()) {
      available = new CompletableFuture<>();
    }
    return available;
  }

  private synchronized void signal() {
    available.complete(null);
  }
}
