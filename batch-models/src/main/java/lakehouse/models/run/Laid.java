package lakehouse.models.run;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.physical.HashPartitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction1;

/**
 * How the rows of a query are laid out in tasks. Rows are written by partition, so they are sent
 * round for it once more, unless the query laid them so itself by the hint {@code REPARTITION} with
 * the column, which pays where it does for the rest of a query too. Rows that lie so by chance, as
 * behind a join, are sent round all the same: what is planned as they run may lay them otherwise.
 */
final class Laid {
  /** The option of a write that says whether its rows are sent round. */
  static final String MODE = "distribution-mode";

  private static final AbstractFunction1<LogicalPlan, Object> IS_HINTED =
      new AbstractFunction1<>() {
        @Override
        public Object apply(LogicalPlan node) {
          return node instanceof RepartitionByExpression;
        }
      };

  private Laid() {}

  /** How rows are sent round before they are written by the values of a column. */
  static String mode(Dataset<Row> rows, String column) {
    return by(rows, column) ? "none" : "hash";
  }

  /** Whether all rows with one value of a column are in one task, as a hint asks for. */
  static boolean by(Dataset<Row> rows, String column) {
    // most queries have no such hint, and need not be planned to be told from others
    if (!rows.queryExecution().analyzed().exists(IS_HINTED)) {
      return false;
    }
    SparkPlan plan = rows.queryExecution().executedPlan();
    if (plan instanceof AdaptiveSparkPlanExec adaptive) {
      plan = adaptive.initialPlan();
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
