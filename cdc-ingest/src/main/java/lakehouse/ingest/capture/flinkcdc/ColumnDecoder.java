package lakehouse.ingest.capture.flinkcdc;

import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.data.Bits;
import io.debezium.time.MicroTime;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.Timestamp;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import lakehouse.ingest.type.Calendar;
import lakehouse.ingest.type.Unrepresentable;
import lakehouse.ingest.type.ValueDecoder;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.WireType;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.postgresql.PGStatement;

/** Turns one column's Connect value into the value of a bronze row. */
interface ColumnDecoder {
  /** What Debezium is told to put where the log did not carry a value. */
  String PLACEHOLDER = "\u0001lakehouse:unchanged:7f3c1f4e\u0001";

  /** The decoded value of a column that the log did not carry. */
  Object UNCHANGED = new Object();

  /** How the stream tells a date of plus infinity. */
  int STREAMED_INFINITY = (int) PostgresValueConverter.POSITIVE_INFINITY_LOCAL_DATE.toEpochDay();

  /** How the load does: the driver's far-off date, cut to an int. */
  int LOADED_INFINITY =
      (int) new Date(PGStatement.DATE_POSITIVE_INFINITY).toLocalDate().toEpochDay();

  /** The row's value, {@link #UNCHANGED}, or an {@link Unrepresentable}; never given null. */
  Object decode(Object value);

