package lakehouse.ingest.capture.postgres;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.status.LoadNotice;
import lakehouse.ingest.capture.postgres.LoadPlanner.Plan;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells now and then how far a load is. */
final class LoadProgress {
  private static final Logger LOG = LoggerFactory.getLogger(LoadProgress.class);
  private static final Duration LOGGED_EVERY = Duration.ofSeconds(10);
  private static final Duration NOTED_EVERY = Duration.ofSeconds(1);

  private final String source;
  private final Map<String, Long> bytes;
  private final long total;
  private final Instant startedAt;
  private Instant loggedAt;
  private Instant notedAt = Instant.EPOCH;
  private long rows;

  LoadProgress(String source, Plan plan) {
    this.source = source;
    this.bytes = plan.ranges().stream().collect(Collectors.toMap(Range::splitId, Range::bytes));
    this.total = bytes.values().stream().mapToLong(Long::longValue).sum();
    this.startedAt = Instant.ofEpochMilli(plan.startedAt() / 1_000);
    this.loggedAt = startedAt;
  }

  /**
   * One more range is done.
   *
   * @param ranges all that are
   * @param rowsOfRange the rows of this one; one that is read again counts again
   * @return what is to be told; empty if that has just been done
   */
  Optional<LoadNotice> advance(Set<String> ranges, long rowsOfRange) {
    rows += rowsOfRange;
    Instant now = Instant.now();
    long loaded = ranges.stream().mapToLong(bytes::get).sum();
    LoadNotice notice = new LoadNotice(loaded >> 20, total >> 20, rows, startedAt);
    if (!now.isBefore(loggedAt.plus(LOGGED_EVERY))) {
      loggedAt = now;
      LOG.info(
          "Source {}: loaded {} of {} ranges, {} of {}, {} rows, {} rows/s, about {} left",
          source,
          ranges.size(),
          bytes.size(),
          Console.bytes(loaded),
          Console.bytes(total),
          rows,
          notice.rowsPerSecond(now),
          notice.left(now).map(Console::duration).orElse("?"));
    }
    if (now.isBefore(notedAt.plus(NOTED_EVERY))) {
      return Optional.empty();
    }
    notedAt = now;
    return Optional.of(notice);
  }
}
