package lakehouse.models.run;

import java.util.Map;
import java.util.Optional;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Decision;
import lakehouse.models.plan.Targets;
import lakehouse.models.plan.Watermark;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * What came of one model in one run.
 *
 * @param decision what was done and why
 * @param rowsWritten rows written to the table
 * @param changes what differs from before; empty where it was not compared
 * @param partitions the partitions that were written, and no other; empty where any row of the
 *     table may have been
 * @param consumed for each table read, up to where: all of that is in the model now
 */
public record Outcome(
    Decision decision,
    long rowsWritten,
    Optional<ChangeSet> changes,
    Optional<Targets> partitions,
    Map<TableIdentifier, Watermark> consumed) {
  public Outcome {
    consumed = Map.copyOf(consumed);
  }

  /** Whether the table is as it was. */
  public boolean leftAlone() {
    return decision.action() == Action.SKIP;
  }
}