  /** The decoder of one column. */
  static ColumnDecoder of(Schema schema, Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> value -> value;
      case INTEGER -> value -> ((Number) value).intValue();
      case LONG -> value -> ((Number) value).longValue();
      case FLOAT -> value -> ((Number) value).floatValue();
      case DOUBLE -> value -> ((Number) value).doubleValue();
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield value -> decimal((String) value, decimal.precision(), decimal.scale());
      }
      case BINARY -> ColumnDecoder::binary;
      case DATE -> ColumnDecoder::date;
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? ColumnDecoder::instant
              : value -> timestamp(schema, (Long) value);
      case LIST -> list(((Types.ListType) type).elementType());
      default ->
          value -> {
            String text = text(schema, value);
            return text.equals(PLACEHOLDER) ? UNCHANGED : StringData.fromString(text);
          };
    };
  }

  /** The decoder of a numeric that is kept as its text. */
  static ColumnDecoder plainNumeric() {
    return value -> {
      String text = special((String) value);
      return text.equals(PLACEHOLDER) ? UNCHANGED : StringData.fromString(text);
    };
  }

  private static Object decimal(String value, int precision, int scale) {
    String text = special(value);
    char last = text.charAt(text.length() - 1);
    if (last < '0' || last > '9') { // NaN, Infinity, or not there
      return text.equals(PLACEHOLDER) ? UNCHANGED : new Unrepresentable(text);
    }
    DecimalData decimal = DecimalData.fromBigDecimal(new BigDecimal(text), precision, scale);
    return decimal == null ? new Unrepresentable(text) : decimal;
  }

  // Debezium spells them its own way.
  private static String special(String text) {
    return switch (text) {
      case "NAN" -> "NaN";
      case "POSITIVE_INFINITY" -> "Infinity";
      case "NEGATIVE_INFINITY" -> "-Infinity";
      default -> text;
    };
  }

  private static Object binary(Object value) {
    byte[] bytes = bytes(value);
    return Arrays.equals(bytes, PLACEHOLDER.getBytes(StandardCharsets.UTF_8)) ? UNCHANGED : bytes;
  }

  private static Object date(Object value) {
    int days = (Integer) value;
    // PostgreSQL's dates begin in 4713 BC; before it lie the connector's marks of both infinities
    if (days >= -2_440_588) {
      return value;
    }
    boolean positive = days == STREAMED_INFINITY || days == LOADED_INFINITY;
    return new Unrepresentable(positive ? "infinity" : "-infinity");
  }

  private static Object timestamp(Schema schema, long value) {
    boolean millis = Timestamp.SCHEMA_NAME.equals(schema.name());
    long seconds = Math.floorDiv(value, millis ? 1_000L : 1_000_000L);
    // the connector's mark of infinity is an instant of the year 294247
    if (seconds >= 9_223_372_036_825L) {
      return new Unrepresentable("infinity");
    }
    if (seconds < -210_866_803_200L) {
      return new Unrepresentable("-infinity");
    }
    return Timestamps.data(millis ? Math.multiplyExact(value, 1_000L) : value);
  }

  private static Object instant(Object value) {
    String text = (String) value;
    char first = text.charAt(0);
    if (first == 'i' || text.startsWith("-i")) {
      return new Unrepresentable(text);
    }
    return Timestamps.data(Timestamps.micros(text));
  }

  /** Of an array's text, in which {@link ArrayText} hands it on. */
  private static ColumnDecoder list(Type elementType) {
    WireType element = wireType(elementType);
    ValueDecoder array =
        ValueDecoders.text(
            new WireType(0, -1, "_" + element.name(), WireType.Kind.ARRAY, element, ','));
    return value -> {
      String text = (String) value;
      if (text.equals(PLACEHOLDER)) {
        return UNCHANGED;
      }
      byte[] wire = text.getBytes(StandardCharsets.UTF_8);
      return array.decode(wire, 0, wire.length);
    };
  }

  private static WireType wireType(Type type) {
    int modifier =
        type instanceof Types.DecimalType decimal
            ? (decimal.precision() << 16 | decimal.scale()) + 4
            : -1;
    String name =
        switch (type.typeId()) {
          case BOOLEAN -> "bool";
          case INTEGER -> "int4";
          case LONG -> "int8";
          case FLOAT -> "float4";
          case DOUBLE -> "float8";
          case DECIMAL -> "numeric";
          case BINARY -> "bytea";
          case DATE -> "date";
          case TIMESTAMP -> "timestamp";
          default -> "text";
        };
    return new WireType(0, modifier, name, WireType.Kind.BUILT_IN, null, ',');
  }

  /** The value's text, as near to PostgreSQL's as the connector leaves it. */
  static String text(Schema schema, Object value) {
    if (value instanceof String string) {
      return string;
    }
    String name = schema.name();
    if (value instanceof Boolean bit && name == null) {
      return bit ? "1" : "0";
    }
    if (Bits.LOGICAL_NAME.equals(name)) {
      return bits(
          bytes(value), Integer.parseInt(schema.parameters().getOrDefault(Bits.LENGTH_FIELD, "0")));
    }
    if (io.debezium.time.Date.SCHEMA_NAME.equals(name)) {
      return LocalDate.ofEpochDay((Integer) value).toString();
    }
    if (MicroTime.SCHEMA_NAME.equals(name)) {
      return Calendar.time((Long) value);
    }
    if (MicroTimestamp.SCHEMA_NAME.equals(name)) {
      return Timestamps.local((Long) value).toString();
    }
    if (Timestamp.SCHEMA_NAME.equals(name)) {
      return LocalDateTime.ofInstant(Instant.ofEpochMilli((Long) value), ZoneOffset.UTC).toString();
    }
    if (value instanceof Struct struct) {
      return struct.schema().field("x") != null
          ? "(" + number(struct.getFloat64("x")) + "," + number(struct.getFloat64("y")) + ")"
          : HexFormat.of().formatHex(bytes(struct.get("wkb")));
    }
    if (value instanceof ByteBuffer || value instanceof byte[]) {
      return new String(bytes(value), StandardCharsets.UTF_8);
    }
    return value.toString();
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String bits(byte[] littleEndian, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = length - 1; i >= 0; i--) {
      boolean set = i / 8 < littleEndian.length && (littleEndian[i / 8] & (1 << (i % 8))) != 0;
      text.append(set ? '1' : '0');
    }
    return text.toString();
  }

  private static byte[] bytes(Object value) {
    if (value instanceof byte[] array) {
      return array;
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] array = new byte[buffer.remaining()];
    buffer.get(array);
    return array;
  }

  /** Microseconds since 1970. */
  final class Timestamps {
    private Timestamps() {}

    /** Reads Debezium's text of an instant; the common form without the formatter's cost. */
    static long micros(String text) {
      int length = text.length();
      if (length >= 20
          && text.charAt(4) == '-'
          && text.charAt(10) == 'T'
          && text.charAt(length - 1) == 'Z'
          && text.charAt(0) >= '0'
          && text.charAt(0) <= '9') {
        long seconds =
            LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)).toEpochDay()
                    * 86_400L
                + digits(text, 11, 13) * 3_600L
                + digits(text, 14, 16) * 60L
                + digits(text, 17, 19);
        int fraction = 0;
        if (length > 20) {
          fraction = digits(text, 20, Math.min(length - 1, 26));
          for (int i = length - 1; i < 26; i++) {
            fraction *= 10;
          }
        }
        return seconds * 1_000_000L + fraction;
      }
      OffsetDateTime instant = OffsetDateTime.parse(text);
      return Math.addExact(
          Math.multiplyExact(instant.toEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }

    /** As a row's value. */
    static TimestampData data(long micros) {
      return TimestampData.fromEpochMillis(
          Math.floorDiv(micros, 1_000L), (int) Math.floorMod(micros, 1_000L) * 1_000);
    }

    static LocalDateTime local(long micros) {
      return LocalDateTime.ofEpochSecond(
          Math.floorDiv(micros, 1_000_000L),
          (int) Math.floorMod(micros, 1_000_000L) * 1_000,
          ZoneOffset.UTC);
    }

    private static int digits(String text, int from, int to) {
      int value = 0;
      for (int i = from; i < to; i++) {
        int digit = text.charAt(i) - '0';
        if (digit < 0 || digit > 9) {
          throw new IllegalArgumentException("Not an instant: a text of length " + text.length());
        }
        value = value * 10 + digit;
      }
      return value;
    }
  }
}
