package lakehouse.ingest.type;

import static lakehouse.ingest.type.Calendar.EPOCH_DAYS;
import static lakehouse.ingest.type.Calendar.EPOCH_MICROS;
import static lakehouse.ingest.type.Calendar.MICROS_PER_DAY;

import org.apache.flink.table.data.TimestampData;

/** Decoders of dates, times, timestamps and intervals. */
final class TimeDecoders {
  private TimeDecoders() {}

  static final class BinaryDate extends ValueDecoder {
    BinaryDate() {
      super(Shape.INT);
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      int days = Wire.int32(wire, offset);
      return days != Integer.MAX_VALUE && days != Integer.MIN_VALUE;
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Wire.int32(wire, offset) + EPOCH_DAYS;
    }

    @Override
    public int intValue(byte[] wire, int offset, int length) {
      return Wire.int32(wire, offset) + EPOCH_DAYS;
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      int days = Wire.int32(wire, offset);
      if (!fits(wire, offset, length)) {
        return days > 0 ? "infinity" : "-infinity";
      }
      StringBuilder text = new StringBuilder();
      if (Calendar.appendDate(text, (long) days + EPOCH_DAYS)) {
        text.append(" BC");
      }
      return text.toString();
    }
  }

  static final class TextDate extends TextForm {
    TextDate() {
      super(Shape.INT);
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      return wire[offset + length - 1] != 'y'; // infinity
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return Calendar.parseDate(wire, offset, length);
    }
  }

  static final class BinaryTime extends TextualDecoders.BinaryText {
    @Override
    public String text(byte[] wire, int offset, int length) {
      return Calendar.time(Wire.int64(wire, offset));
    }
  }

  static final class BinaryTimestamp extends ValueDecoder {
    private final String zone;

    /** With the zone as it is printed after the time: nothing, or that of UTC. */
    BinaryTimestamp(String zone) {
      super(Shape.TIMESTAMP);
      this.zone = zone;
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      return fitsIceberg(Wire.int64(wire, offset));
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return timestamp(Wire.int64(wire, offset));
    }

    @Override
    public long micros(byte[] wire, int offset, int length) {
      return Wire.int64(wire, offset) + EPOCH_MICROS;
    }

    @Override
    public String text(byte[] wire, int offset, int length) {
      long micros = Wire.int64(wire, offset);
      if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
        return micros > 0 ? "infinity" : "-infinity";
      }
      StringBuilder text = new StringBuilder();
      boolean beforeChrist =
          Calendar.appendDate(text, Math.floorDiv(micros, MICROS_PER_DAY) + EPOCH_DAYS);
      text.append(' ');
      Calendar.appendTime(text, Math.floorMod(micros, MICROS_PER_DAY));
      text.append(zone);
      return beforeChrist ? text.append(" BC").toString() : text.toString();
    }
  }

  static final class TextTimestamp extends TextForm {
    TextTimestamp() {
      super(Shape.TIMESTAMP);
    }

    @Override
    public boolean fits(byte[] wire, int offset, int length) {
      // the last years of PostgreSQL's range, of six digits, lie beyond Iceberg's
      return wire[offset + length - 1] != 'y'
          && (wire[offset + 6] != '-'
              || fitsIceberg(Calendar.parseTimestamp(wire, offset, length)));
    }

    @Override
    public Object value(byte[] wire, int offset, int length) {
      return timestamp(Calendar.parseTimestamp(wire, offset, length));
    }

    @Override
    public long micros(byte[] wire, int offset, int length) {
      return Calendar.parseTimestamp(wire, offset, length) + EPOCH_MICROS;
    }
  }

  static final class BinaryTimeWithZone extends TextualDecoders.BinaryText {
    @Override
    public String text(byte[] wire, int offset, int length) {
      StringBuilder text = new StringBuilder();
      Calendar.appendTime(text, Wire.int64(wire, offset));
      int west = Wire.int32(wire, offset + 8);
      int seconds = Math.abs(west);
      text.append(west <= 0 ? '+' : '-');
      Calendar.twoDigits(text, seconds / 3600);
      if (seconds % 3600 != 0) {
        text.append(':');
        Calendar.twoDigits(text, seconds / 60 % 60);
      }
      if (seconds % 60 != 0) {
        text.append(':');
        Calendar.twoDigits(text, seconds % 60);
      }
      return text.toString();
    }
  }

  /** An interval, printed in PostgreSQL's own style. */
  static final class BinaryInterval extends TextualDecoders.BinaryText {
    @Override
    public String text(byte[] wire, int offset, int length) {
      long micros = Wire.int64(wire, offset);
      int days = Wire.int32(wire, offset + 8);
      int months = Wire.int32(wire, offset + 12);
      if (micros == Long.MAX_VALUE && days == Integer.MAX_VALUE && months == Integer.MAX_VALUE) {
        return "infinity";
      }
      if (micros == Long.MIN_VALUE && days == Integer.MIN_VALUE && months == Integer.MIN_VALUE) {
        return "-infinity";
      }
      StringBuilder text = new StringBuilder();
      boolean afterNegative = part(text, months / 12, "year", false);
      afterNegative = part(text, months % 12, "mon", afterNegative);
      afterNegative = part(text, days, "day", afterNegative);
      if (text.isEmpty() || micros != 0) {
        text.append(text.isEmpty() ? "" : " ");
        text.append(micros < 0 ? "-" : afterNegative ? "+" : "");
        // the least long has no positive counterpart
        if (micros == Long.MIN_VALUE) {
          text.append("2562047788:00:54.775808");
        } else {
          Calendar.appendTime(text, Math.abs(micros));
        }
      }
      return text.toString();
    }

    private static boolean part(StringBuilder text, int value, String unit, boolean afterNegative) {
      if (value == 0) {
        return afterNegative;
      }
      text.append(text.isEmpty() ? "" : " ")
          .append(afterNegative && value > 0 ? "+" : "")
          .append(value)
          .append(' ')
          .append(unit)
          .append(value != 1 ? "s" : "");
      return value < 0;
    }
  }

  /** Infinities, and the last centuries, cannot be told in microseconds since 1970. */
  private static boolean fitsIceberg(long microsSince2000) {
    return microsSince2000 != Long.MIN_VALUE && microsSince2000 <= Long.MAX_VALUE - EPOCH_MICROS;
  }

  private static TimestampData timestamp(long microsSince2000) {
    return Calendar.timestamp(microsSince2000 + EPOCH_MICROS);
  }
}
