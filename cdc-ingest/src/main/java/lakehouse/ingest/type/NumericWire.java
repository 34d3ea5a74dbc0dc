package lakehouse.ingest.type;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Reads the binary form of a numeric: a count of base-10000 digits, the weight of the first, sign,
 * digits to show after the point, then the digits.
 */
final class NumericWire {
  private static final int POSITIVE = 0x0000;
  private static final int NEGATIVE = 0x4000;
  private static final int NOT_A_NUMBER = 0xC000;
  private static final int INFINITY = 0xD000;
  private static final int[] POWERS = {1, 10, 100, 1_000, 10_000};

  private NumericWire() {}

  static boolean isFinite(byte[] wire, int offset) {
    int sign = sign(wire, offset);
    return sign == POSITIVE || sign == NEGATIVE;
  }

  /** The value times 10^scale, which has at most 18 digits. */
  static long unscaledLong(byte[] wire, int offset, int scale) {
    int digits = Wire.int16(wire, offset);
    int exponent = 4 * Wire.int16(wire, offset + 2) + scale;
    long value = 0;
    for (int i = 0; i < digits; i++, exponent -= 4) {
      int digit = Wire.int16(wire, offset + 8 + 2 * i);
      // the last digit may reach beyond the scale; what is cut off is zero
      value =
          exponent >= 0
              ? value * 10_000 + digit
              : value * POWERS[4 + exponent] + digit / POWERS[-exponent];
    }
    for (; digits > 0 && exponent > -4; exponent -= 4) {
      value *= POWERS[Math.min(4, exponent + 4)];
    }
    return sign(wire, offset) == NEGATIVE ? -value : value;
  }

  /** The value at the scale; it has at most 38 digits. */
  static BigDecimal decimal(byte[] wire, int offset, int scale) {
    byte[] digits = new byte[16];
    unscaled(wire, offset, scale, digits);
    return new BigDecimal(new BigInteger(digits), scale);
  }

  /**
   * Fills the target with the value times 10^scale in two's complement; it has at most 38 digits,
   * and the target room for them.
   */
  static void unscaled(byte[] wire, int offset, int scale, byte[] target) {
    int digits = Wire.int16(wire, offset);
    int exponent = 4 * Wire.int16(wire, offset + 2) + scale;
    long high = 0;
    long low = 0;
    int i = 0;
    // one number holds four digits of four, so most of the work is done in it alone
    for (; i < digits && i < 4 && exponent >= 0; i++, exponent -= 4) {
      low = low * 10_000 + Wire.int16(wire, offset + 8 + 2 * i);
    }
    for (; digits > 0 && (i < digits || exponent > -4); i++, exponent -= 4) {
      int factor = exponent >= 0 ? 10_000 : POWERS[4 + exponent];
      int digit = i < digits ? Wire.int16(wire, offset + 8 + 2 * i) : 0;
      int addend = exponent >= 0 ? digit : digit / POWERS[-exponent];
      long carry = Math.multiplyHigh(low, factor) + ((low >> 63) & factor);
      low *= factor;
      high = high * factor + carry;
      low += addend;
      if (Long.compareUnsigned(low, addend) < 0) {
        high++;
      }
    }
    if (sign(wire, offset) == NEGATIVE) {
      low = -low;
      high = low == 0 ? -high : ~high;
    }
    for (int at = target.length - 1; at >= 0; at--) {
      target[at] = (byte) low;
      low = low >>> 8 | high << 56;
      high >>= 8;
    }
  }

  /** The value as the source prints it. */
  static String text(byte[] wire, int offset) {
    int sign = sign(wire, offset);
    if (sign != POSITIVE && sign != NEGATIVE) {
      return sign == NOT_A_NUMBER ? "NaN" : sign == INFINITY ? "Infinity" : "-Infinity";
    }
    int digits = Wire.int16(wire, offset);
    int weight = Wire.int16(wire, offset + 2);
    int shown = Wire.int16(wire, offset + 6) & 0x3fff;
    StringBuilder text = new StringBuilder(2 + 4 * Math.max(weight + 1, 1) + shown);
    if (sign == NEGATIVE) {
      text.append('-');
    }
    if (weight < 0) {
      text.append('0');
    }
    for (int i = 0; i <= weight; i++) {
      int digit = digit(wire, offset, digits, i);
      if (i > 0) {
        fourDigits(text, digit);
      } else {
        text.append(digit);
      }
    }
    if (shown > 0) {
      text.append('.');
      int end = text.length() + shown;
      for (int i = weight + 1; text.length() < end; i++) {
        fourDigits(text, digit(wire, offset, digits, i));
      }
      text.setLength(end);
    }
    return text.toString();
  }

  private static int sign(byte[] wire, int offset) {
    return Wire.int16(wire, offset + 4) & 0xffff;
  }

  private static int digit(byte[] wire, int offset, int digits, int i) {
    return i >= 0 && i < digits ? Wire.int16(wire, offset + 8 + 2 * i) : 0;
  }

  private static void fourDigits(StringBuilder text, int digit) {
    text.append((char) ('0' + digit / 1000))
        .append((char) ('0' + digit / 100 % 10))
        .append((char) ('0' + digit / 10 % 10))
        .append((char) ('0' + digit % 10));
  }
}
