package lakehouse.ingest.event;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;

/**
 * A row whose values can be read without making an object of each. What is read is what the methods
 * of {@link RowData} give; a value that is null must not be asked for.
 */
public interface DirectRow extends RowData {
  /** A timestamp in microseconds since 1970. */
  long micros(int position);

  /** The digits of a decimal of at most 18 as one number. */
  long unscaledLong(int position);

  /** Fills the target with the digits of a decimal as one number, in two's complement. */
  void unscaled(int position, byte[] target);

  /** Whether a text, as UTF-8, or a binary lies in {@link #bytes}. */
  boolean liesInBytes(int position);

  /** What the row lies over. */
  byte[] bytes();

  /** Where in {@link #bytes} the value begins. */
  int offset(int position);

  /** How many bytes it has. */
  int length(int position);

  /** A timestamp of any row in microseconds since 1970. */
  static long micros(RowData row, int position) {
    if (row instanceof DirectRow direct) {
      return direct.micros(position);
    }
    TimestampData timestamp = row.getTimestamp(position, 6);
    return timestamp.getMillisecond() * 1_000 + timestamp.getNanoOfMillisecond() / 1_000;
  }
}
