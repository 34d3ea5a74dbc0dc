package lakehouse.catalog.config;

import java.io.Serializable;

/**
 * What is done with rows that break a rule or cannot be read.
 *
 * @param policy what is done with them
 * @param threshold how many of them the policy {@code stop} still lets pass into quarantine, for
 *     each file or query
 */
public record RejectionConfig(
    @Key(
            value =
                "quarantine: they are kept apart with their reason, and the source goes on; stop: the"
                    + " source stops at the first above the threshold.",
            defaultValue = "quarantine")
        Policy policy,
    @Key(
            value =
                "How many the policy stop lets pass into quarantine, for each file or query, before"
                    + " it stops the source.",
            defaultValue = "0",
            min = 0,
            max = Integer.MAX_VALUE)
        int threshold)
    implements Serializable {
  /** What is done with rejected rows. */
  public enum Policy {
    /** They are kept apart, each with its reason, and the source goes on. */
    QUARANTINE,
    /** The source stops at the first above the threshold. */
    STOP
  }
}
