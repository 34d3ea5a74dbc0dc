package lakehouse.ingest.capture;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.regex.Pattern;
import lakehouse.catalog.config.ColumnConfig;
import lakehouse.catalog.config.MaskConfig;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A column of a contract: from a value's text to what a row holds, and the rules that it keeps. */
public final class ContractColumn implements Serializable {
  private static final long serialVersionUID = 1L;

  /** More digits than any type holds; what is longer would only cost time. */
  private static final int MAX_NUMBER_LENGTH = 1_000;

  private enum Kind {
    STRING,
    BOOLEAN,
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    DATE,
    TIMESTAMP,
    TIMESTAMPTZ,
    DECIMAL
  }

  private final String name;
  private final String type;
  private final Kind kind;
  private final int precision;
  private final int scale;
  private final boolean required;
  private final @Nullable Comparable<?> min;
  private final @Nullable Comparable<?> max;
  private final @Nullable Pattern pattern;
  private final MaskConfig.@Nullable Method mask;

  /**
   * @param key whether the column is part of the key, and so needs a value
   * @param mask how it is hidden before bronze; null if it is not
   */
  public ContractColumn(ColumnConfig config, boolean key, MaskConfig.@Nullable Method mask) {
    this.name = config.name();
    this.mask = mask;
    this.type = config.type();
    String[] parts = config.type().split("[(),]", -1);
    this.kind = Kind.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT));
    this.precision = kind == Kind.DECIMAL ? Integer.parseInt(parts[1]) : 0;
    this.scale = kind == Kind.DECIMAL ? Integer.parseInt(parts[2]) : 0;
    this.required = config.required() || key;
    this.min = config.min().isEmpty() ? null : bound(config.min());
    this.max = config.max().isEmpty() ? null : bound(config.max());
    this.pattern = config.pattern().isEmpty() ? null : Pattern.compile(config.pattern());
  }

  public String name() {
    return name;
  }

  public boolean isText() {
    return kind == Kind.STRING;
  }

  public boolean required() {
    return required;
  }

  /** How it is hidden before bronze; null if it is not. */
  public MaskConfig.@Nullable Method mask() {
    return mask;
  }

  /** The type in bronze: text where the column is hidden. */
  public Type bronzeType() {
    return mask != null ? Types.StringType.get() : plainType();
  }

  private Type plainType() {
    return switch (kind) {
      case STRING -> Types.StringType.get();
      case BOOLEAN -> Types.BooleanType.get();
      case INT -> Types.IntegerType.get();
      case LONG -> Types.LongType.get();
      case FLOAT -> Types.FloatType.get();
      case DOUBLE -> Types.DoubleType.get();
      case DATE -> Types.DateType.get();
      case TIMESTAMP -> Types.TimestampType.withoutZone();
      case TIMESTAMPTZ -> Types.TimestampType.withZone();
      case DECIMAL -> Types.DecimalType.of(precision, scale);
    };
  }

  /** What a row holds for a value, in clear; null for null. */
  public @Nullable Object of(@Nullable String text) throws RejectedValueException {
    try {
      Object value = text == null ? null : kind == Kind.STRING ? text(text) : parse(text);
      check(text, value);
      return value;
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      throw new RejectedValueException(
          RejectionRule.TYPE, "column %s is no %s".formatted(name, type));
    }
  }

  /**
   * Holds a value against the column's rules.
   *
   * @param text the value's text; null for null
   * @param value what a row holds for it, in clear; null where the type cannot hold it
   */
  public void check(@Nullable String text, @Nullable Object value) throws RejectedValueException {
    if (text == null) {
      if (required) {
        throw new RejectedValueException(
            RejectionRule.REQUIRED, "column %s has no value".formatted(name));
      }
      return;
    }
    if (pattern != null && !pattern.matcher(text).matches()) {
      throw new RejectedValueException(
          RejectionRule.PATTERN, "column %s does not match its pattern".formatted(name));
    }
    if (value != null && (min != null || max != null)) {
      requireBounds(value);
    }
  }

  /**
   * A text as a row holds it.
   *
   * @throws RejectedValueException if it has half of a surrogate pair, which JSON can spell and is
   *     no character: it would be stored as another
   */
  public static StringData text(String text) throws RejectedValueException {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          throw new RejectedValueException(
              RejectionRule.ENCODING, "a text has half of a surrogate pair");
        }
        i++;
      }
    }
    return StringData.fromString(text);
  }

  private Object parse(String text) {
    return switch (kind) {
      case STRING -> StringData.fromString(text);
      case BOOLEAN -> bool(text);
      case INT -> Math.toIntExact(integer(text));
      case LONG -> integer(text);
      case FLOAT -> (float) real(text, Float.MAX_VALUE);
      case DOUBLE -> real(text, Double.MAX_VALUE);
      case DATE -> (int) LocalDate.parse(text).toEpochDay();
      case TIMESTAMP -> timestamp(LocalDateTime.parse(text.replace(' ', 'T')));
      case TIMESTAMPTZ ->
          timestamp(
              OffsetDateTime.parse(text.replace(' ', 'T'))
                  .withOffsetSameInstant(ZoneOffset.UTC)
                  .toLocalDateTime());
      case DECIMAL -> DecimalData.fromBigDecimal(decimal(text), precision, scale);
    };
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true", "True", "TRUE", "t", "1" -> true;
      case "false", "False", "FALSE", "f", "0" -> false;
      default -> throw new NumberFormatException();
    };
  }

  private static long integer(String text) {
    int length = text.length();
    if (length > 0 && length < 19) {
      boolean negative = text.charAt(0) == '-';
      long value = 0;
      int i = negative ? 1 : 0;
      while (i < length && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
        value = value * 10 + text.charAt(i++) - '0';
      }
      if (i == length && length > (negative ? 1 : 0)) {
        return negative ? -value : value;
      }
    }
    return number(text, 19, 0).longValueExact();
  }

  private static double real(String text, double greatest) {
    switch (text) {
      case "NaN" -> {
        return Double.NaN;
      }
      case "Infinity", "+Infinity" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-Infinity" -> {
        return Double.NEGATIVE_INFINITY;
      }
      default -> {
        char last = text.isEmpty() ? 'x' : text.charAt(text.length() - 1);
        if (text.length() > MAX_NUMBER_LENGTH || ((last < '0' || last > '9') && last != '.')) {
          throw new NumberFormatException();
        }
        double value = Double.parseDouble(text);
        if (Math.abs(value) > greatest || text.indexOf('x') >= 0 || text.indexOf('X') >= 0) {
          throw new ArithmeticException();
        }
        return value;
      }
    }
  }

  private BigDecimal decimal(String text) {
    return number(text, precision - scale, scale);
  }

  /** Exact, or an exception: nothing is rounded. */
  private static BigDecimal number(String text, int digitsBefore, int digitsAfter) {
    if (text.length() > MAX_NUMBER_LENGTH) {
      throw new NumberFormatException();
    }
    BigDecimal value = new BigDecimal(text);
    if (value.signum() == 0) {
      return BigDecimal.ZERO.setScale(digitsAfter);
    }
    boolean tooLarge = (long) value.precision() - value.scale() > digitsBefore;
    boolean tooFine = (long) value.scale() - digitsAfter > MAX_NUMBER_LENGTH;
    if (tooLarge || tooFine) {
      throw new ArithmeticException();
    }
    return value.setScale(digitsAfter, RoundingMode.UNNECESSARY);
  }

  private static TimestampData timestamp(LocalDateTime time) {
    if (time.getNano() % 1_000 != 0 || Math.abs(time.getYear()) > 200_000) {
      throw new ArithmeticException(); // microseconds are what bronze holds
    }
    return TimestampData.fromEpochMillis(
        time.toEpochSecond(ZoneOffset.UTC) * 1_000 + time.get(ChronoField.MILLI_OF_SECOND),
        time.getNano() % 1_000_000);
  }

  private Comparable<?> bound(String text) {
    return kind == Kind.FLOAT || kind == Kind.DOUBLE
        ? Double.valueOf(text)
        : kind == Kind.INT || kind == Kind.LONG || kind == Kind.DECIMAL
            ? new BigDecimal(text)
            : (Comparable<?>) comparable(parse(text));
  }

  @SuppressWarnings("unchecked")
  private void requireBounds(Object value) throws RejectedValueException {
    Comparable<Object> comparable = (Comparable<Object>) comparable(value);
    boolean inside =
        (min == null || comparable.compareTo(min) >= 0)
            && (max == null || comparable.compareTo(max) <= 0);
    if (!inside || value.equals(Double.NaN) || value.equals(Float.NaN)) {
      throw new RejectedValueException(
          RejectionRule.RANGE, "column %s is out of its range".formatted(name));
    }
  }

  private Object comparable(Object value) {
    return switch (kind) {
      case INT, LONG -> BigDecimal.valueOf(((Number) value).longValue());
      case FLOAT -> ((Float) value).doubleValue();
      case DECIMAL -> ((DecimalData) value).toBigDecimal();
      case STRING, BOOLEAN, DOUBLE, DATE, TIMESTAMP, TIMESTAMPTZ -> value;
    };
  }
}
