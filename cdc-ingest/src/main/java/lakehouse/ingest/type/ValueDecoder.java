package lakehouse.ingest.type;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;

/**
 * Decodes the values of one column from one of PostgreSQL's two wire forms, text or binary, into
 * Flink's internal data. Both forms of a value give equal results. Holds no state; safe for use by
 * many threads.
 *
 * <p>The primitive accessors may be called only where {@link #fits} holds and for the shape they
 * are named after; they exist so that a row over the wire's bytes makes no objects.
 */
public abstract class ValueDecoder {
  /** The forms of Flink's internal data that values come in. */
  public enum Shape {
    BOOLEAN,
    /** Integer; of a date, days since 1970. */
    INT,
    /** Long; of a time, microseconds since midnight. */
    LONG,
    FLOAT,
    DOUBLE,
    /** {@code DecimalData}. */
    DECIMAL,
    /** {@code StringData}. */
    STRING,
    /** {@code byte[]}. */
    BYTES,
    /** {@code TimestampData}, of UTC where the source's type has a time zone. */
    TIMESTAMP,
    /** {@code ArrayData}. */
    LIST
  }

  private final Shape shape;

  ValueDecoder(Shape shape) {
    this.shape = shape;
  }

  /** The form of the values. */
  public final Shape shape() {
    return shape;
  }

  /** Whether the column's type can hold the value. */
  public boolean fits(byte[] wire, int offset, int length) {
    return true;
  }

  /** The value in Flink's internal form, or {@link Unrepresentable}; never null. */
  public final Object decode(byte[] wire, int offset, int length) {
    return fits(wire, offset, length)
        ? value(wire, offset, length)
        : new Unrepresentable(text(wire, offset, length));
  }

  /** The value in Flink's internal form; only where it fits. */
  public abstract Object value(byte[] wire, int offset, int length);

  /** The value as the source prints it, with ISO dates, UTC and all digits of a float. */
  public abstract String text(byte[] wire, int offset, int length);

  /** The value of shape {@link Shape#BOOLEAN}. */
  public boolean booleanValue(byte[] wire, int offset, int length) {
    return (Boolean) value(wire, offset, length);
  }

  /** The value of shape {@link Shape#INT}. */
  public int intValue(byte[] wire, int offset, int length) {
    return (Integer) value(wire, offset, length);
  }

  /** The value of shape {@link Shape#LONG}. */
  public long longValue(byte[] wire, int offset, int length) {
    return (Long) value(wire, offset, length);
  }

  /** The value of shape {@link Shape#FLOAT}. */
  public float floatValue(byte[] wire, int offset, int length) {
    return (Float) value(wire, offset, length);
  }

  /** The value of shape {@link Shape#TIMESTAMP} in microseconds since 1970. */
  public long micros(byte[] wire, int offset, int length) {
    return Calendar.micros((TimestampData) value(wire, offset, length));
  }

  /** The digits of a value of shape {@link Shape#DECIMAL}, at most 18, as one number. */
  public long unscaledLong(byte[] wire, int offset, int length) {
    return ((DecimalData) value(wire, offset, length)).toUnscaledLong();
  }

  /** Fills the target with the digits of a value of shape {@link Shape#DECIMAL}. */
  public void unscaled(byte[] wire, int offset, int length, byte[] target) {
    byte[] digits = ((DecimalData) value(wire, offset, length)).toUnscaledBytes();
    int sign = target.length - digits.length;
    java.util.Arrays.fill(target, 0, sign, (byte) (digits[0] < 0 ? -1 : 0));
    System.arraycopy(digits, 0, target, sign, digits.length);
  }

  /**
   * Behind how many bytes of the wire a value of shape {@link Shape#STRING} or {@link Shape#BYTES}
   * stands there as it is; -1 if it does not.
   */
  public int plainFrom() {
    return -1;
  }

  /** The value of shape {@link Shape#DOUBLE}. */
  public double doubleValue(byte[] wire, int offset, int length) {
    return (Double) value(wire, offset, length);
  }
}
