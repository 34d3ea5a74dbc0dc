package lakehouse.catalog.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes amounts with their unit, such as {@code 5 s} and {@code 128 MiB}. */
final class Units {
  static final String DURATION_PATTERN = "\\d+ *(ms|s|min|h|d)";
  static final String BYTES_PATTERN = "\\d+(\\.\\d+)? *(B|KiB|MiB|GiB|kB|MB|GB)?";

  private static final Pattern AMOUNT = Pattern.compile("(\\d+(?:\\.\\d+)?) *([A-Za-z]*)");
  private static final Map<String, ChronoUnit> TIMES = new LinkedHashMap<>();
  private static final Map<String, Long> SIZES = new LinkedHashMap<>();

  static {
    TIMES.put("d", ChronoUnit.DAYS);
    TIMES.put("h", ChronoUnit.HOURS);
    TIMES.put("min", ChronoUnit.MINUTES);
    TIMES.put("s", ChronoUnit.SECONDS);
    TIMES.put("ms", ChronoUnit.MILLIS);
    SIZES.put("GiB", 1L << 30);
    SIZES.put("MiB", 1L << 20);
    SIZES.put("KiB", 1L << 10);
    SIZES.put("GB", 1_000_000_000L);
    SIZES.put("MB", 1_000_000L);
    SIZES.put("kB", 1_000L);
    SIZES.put("B", 1L);
    SIZES.put("", 1L);
  }

  private Units() {}

  /** The time, or empty if the text is none. */
  static Optional<Duration> duration(String text) {
    Matcher amount = AMOUNT.matcher(text.strip());
    if (!text.strip().matches(DURATION_PATTERN) || !amount.matches()) {
      return Optional.empty();
    }
    return Optional.of(Duration.of(Long.parseLong(amount.group(1)), TIMES.get(amount.group(2))));
  }

  /** The bytes, or empty if the text is no size. */
  static Optional<Long> bytes(String text) {
    Matcher amount = AMOUNT.matcher(text.strip());
    if (!text.strip().matches(BYTES_PATTERN) || !amount.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new BigDecimal(amount.group(1))
            .multiply(BigDecimal.valueOf(SIZES.get(amount.group(2))))
            .longValue());
  }

  /** The time in the greatest unit that divides it. */
  static String text(Duration duration) {
    return TIMES.entrySet().stream()
        .filter(unit -> duration.toMillis() % unit.getValue().getDuration().toMillis() == 0)
        .findFirst()
        .map(u -> duration.toMillis() / u.getValue().getDuration().toMillis() + " " + u.getKey())
        .orElseThrow();
  }

  /** The size in the greatest unit that divides it. */
  static String text(long bytes) {
    return SIZES.entrySet().stream()
        .filter(unit -> bytes % unit.getValue() == 0)
        .findFirst()
        .map(unit -> bytes / unit.getValue() + " " + unit.getKey())
        .orElseThrow();
  }
}
