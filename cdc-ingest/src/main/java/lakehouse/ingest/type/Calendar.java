package lakehouse.ingest.type;

import org.apache.flink.table.data.TimestampData;

/**
 * Dates and times as numbers and as PostgreSQL's ISO text, in the proleptic Gregorian calendar and
 * UTC. Years are counted as in astronomy: 0 is 1 BC.
 */
public final class Calendar {
  static final long MICROS_PER_SECOND = 1_000_000L;
  static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

  /** Days from 1970 to 2000, where PostgreSQL's time begins. */
  static final int EPOCH_DAYS = 10_957;

  static final long EPOCH_MICROS = EPOCH_DAYS * MICROS_PER_DAY;

  private Calendar() {}

  /** The timestamp that lies so many microseconds after 1970. */
  public static TimestampData timestamp(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, 1_000L), (int) Math.floorMod(micros, 1_000L) * 1_000);
  }

  /** Microseconds since 1970 of a timestamp. */
  public static long micros(TimestampData timestamp) {
    return timestamp.getMillisecond() * 1_000 + timestamp.getNanoOfMillisecond() / 1_000;
  }

  /** Days since 1970 of a date. */
  static long days(long year, int month, int day) {
    long y = month <= 2 ? year - 1 : year;
    long era = Math.floorDiv(y, 400L);
    long yearOfEra = y - era * 400;
    long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
  }

  /** Appends a date, without its era; returns whether the era is BC. */
  static boolean appendDate(StringBuilder text, long daysSince1970) {
    long z = daysSince1970 + 719_468;
    long era = Math.floorDiv(z, 146_097L);
    long dayOfEra = z - era * 146_097;
    long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    long mp = (5 * dayOfYear + 2) / 153;
    int day = (int) (dayOfYear - (153 * mp + 2) / 5 + 1);
    int month = (int) (mp < 10 ? mp + 3 : mp - 9);
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    String shown = Long.toString(year > 0 ? year : 1 - year);
    text.append("0".repeat(Math.max(0, 4 - shown.length()))).append(shown).append('-');
    twoDigits(text, month);
    text.append('-');
    twoDigits(text, day);
    return year <= 0;
  }

  /** A time of day as PostgreSQL prints it: no trailing zeros, up to {@code 24:00:00}. */
  public static String time(long micros) {
    StringBuilder text = new StringBuilder();
    appendTime(text, micros);
    return text.toString();
  }

  /** Appends hours to seconds, and the fraction without trailing zeros. */
  static void appendTime(StringBuilder text, long micros) {
    long hours = micros / (3600 * MICROS_PER_SECOND);
    if (hours < 10) {
      text.append('0');
    }
    text.append(hours).append(':');
    twoDigits(text, (int) (micros / (60 * MICROS_PER_SECOND) % 60));
    text.append(':');
    twoDigits(text, (int) (micros / MICROS_PER_SECOND % 60));
    int fraction = (int) (micros % MICROS_PER_SECOND);
    if (fraction != 0) {
      text.append('.');
      int end = text.length() + 6;
      String digits = Integer.toString(fraction);
      text.append("0".repeat(6 - digits.length())).append(digits);
      while (text.charAt(end - 1) == '0') {
        end--;
      }
      text.setLength(end);
    }
  }

  static void twoDigits(StringBuilder text, int number) {
    text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  /** Days since 1970 of PostgreSQL's text of a date. */
  static int parseDate(byte[] wire, int offset, int length) {
    Parser parser = new Parser(wire, offset, length);
    return Math.toIntExact(parser.date());
  }

  /** Microseconds since 2000 of PostgreSQL's text of a timestamp with or without a zone. */
  static long parseTimestamp(byte[] wire, int offset, int length) {
    Parser parser = new Parser(wire, offset, length);
    long days = parser.date();
    parser.skip(); // the blank
    long time = parser.time();
    long zone = parser.zoneSeconds();
    return (days - EPOCH_DAYS) * MICROS_PER_DAY + time - zone * MICROS_PER_SECOND;
  }

  private static final class Parser {
    private final byte[] wire;
    private final int end;
    private final boolean beforeChrist;
    private int at;

    Parser(byte[] wire, int offset, int length) {
      this.wire = wire;
      this.at = offset;
      this.beforeChrist = wire[offset + length - 1] == 'C';
      this.end = beforeChrist ? offset + length - 3 : offset + length;
    }

    long date() {
      long year = number();
      skip();
      int month = number();
      skip();
      int day = number();
      return days(beforeChrist ? 1 - year : year, month, day);
    }

    long time() {
      long hours = number();
      skip();
      long minutes = number();
      skip();
      long seconds = number();
      long micros = ((hours * 60 + minutes) * 60 + seconds) * MICROS_PER_SECOND;
      if (at < end && wire[at] == '.') {
        skip();
        for (long unit = MICROS_PER_SECOND / 10; at < end && isDigit(wire[at]); unit /= 10) {
          micros += (wire[at++] - '0') * unit;
        }
      }
      return micros;
    }

    long zoneSeconds() {
      if (at >= end || (wire[at] != '+' && wire[at] != '-')) {
        return 0;
      }
      boolean west = wire[at++] == '-';
      long seconds = number() * 3600L;
      for (int unit = 60; at < end && wire[at] == ':'; unit /= 60) {
        skip();
        seconds += (long) number() * unit;
      }
      return west ? -seconds : seconds;
    }

    void skip() {
      at++;
    }

    private int number() {
      int from = at;
      int value = 0;
      while (at < end && isDigit(wire[at])) {
        value = value * 10 + wire[at++] - '0';
      }
      if (at == from) {
        throw new IllegalArgumentException(
            "not a date or time in ISO style; the session's DateStyle is not ours");
      }
      return value;
    }

    private static boolean isDigit(byte b) {
      return b >= '0' && b <= '9';
    }
  }
}
