package lakehouse.ingest.capture.jdbc;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Reads the values of a result in the form that bronze's rows have. */
final class JdbcValues {
  /** Timestamps beyond these years are not microseconds in a long. */
  private static final int MAX_YEAR = 290_000;

  private JdbcValues() {}

  /**
   * A value, and its text where the column's type cannot hold it.
   *
   * @param value null if there is none, or it does not fit
   * @param text only of one that does not fit
   */
  record Read(@Nullable Object value, @Nullable String text) {
    private static final Read NONE = new Read(null, null);
  }

  /** Reads a column of the current row. */
  static Read read(ResultSet row, int column, Type type) throws SQLException {
    Object value;
    try {
      value = value(row, column, type);
    } catch (SQLException | ArithmeticException | DateTimeException | IllegalArgumentException e) {
      // a broken session breaks this one too
      String text = row.getString(column);
      if (text == null) {
        throw e;
      }
      return new Read(null, text);
    }
    if (value != null) {
      return new Read(value, null);
    }
    String text = isSilentlyNull(type) ? row.getString(column) : null;
    return text == null ? Read.NONE : new Read(null, text);
  }

  // A date without month or day, which some servers keep, is null to their driver, but as a text.
  private static boolean isSilentlyNull(Type type) {
    return type.typeId() == Type.TypeID.DATE || type.typeId() == Type.TypeID.TIMESTAMP;
  }

  private static @Nullable Object value(ResultSet row, int column, Type type) throws SQLException {
    return switch (type.typeId()) {
      case BOOLEAN -> present(row, row.getBoolean(column));
      case INTEGER -> present(row, row.getInt(column));
      case LONG -> present(row, row.getLong(column));
      case FLOAT -> present(row, row.getFloat(column));
      case DOUBLE -> present(row, row.getDouble(column));
      case DECIMAL -> decimal(row.getBigDecimal(column), (Types.DecimalType) type);
      case DATE -> days(row.getObject(column, LocalDate.class));
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? micros(row.getObject(column, OffsetDateTime.class))
              : micros(row.getObject(column, LocalDateTime.class));
      case BINARY -> row.getBytes(column);
      case STRING -> text(row.getString(column));
      default -> throw new IllegalStateException("no value of type " + type);
    };
  }

  private static @Nullable Object present(ResultSet row, Object value) throws SQLException {
    return row.wasNull() ? null : value;
  }

  private static @Nullable DecimalData decimal(@Nullable BigDecimal value, Types.DecimalType type) {
    if (value == null) {
      return null;
    }
    BigDecimal exact = value.setScale(type.scale()); // throws where digits would be lost
    if (exact.precision() > type.precision()) {
      throw new ArithmeticException("more digits than the type has");
    }
    return DecimalData.fromBigDecimal(exact, type.precision(), type.scale());
  }

  private static @Nullable Integer days(@Nullable LocalDate value) {
    return value == null ? null : Integer.valueOf(Math.toIntExact(value.toEpochDay()));
  }

  private static @Nullable TimestampData micros(@Nullable OffsetDateTime value) {
    return value == null
        ? null
        : micros(value.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
  }

  private static @Nullable TimestampData micros(@Nullable LocalDateTime value) {
    if (value == null) {
      return null;
    }
    if (Math.abs(value.getYear()) > MAX_YEAR || value.getNano() % 1_000 != 0) {
      throw new ArithmeticException("no microseconds in a long");
    }
    Instant instant = value.toInstant(ZoneOffset.UTC);
    return TimestampData.fromInstant(instant);
  }

  private static @Nullable StringData text(@Nullable String value) {
    return value == null ? null : StringData.fromString(value);
  }
}
