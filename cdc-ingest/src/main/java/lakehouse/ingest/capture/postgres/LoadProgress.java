package lakehouse.ingest.capture.postgres;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.Console;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells now and then how far a load is. */
final class LoadProgress {
  private static final Logger LOG = LoggerFactory.getLogger(LoadProgress.class);
  private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  private final String source;
  private final Map<String, Long> bytes;
  private final long total;
  private final long startedNanos = System.nanoTime();
  private long toldNanos = startedNanos;

  LoadProgress(String source, List<Range> ranges) {
    this.source = source;
    this.bytes = ranges.stream().collect(Collectors.toMap(Range::splitId, Range::bytes));
    this.total = bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Tells, unless it has just done so; the time left goes by the rate so far.
   *
   * @param ranges the done ones
   */
  void tell(Set<String> ranges) {
    long now = System.nanoTime();
    if (now - toldNanos < INTERVAL_NANOS) {
      return;
    }
    toldNanos = now;
    long loaded = Math.max(1, ranges.stream().mapToLong(bytes::get).sum());
    double perNano = (double) loaded / (now - startedNanos);
    LOG.info(
        "Source {}: loaded {} of {} ranges, {} of {}, {}/s, about {} left",
        source,
        ranges.size(),
        bytes.size(),
        Console.bytes(loaded),
        Console.bytes(total),
        Console.bytes((long) (perNano * 1e9)),
        Console.duration(Duration.ofNanos((long) ((total - loaded) / perNano))));
  }
}
