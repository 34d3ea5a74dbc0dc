package lakehouse.ingest.metrics;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import lakehouse.ingest.event.Operation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * The names and units of all metrics of the ingest, in the group {@code lakehouse} of their
 * operator.
 */
public final class IngestMetrics {
  private static final String GROUP = "lakehouse";

  private IngestMetrics() {}

  /** The metrics of a writer. */
  public static Writing writing(MetricGroup group) {
    return new Writing(group.addGroup(GROUP));
  }

  /** The metrics of a committer. */
  public static Committing committing(MetricGroup group) {
    return new Committing(group.addGroup(GROUP));
  }

  /** The metrics of what takes rows in that must keep rules. */
  public static Taking taking(MetricGroup group) {
    return new Taking(group.addGroup(GROUP));
  }

  /**
   * {@code accepted}: rows taken in, as a count; {@code rejected.<rule>}: rows that were not, by
   * the rule that they break, as a count.
   */
  public static final class Taking {
    private final MetricGroup byRule;
    private final Map<String, Counter> rejected = new HashMap<>();
    private final Counter accepted;

    private Taking(MetricGroup group) {
      this.byRule = group.addGroup("rejected");
      this.accepted = group.counter("accepted");
    }

    /** One row was taken in. */
    public void accepted() {
      accepted.inc();
    }

    /** One row was not. */
    public void rejected(String rule) {
      rejected.computeIfAbsent(rule.toLowerCase(Locale.ROOT), byRule::counter).inc();
    }
  }

  /**
   * {@code rows.<operation>}: rows written, by operation, as a count; {@code rejected}: rows put
   * into the quarantine, as a count.
   */
  public static final class Writing {
    private final Counter[] rows = new Counter[Operation.values().length];

    private final Counter rejected;

    private Writing(MetricGroup group) {
      rejected = group.counter("rejected");
      for (Operation operation : Operation.values()) {
        rows[operation.ordinal()] = group.addGroup("rows").counter(operation.code());
      }
    }

    /** One row was written. */
    public void row(Operation operation) {
      rows[operation.ordinal()].inc();
    }

    /** One row was rejected. */
    public void rejected() {
      rejected.inc();
    }
  }

  /**
   * {@code commits}: catalog commits, as a count; {@code commitMillis}: duration of the last one;
   * {@code position}: ordinal of the last committed checkpoint; {@code lsn}: the source's log
   * position up to which all is in the lake, in bytes; {@code freshnessMillis}: age of the last
   * committed change when it was committed.
   */
  public static final class Committing {
    private final Counter commits;
    private volatile long commitMillis;
    private volatile long position;
    private volatile long lsn;
    private volatile long freshnessMillis;

    private Committing(MetricGroup group) {
      this.commits = group.counter("commits");
      group.gauge("commitMillis", (Gauge<Long>) () -> commitMillis);
      group.gauge("position", (Gauge<Long>) () -> position);
      group.gauge("lsn", (Gauge<Long>) () -> lsn);
      group.gauge("freshnessMillis", (Gauge<Long>) () -> freshnessMillis);
    }

    /** One catalog commit was made. */
    public void committed(long position, long lsn, long commitMillis, long freshnessMillis) {
      commits.inc();
      this.position = position;
      this.lsn = lsn;
      this.commitMillis = commitMillis;
      this.freshnessMillis = freshnessMillis;
    }
  }
}
