package lakehouse.models.optimize;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.BinaryComparison;
import org.apache.spark.sql.catalyst.expressions.EqualNullSafe;
import org.apache.spark.sql.catalyst.expressions.EqualTo;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GreaterThan;
import org.apache.spark.sql.catalyst.expressions.GreaterThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.In;
import org.apache.spark.sql.catalyst.expressions.InSet;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.expressions.LessThan;
import org.apache.spark.sql.catalyst.expressions.LessThanOrEqual;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import scala.collection.JavaConverters;
import scala.runtime.AbstractPartialFunction;

/**
 * Tells of a condition on the day, or the month, of a timestamp what it says of the timestamp
 * itself: {@code to_date(read_at + INTERVAL 5 HOURS) = DATE '2026-01-02'} implies that {@code
 * read_at} is from 19:00 on the first to 19:00 on the second. Files and parts of files that hold no
 * such times are then passed over, which they cannot be for a function. The condition itself stays;
 * what is added holds for every row for which it holds.
 */
public final class ImpliedTimes extends Rule<LogicalPlan> {
  /**
   * Each costs a comparison for each row; nearer spans are taken together with what lies between.
   */
  private static final int MOST_SPANS = 16;

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return plan.transformDown(
        new AbstractPartialFunction<LogicalPlan, LogicalPlan>() {
          @Override
          public boolean isDefinedAt(LogicalPlan node) {
            return node instanceof Filter;
          }

          @Override
          public LogicalPlan apply(LogicalPlan node) {
            Filter filter = (Filter) node;
            return implied(filter.condition())
                .<LogicalPlan>map(
                    more -> new Filter(new And(filter.condition(), more), filter.child()))
                .orElse(filter);
          }
        });
  }

  /** What follows from a condition, beside itself; empty if nothing is known to. */
  static Optional<Expression> implied(Expression condition) {
    if (condition instanceof And and) {
      return Stream.of(and.left(), and.right())
          .flatMap(side -> implied(side).stream())
          .reduce(And::new);
    }
    if (condition instanceof Or or) {
      return weaker(or.left()).flatMap(l -> weaker(or.right()).map(r -> new Or(l, r)));
    }
    return spans(condition);
  }

  // One side of an OR: what follows from it, which may be itself.
  private static Optional<Expression> weaker(Expression side) {
    return side instanceof IsNull isNull && isNull.child().children().isEmpty()
        ? Optional.of(side)
        : implied(side);
  }

  private static Optional<Expression> spans(Expression condition) {
    if (condition instanceof In in) {
      List<Expression> values = JavaConverters.seqAsJavaList(in.list());
      return values.stream().allMatch(ImpliedTimes::isTime)
          ? ofValues(in.value(), values.stream().map(value -> ((Literal) value).value()))
          : Optional.empty();
    }
    if (condition instanceof InSet in) {
      return ofValues(in.child(), JavaConverters.setAsJavaSet(in.hset()).stream());
    }
    if (!(condition instanceof BinaryComparison comparison)) {
      return Optional.empty();
    }
    boolean flipped = comparison.left() instanceof Literal;
    Expression function = flipped ? comparison.right() : comparison.left();
    if (!((flipped ? comparison.left() : comparison.right()) instanceof Literal literal)
        || !isTime(literal)) {
      return Optional.empty();
    }
    long value = ((Number) literal.value()).longValue();
    if (comparison instanceof EqualTo || comparison instanceof EqualNullSafe) {
      return ofSpans(function, List.of(TimeSpan.at(value)));
    }
    boolean strict = comparison instanceof GreaterThan || comparison instanceof LessThan;
    boolean greater = comparison instanceof GreaterThan || comparison instanceof GreaterThanOrEqual;
    if (!strict && !greater && !(comparison instanceof LessThanOrEqual)) {
      return Optional.empty();
    }
    return ofSpans(
        function,
        List.of(
            greater != flipped
                ? new TimeSpan(strict ? value + 1 : value, TimeSpan.OPEN_END)
                : new TimeSpan(TimeSpan.OPEN_BEGINNING, strict ? value - 1 : value)));
  }

  private static boolean isTime(Expression literal) {
    return literal instanceof Literal
        && (literal.dataType() instanceof DateType
            || literal.dataType() instanceof TimestampType
            || literal.dataType() instanceof TimestampNTZType)
        && ((Literal) literal).value() != null;
  }

  private static Optional<Expression> ofValues(Expression function, Stream<Object> values) {
    List<Object> all = values.filter(Objects::nonNull).toList();
    return all.stream().allMatch(Number.class::isInstance)
        ? ofSpans(function, all.stream().map(v -> TimeSpan.at(((Number) v).longValue())).toList())
        : Optional.empty();
  }

  // What a function's values say of the column that it is a function of.
  private static Optional<Expression> ofSpans(Expression function, List<TimeSpan> values) {
    if (values.isEmpty()
        || function instanceof AttributeReference
        || TimeFunctions.column(function).isEmpty()) {
      return Optional.empty();
    }
    List<TimeSpan> times = new ArrayList<>();
    for (TimeSpan span : TimeSpan.joined(values, MOST_SPANS)) {
      Optional<TimeSpan> before = TimeFunctions.before(function, span);
      if (before.isEmpty()) {
        return Optional.empty();
      }
      times.add(before.get());
    }
    Expression column = TimeFunctions.column(function).orElseThrow();
    return times.stream().map(span -> within(column, span)).reduce(Or::new);
  }

  private static Expression within(Expression column, TimeSpan span) {
    Expression from = new GreaterThanOrEqual(column, literal(column, span.from()));
    Expression to = new LessThanOrEqual(column, literal(column, span.to()));
    if (span.from() == TimeSpan.OPEN_BEGINNING) {
      return to;
    }
    return span.to() == TimeSpan.OPEN_END ? from : new And(from, to);
  }

  private static Literal literal(Expression column, long value) {
    if (column.dataType() instanceof DateType) {
      // beyond the last day there is none
      long day = Math.max(Integer.MIN_VALUE, Math.min(value, Integer.MAX_VALUE));
      return new Literal((int) day, column.dataType());
    }
    return new Literal(value, column.dataType());
  }
}
