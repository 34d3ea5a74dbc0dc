package lakehouse.ingest.capture.jdbc;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * A value of a watermark column.
 *
 * @param kind what the column holds
 * @param amount the number, days since 1970 for a date, microseconds since 1970 for a timestamp
 */
public record Watermark(Kind kind, BigDecimal amount) implements Comparable<Watermark> {
  private static final BigDecimal MICROS_PER_DAY = BigDecimal.valueOf(86_400_000_000L);

  /** What a watermark column can hold. */
  public enum Kind {
    NUMBER,
    DATE,
    TIMESTAMP,
    TIMESTAMPTZ;

    /** The kind of a column of that type, or empty for a type that has no order of time. */
    public static Optional<Kind> of(Type type) {
      return switch (type.typeId()) {
        case INTEGER, LONG, DECIMAL -> Optional.of(NUMBER);
        case DATE -> Optional.of(DATE);
        case TIMESTAMP ->
            Optional.of(
                ((org.apache.iceberg.types.Types.TimestampType) type).shouldAdjustToUTC()
                    ? TIMESTAMPTZ
                    : TIMESTAMP);
        default -> Optional.empty();
      };
    }
  }

  /** The greatest one in a column of a result, or null; what is finer is rounded up. */
  static @Nullable Watermark read(Kind kind, ResultSet result, int column) throws SQLException {
    BigDecimal amount =
        switch (kind) {
          case NUMBER -> result.getBigDecimal(column);
          case DATE -> days(result.getObject(column, LocalDate.class));
          case TIMESTAMP -> micros(utc(result.getObject(column, LocalDateTime.class)));
          case TIMESTAMPTZ -> micros(instant(result, column));
        };
    return amount == null ? null : new Watermark(kind, amount);
  }

  private static @Nullable Instant instant(ResultSet result, int column) throws SQLException {
    OffsetDateTime value = result.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  private static @Nullable Instant utc(@Nullable LocalDateTime value) {
    return value == null ? null : value.toInstant(ZoneOffset.UTC);
  }

  private static @Nullable BigDecimal days(@Nullable LocalDate value) {
    return value == null ? null : BigDecimal.valueOf(value.toEpochDay());
  }

  private static @Nullable BigDecimal micros(@Nullable Instant value) {
    return value == null
        ? null
        : BigDecimal.valueOf(value.getEpochSecond())
            .add(BigDecimal.valueOf(value.getNano(), 9))
            .movePointRight(6)
            .setScale(0, RoundingMode.CEILING);
  }

  /**
   * A bound as the configuration has it: a number, a date, or a date and time in UTC.
   *
   * @throws IllegalArgumentException if it is none of the kind
   */
  public static Watermark parse(Kind kind, String text) {
    try {
      return switch (kind) {
        case NUMBER -> new Watermark(kind, new BigDecimal(text));
        case DATE -> new Watermark(kind, days(LocalDate.parse(text)));
        case TIMESTAMP, TIMESTAMPTZ ->
            new Watermark(
                kind,
                micros(
                    utc(
                        text.length() == 10
                            ? LocalDate.parse(text).atStartOfDay()
                            : LocalDateTime.parse(text.replace(' ', 'T').replaceAll("Z$", "")))));
      };
    } catch (DateTimeException | NumberFormatException e) {
      throw new IllegalArgumentException(text + " is no " + kind, e);
    }
  }

  /** As the catalog keeps it. */
  String text() {
    return amount.toPlainString();
  }

  /** Reads what {@link #text} wrote. */
  static Watermark of(Kind kind, String text) {
    return new Watermark(kind, new BigDecimal(text));
  }

  /** Where reading begins that looks back. */
  Watermark lookingBack(LookBack lookBack) {
    BigDecimal by =
        switch (kind) {
          case NUMBER -> lookBack.number();
          case DATE -> lookBack.micros().divide(MICROS_PER_DAY, 0, RoundingMode.CEILING);
          case TIMESTAMP, TIMESTAMPTZ -> lookBack.micros();
        };
    return new Watermark(kind, amount.subtract(by));
  }

  /**
   * How far back reading begins, of the last watermark seen: a number for a column of numbers, a
   * time for the others.
   */
  public record LookBack(BigDecimal number, BigDecimal micros) implements Serializable {
    static LookBack of(Optional<Duration> time, long number) {
      return new LookBack(
          BigDecimal.valueOf(number),
          BigDecimal.valueOf(time.orElse(Duration.ZERO).toNanos(), 3)
              .setScale(0, RoundingMode.CEILING));
    }
  }

  /** As a parameter of a statement. */
  Serializable parameter() {
    return switch (kind) {
      case NUMBER -> amount;
      case DATE -> LocalDate.ofEpochDay(amount.longValueExact());
      case TIMESTAMP -> LocalDateTime.ofInstant(instant(), ZoneOffset.UTC);
      case TIMESTAMPTZ -> OffsetDateTime.ofInstant(instant(), ZoneOffset.UTC);
    };
  }

  private Instant instant() {
    return Instant.EPOCH.plus(amount.longValueExact(), ChronoUnit.MICROS);
  }

  @Override
  public int compareTo(Watermark other) {
    return amount.compareTo(other.amount);
  }

  /** For people. */
  @Override
  public String toString() {
    return kind == Kind.NUMBER ? amount.toPlainString() : parameter().toString();
  }
}
