package lakehouse.models.optimize;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.DateAdd;
import org.apache.spark.sql.catalyst.expressions.DateSub;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.TimeAdd;
import org.apache.spark.sql.catalyst.expressions.TruncDate;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/**
 * Goes back through functions of one column that never fall as the column rises: from a span of
 * their values to a span that holds every value of the column that leads there.
 */
final class TimeFunctions {
  private static final long DAY = TimeUnit.DAYS.toMicros(1);

  private TimeFunctions() {}

  /** The column that it is such a function of; empty if it is another function. */
  static Optional<AttributeReference> column(Expression function) {
    return before(function, TimeSpan.at(0)).map(span -> columnOf(function));
  }

  private static AttributeReference columnOf(Expression function) {
    return function instanceof AttributeReference column
        ? column
        : columnOf(function.children().head());
  }

  /** The values of the column at which the function's are in the span; empty if that is unknown. */
  static Optional<TimeSpan> before(Expression function, TimeSpan span) {
    try {
      return back(function, span);
    } catch (ArithmeticException | DateTimeException e) {
      return Optional.empty(); // farther away than any calendar goes
    }
  }

  private static Optional<TimeSpan> back(Expression function, TimeSpan span) {
    if (function instanceof AttributeReference) {
      return Optional.of(span);
    }
    if (function instanceof Cast cast && cast.dataType() instanceof DateType) {
      return startOfDay(cast)
          .flatMap(
              start ->
                  back(
                      cast.child(),
                      moved(
                          span, start, day -> Math.subtractExact(start.applyAsLong(day + 1), 1))));
    }
    if (function instanceof TimeAdd add
        && add.interval() instanceof Literal interval
        && interval.dataType() instanceof DayTimeIntervalType
        && interval.value() instanceof Long micros) {
      return back(add.start(), shifted(span, micros));
    }
    if (function instanceof DateAdd add && days(add.days()).isPresent()) {
      return back(add.startDate(), shifted(span, days(add.days()).get()));
    }
    if (function instanceof DateSub sub && days(sub.days()).isPresent()) {
      return back(sub.startDate(), shifted(span, -days(sub.days()).get()));
    }
    if (function instanceof TruncDate truncated && truncated.format() instanceof Literal unit) {
      return lastDay(String.valueOf(unit.value()))
          .flatMap(last -> back(truncated.date(), moved(span, day -> day, last)));
    }
    return Optional.empty();
  }

  private static Optional<LongUnaryOperator> startOfDay(Cast cast) {
    if (cast.child().dataType() instanceof TimestampNTZType) {
      return Optional.of(day -> Math.multiplyExact(day, DAY));
    }
    if (!(cast.child().dataType() instanceof TimestampType) || cast.timeZoneId().isEmpty()) {
      return Optional.empty();
    }
    ZoneId zone = ZoneId.of(cast.timeZoneId().get());
    return Optional.of(
        day ->
            Math.multiplyExact(
                LocalDate.ofEpochDay(day).atStartOfDay(zone).toEpochSecond(),
                TimeUnit.SECONDS.toMicros(1)));
  }

  // The last day that is cut off to the same day as the given one.
  private static Optional<LongUnaryOperator> lastDay(String unit) {
    return switch (unit.toUpperCase(Locale.ROOT)) {
      case "MM", "MON", "MONTH" ->
          Optional.of(
              day ->
                  LocalDate.ofEpochDay(day).with(TemporalAdjusters.lastDayOfMonth()).toEpochDay());
      case "YY", "YYYY", "YEAR" ->
          Optional.of(
              day ->
                  LocalDate.ofEpochDay(day).with(TemporalAdjusters.lastDayOfYear()).toEpochDay());
      default -> Optional.empty();
    };
  }

  private static Optional<Integer> days(Expression days) {
    return days instanceof Literal literal && literal.value() instanceof Integer number
        ? Optional.of(number)
        : Optional.empty();
  }

  private static TimeSpan shifted(TimeSpan span, long by) {
    return moved(
        span, value -> Math.subtractExact(value, by), value -> Math.subtractExact(value, by));
  }

  private static TimeSpan moved(TimeSpan span, LongUnaryOperator from, LongUnaryOperator to) {
    return new TimeSpan(
        span.from() == TimeSpan.OPEN_BEGINNING ? span.from() : from.applyAsLong(span.from()),
        span.to() == TimeSpan.OPEN_END ? span.to() : to.applyAsLong(span.to()));
  }
}
