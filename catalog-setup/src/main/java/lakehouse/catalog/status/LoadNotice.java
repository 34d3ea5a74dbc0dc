package lakehouse.catalog.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a load is. A load holds a session with the source until it is done, and tells it by that
 * session's {@code application_name}: so it can be seen by whoever may see the session, and is gone
 * when the load is.
 *
 * @param mebibytes about how much of the tables' disk space was read
 * @param ofMebibytes of all tables of the load
 * @param rows how many were read
 * @param startedAt when the load began, to the second
 */
public record LoadNotice(long mebibytes, long ofMebibytes, long rows, Instant startedAt) {
  private static final Pattern NAME =
      Pattern.compile("lake load [0-9a-f]{8} (\\d+)/(\\d+) (\\d+) (\\d+)");

  /** What the names of a source's loads begin with; names have at most 63 characters. */
  public static String prefix(String slot) {
    return "lake load %08x ".formatted(slot.hashCode());
  }

  /** The session's name that tells it. */
  public String name(String slot) {
    return prefix(slot)
        + "%d/%d %d %d".formatted(mebibytes, ofMebibytes, rows, startedAt.getEpochSecond());
  }

  /** What a session's name tells; empty if it is not of a load. */
  static Optional<LoadNotice> of(String name) {
    Matcher notice = NAME.matcher(name);
    return notice.matches()
        ? Optional.of(
            new LoadNotice(
                Long.parseLong(notice.group(1)),
                Long.parseLong(notice.group(2)),
                Long.parseLong(notice.group(3)),
                Instant.ofEpochSecond(Long.parseLong(notice.group(4)))))
        : Optional.empty();
  }

  /** How much time is left if the load goes on at its rate so far; empty before it has one. */
  public Optional<Duration> left(Instant now) {
    long millis = Duration.between(startedAt, now).toMillis();
    return mebibytes == 0 || millis <= 0
        ? Optional.empty()
        : Optional.of(
            Duration.ofMillis((long) ((double) millis / mebibytes * (ofMebibytes - mebibytes))));
  }

  /** Rows in a second, so far. */
  public long rowsPerSecond(Instant now) {
    return rows * 1_000 / Math.max(1, Duration.between(startedAt, now).toMillis());
  }
}
