package lakehouse.models.optimize;

import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/** What the lake's sessions add to Spark's optimizer; named in their configuration. */
public final class LakeExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    // once, when conditions have come down to the tables, which are asked for files after it
    extensions.injectPreCBORule(rule(ImpliedTimes::new));
    // only then: what a condition implies is not seen any more afterwards
    extensions.injectPreCBORule(rule(UtcTimes::new));
    return BoxedUnit.UNIT;
  }

  private static AbstractFunction1<SparkSession, Rule<LogicalPlan>> rule(
      Supplier<Rule<LogicalPlan>> made) {
    return new AbstractFunction1<>() {
      @Override
      public Rule<LogicalPlan> apply(SparkSession session) {
        return made.get();
      }
    };
  }
}
