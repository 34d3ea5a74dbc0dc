package lakehouse.ingest.type;

import java.math.BigDecimal;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;

/** Decoders of booleans, integers, floats and numerics. */
final class NumberDecoders {
  private NumberDecoders() {}

  static final class BinaryBoolean extends ValueDecoder {
    BinaryBoolean() {
      super(Shape.BOOLEAN);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return wire[offset] != 0;
    }

    @Override
    public boolean booleanValue(byte[] wire, int offset, int length) {
      return wire[offset] != 0;
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return wire[offset] != 0 ? "t" : "f";
    }
  }

  static final class TextBoolean extends TextForm {
    TextBoolean() {
      super(Shape.BOOLEAN);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return wire[offset] == 't';
    }
  }

  static final class BinaryInt2 extends ValueDecoder {
    BinaryInt2() {
      super(Shape.INT);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return (int) Wire.int16(wire, offset);
    }

    @Override
    public int intValue(byte[] wire, int offset, int length) {
      return Wire.int16(wire, offset);
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return Integer.toString(Wire.int16(wire, offset));
    }
  }

  static final class BinaryInt4 extends ValueDecoder {
    BinaryInt4() {
      super(Shape.INT);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Wire.int32(wire, offset);
    }

    @Override
    public int intValue(byte[] wire, int offset, int length) {
      return Wire.int32(wire, offset);
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return Integer.toString(Wire.int32(wire, offset));
    }
  }

  static final class BinaryInt8 extends ValueDecoder {
    BinaryInt8() {
      super(Shape.LONG);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Wire.int64(wire, offset);
    }

    @Override
    public long longValue(byte[] wire, int offset, int length) {
      return Wire.int64(wire, offset);
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return Long.toString(Wire.int64(wire, offset));
    }
  }

  /** An oid: unsigned, 32 bits. */
  static final class BinaryOid extends ValueDecoder {
    BinaryOid() {
      super(Shape.LONG);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Integer.toUnsignedLong(Wire.int32(wire, offset));
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return Integer.toUnsignedString(Wire.int32(wire, offset));
    }
  }

  static final class TextInt extends TextForm {
    TextInt() {
      super(Shape.INT);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return (int) integer(wire, offset, length);
    }

    @Override
    public int intValue(byte[] wire, int offset, int length) {
      return (int) integer(wire, offset, length);
    }
  }

  static final class TextLong extends TextForm {
    TextLong() {
      super(Shape.LONG);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return integer(wire, offset, length);
    }

    @Override
    public long longValue(byte[] wire, int offset, int length) {
      return integer(wire, offset, length);
    }
  }

  static final class BinaryFloat4 extends ValueDecoder {
    BinaryFloat4() {
      super(Shape.FLOAT);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Float.intBitsToFloat(Wire.int32(wire, offset));
    }

    @Override
    public float floatValue(byte[] wire, int offset, int length) {
      return Float.intBitsToFloat(Wire.int32(wire, offset));
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return FloatText.of(Float.intBitsToFloat(Wire.int32(wire, offset)));
    }
  }

  static final class BinaryFloat8 extends ValueDecoder {
    BinaryFloat8() {
      super(Shape.DOUBLE);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Double.longBitsToDouble(Wire.int64(wire, offset));
    }

    @Override
    public double doubleValue(byte[] wire, int offset, int length) {
      return Double.longBitsToDouble(Wire.int64(wire, offset));
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return FloatText.of(Double.longBitsToDouble(Wire.int64(wire, offset)));
    }
  }

  static final class TextFloat extends TextForm {
    TextFloat() {
      super(Shape.FLOAT);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Float.parseFloat(text(wire, offset, length));
    }
  }

  static final class TextDouble extends TextForm {
    TextDouble() {
      super(Shape.DOUBLE);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Double.parseDouble(text(wire, offset, length));
    }
  }

  /** A numeric of fixed precision and scale. */
  static final class BinaryDecimal extends ValueDecoder {
    private final int precision;
    private final int scale;

    BinaryDecimal(int precision, int scale) {
      super(Shape.DECIMAL);
      this.precision = precision;
      this.scale = scale;
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      return NumericWire.isFinite(wire, offset);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      if (precision <= 18) {
        return DecimalData.fromUnscaledLong(
            NumericWire.unscaledLong(wire, offset, scale), precision, scale);
      }
      return DecimalData.fromBigDecimal(NumericWire.decimal(wire, offset, scale), precision, scale);
    }

    @Override
    public long unscaledLong(byte[] wire, int offset, int length) {
      return NumericWire.unscaledLong(wire, offset, scale);
    }

    @Override
    public void unscaled(byte[] wire, int offset, int length, byte[] target) {
      NumericWire.unscaled(wire, offset, scale, target);
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return NumericWire.text(wire, offset);
    }
  }

  static final class TextDecimal extends TextForm {
    private final int precision;
    private final int scale;

    TextDecimal(int precision, int scale) {
      super(Shape.DECIMAL);
      this.precision = precision;
      this.scale = scale;
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      return wire[offset + length - 1] <= '9'; // neither NaN nor Infinity
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      // the server prints all digits of the scale
      if (precision <= 18) {
        return DecimalData.fromUnscaledLong(integer(wire, offset, length), precision, scale);
      }
      return DecimalData.fromBigDecimal(
          new BigDecimal(text(wire, offset, length)), precision, scale);
    }

    @Override
    public long unscaledLong(byte[] wire, int offset, int length) {
      return integer(wire, offset, length);
    }
  }

  /** A numeric without scale, or with one that no decimal has: its exact text. */
  static final class BinaryNumericText extends ValueDecoder {
    BinaryNumericText() {
      super(Shape.STRING);
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return StringData.fromString(NumericWire.text(wire, offset));
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      return NumericWire.text(wire, offset);
    }
  }

  /** The digits as one number; a decimal point is passed over. */
  private static long integer(byte[] wire, int offset, int length) {
    boolean negative = wire[offset] == '-';
    long value = 0;
    for (int i = negative ? offset + 1 : offset; i < offset + length; i++) {
      if (wire[i] != '.') {
        value = value * 10 - (wire[i] - '0');
      }
    }
    return negative ? value : -value;
  }
}
