package lakehouse.load.utility;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;

/**
 * Rows in PostgreSQL's COPY text format, column by column. Numbers are written from integers, so no
 * rounding takes place. Not thread-safe.
 */
final class CopyText {

  private static final long SECONDS_PER_DAY = 86_400;

  private byte[] bytes = new byte[8 << 10];
  private int length;
  private long rows;
  private boolean inRow;
  private long cachedEpochDay = Long.MIN_VALUE;
  private final byte[] cachedDate = new byte[10];

  long rows() {
    return rows;
  }

  int length() {
    return length;
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, length);
  }

  /** The bytes themselves; valid up to {@link #length()} and until the next change. */
  byte[] array() {
    return bytes;
  }

  void clear() {
    length = 0;
    rows = 0;
  }

  CopyText nothing() {
    next(2);
    put('\\');
    put('N');
    return this;
  }

  CopyText number(long value) {
    next(20);
    digits(value);
    return this;
  }

  CopyText bool(boolean value) {
    next(1);
    put(value ? 't' : 'f');
    return this;
  }

  /** A decimal of {@code unscaled} / 10^{@code scale}. */
  CopyText decimal(long unscaled, int scale) {
    next(24);
    if (unscaled < 0) {
      put('-');
    }
    long magnitude = Math.abs(unscaled);
    long power = 1;
    for (int i = 0; i < scale; i++) {
      power *= 10;
    }
    digits(magnitude / power);
    put('.');
    padded(magnitude % power, scale);
    return this;
  }

  CopyText date(long epochDay) {
    next(10);
    putDate(epochDay);
    return this;
  }

  /** An instant of whole seconds. */
  CopyText instant(long epochSecond) {
    next(22);
    long day = Math.floorDiv(epochSecond, SECONDS_PER_DAY);
    int second = (int) Math.floorMod(epochSecond, SECONDS_PER_DAY);
    putDate(day);
    put(' ');
    padded(second / 3600, 2);
    put(':');
    padded(second / 60 % 60, 2);
    put(':');
    padded(second % 60, 2);
    put('+');
    put('0');
    put('0');
    return this;
  }

  /** A time of day. */
  CopyText time(int minuteOfDay) {
    next(8);
    padded(minuteOfDay / 60, 2);
    put(':');
    padded(minuteOfDay % 60, 2);
    put(':');
    put('0');
    put('0');
    return this;
  }

  CopyText uuid(UUID value) {
    return text(value.toString());
  }

  CopyText text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    next(2 * utf8.length);
    for (byte b : utf8) {
      switch (b) {
        case '\\' -> escaped('\\');
        case '\t' -> escaped('t');
        case '\n' -> escaped('n');
        case '\r' -> escaped('r');
        default -> bytes[length++] = b;
      }
    }
    return this;
  }

  void endRow() {
    ensure(1);
    put('\n');
    inRow = false;
    rows++;
  }

  private void escaped(char c) {
    put('\\');
    put(c);
  }

  private void next(int atMost) {
    ensure(atMost + 1);
    if (inRow) {
      put('\t');
    }
    inRow = true;
  }

  private void ensure(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  private void put(char c) {
    bytes[length++] = (byte) c;
  }

  private void putDate(long epochDay) {
    if (epochDay != cachedEpochDay) {
      byte[] text = LocalDate.ofEpochDay(epochDay).toString().getBytes(StandardCharsets.US_ASCII);
      if (text.length != cachedDate.length) {
        throw new IllegalArgumentException("A date must have a year of four digits: " + epochDay);
      }
      System.arraycopy(text, 0, cachedDate, 0, text.length);
      cachedEpochDay = epochDay;
    }
    System.arraycopy(cachedDate, 0, bytes, length, cachedDate.length);
    length += cachedDate.length;
  }

  private void digits(long value) {
    long rest = value;
    if (rest < 0) {
      put('-');
      rest = -rest;
    }
    int width = 1;
    for (long limit = 10; width < 19 && rest >= limit; limit *= 10) {
      width++;
    }
    padded(rest, width);
  }

  private void padded(long value, int width) {
    long rest = value;
    for (int at = length + width - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += width;
  }
}
