package lakehouse.models.optimize;

import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/** What the lake's sessions add to Spark's optimizer; named in their configuration. */
public final class LakeExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    // once, when conditions have come down to the tables, which are asked for files after it
    extensions.injectPreCBORule(
        new AbstractFunction1<>() {
          @Override
          public ImpliedTimes apply(SparkSession session) {
            return new ImpliedTimes();
          }
        });
    return BoxedUnit.UNIT;
  }
}
