package lakehouse.models.publish;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A run's name, by which its branch and tag are found; later runs sort after earlier ones.
 *
 * @param value such as {@code 20260131t101500_1f2e3d}
 */
public record RunId(String value) {
  private static final String BRANCH = "run_";
  private static final String TAG = "published_";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss").withZone(ZoneOffset.UTC);

  /** A new name. */
  public static RunId next() {
    byte[] suffix = new byte[3];
    RANDOM.nextBytes(suffix);
    return new RunId(TIME.format(Instant.now()) + "_" + HexFormat.of().formatHex(suffix));
  }

  /** The run that works on a branch, or empty if the branch is none of a run. */
  public static Optional<RunId> ofBranch(String branch) {
    return Optional.of(branch)
        .filter(name -> name.startsWith(BRANCH))
        .map(name -> new RunId(name.substring(BRANCH.length())));
  }

  /** The run that a tag was made by, or empty if the tag is none of a run. */
  public static Optional<RunId> ofTag(String tag) {
    return Optional.of(tag)
        .filter(name -> name.startsWith(TAG))
        .map(name -> new RunId(name.substring(TAG.length())));
  }

  /** The branch that the run works on. */
  public String branch() {
    return BRANCH + value;
  }

  /** The tag that the run is published under. */
  public String tag() {
    return TAG + value;
  }
}
