package lakehouse.models.run;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.plans.physical.HashPartitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import scala.collection.JavaConverters;

/**
 * How the rows of a query are laid out in tasks. Rows are written by partition, so they are sent
 * round for it once more, unless the query laid them so itself: {@code REPARTITION} by the column
 * is the hint for it, and pays where it does for the rest of a query too.
 */
final class Laid {
  /** The option of a write that says whether its rows are sent round. */
  static final String MODE = "distribution-mode";

  private Laid() {}

  /** How rows are sent round before they are written by the values of a column. */
  static String mode(Dataset<Row> rows, String column) {
    return by(rows, column) ? "none" : "hash";
  }

  /** Whether all rows with one value of a column are in one task. */
  static boolean by(Dataset<Row> rows, String column) {
    SparkPlan plan = rows.queryExecution().executedPlan();
    if (plan instanceof AdaptiveSparkPlanExec adaptive) {
      plan = adaptive.initialPlan(); // what is adapted later keeps to what a hint asked for
    }
    if (!(plan.outputPartitioning() instanceof HashPartitioning hash)
        || hash.expressions().size() != 1
        || !(hash.expressions().head() instanceof AttributeReference laidBy)) {
      return false;
    }
    return JavaConverters.seqAsJavaList(plan.output()).stream()
        .anyMatch(
            written -> written.name().equals(column) && written.exprId().equals(laidBy.exprId()));
  }
}
