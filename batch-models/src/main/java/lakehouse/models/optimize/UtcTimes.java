package lakehouse.models.optimize;

import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.TimeAdd;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.catalyst.util.DateTimeUtils;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.TimestampType;
import scala.Option;
import scala.collection.JavaConverters;
import scala.runtime.AbstractPartialFunction;

/**
 * Computes the day of a timestamp, and a timestamp moved by an interval, as whole numbers where the
 * session's time zone is UTC. Spark goes through a calendar for each of them, whatever the zone,
 * and a model asks for the day of every row. The values are the same.
 */
public final class UtcTimes extends Rule<LogicalPlan> {
  private static final long DAY = TimeUnit.DAYS.toMicros(1);

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return (LogicalPlan)
        plan.transformAllExpressions(
            new AbstractPartialFunction<Expression, Expression>() {
              @Override
              public boolean isDefinedAt(Expression expression) {
                return isDay(expression) || isMoved(expression);
              }

              @Override
              public Expression apply(Expression expression) {
                if (expression instanceof TimeAdd add) {
                  return call("moved", DataTypes.TimestampType, List.of(add.start(), micros(add)));
                }
                return call("day", expression.dataType(), List.of(((Cast) expression).child()));
              }
            });
  }

  /** The day, since 1970-01-01, in which an instant is, in microseconds since it began. */
  public static int day(long micros) {
    return (int) Math.floorDiv(micros, DAY);
  }

  /** The instant so many microseconds later. */
  public static long moved(long micros, long interval) {
    return Math.addExact(micros, interval);
  }

  private static boolean isDay(Expression expression) {
    return expression instanceof Cast cast
        && cast.dataType() instanceof DateType
        && cast.child().dataType() instanceof TimestampType
        && isUtc(cast.timeZoneId());
  }

  private static boolean isMoved(Expression expression) {
    return expression instanceof TimeAdd add
        && add.start().dataType() instanceof TimestampType
        && add.interval() instanceof Literal interval
        && interval.dataType() instanceof DayTimeIntervalType
        && interval.value() instanceof Long
        && isUtc(add.timeZoneId());
  }

  private static boolean isUtc(Option<String> zone) {
    return zone.isDefined()
        && DateTimeUtils.getZoneId(zone.get()).normalized().equals(ZoneOffset.UTC);
  }

  private static Expression micros(TimeAdd add) {
    return new Literal(((Literal) add.interval()).value(), DataTypes.LongType);
  }

  private static Expression call(String method, DataType type, List<Expression> arguments) {
    return new StaticInvoke(
        UtcTimes.class,
        type,
        method,
        JavaConverters.asScalaBuffer(arguments).toSeq(),
        JavaConverters.asScalaBuffer(List.<AbstractDataType>of()).toSeq(),
        true, // of null it is null
        false,
        true);
  }
}
