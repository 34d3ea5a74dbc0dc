package lakehouse.models.publish;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/**
 * A run's name, by which its branch and tag are found; later runs sort after earlier ones.
 *
 * @param value such as {@code 20260131t101500_1f2e3d}
 */
public record RunId(String value) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss").withZone(ZoneOffset.UTC);

  /** A new name. */
  public static RunId next() {
    byte[] suffix = new byte[3];
    RANDOM.nextBytes(suffix);
    return new RunId(TIME.format(Instant.now()) + "_" + HexFormat.of().formatHex(suffix));
  }

  /** The branch that the run works on. */
  public String branch() {
    return "run_" + value;
  }

  /** The tag that the run is published under. */
  public String tag() {
    return "published_" + value;
  }
}
