package lakehouse.ingest.parquet;

import org.apache.flink.table.data.RowData;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;

/** A column of booleans, eight to a byte. */
final class BooleanColumn extends FlatColumn {
  private int bits;
  private int count;
  private boolean sawTrue;
  private boolean sawFalse;

  BooleanColumn(Place place, Limits limits, ColumnHabits habits) {
    super(place, limits, habits, new PlainBytes(true));
  }

  @Override
  void writePresent(RowData row) {
    boolean value = row.getBoolean(position);
    if (value) {
      sawTrue = true;
      bits |= 1 << count;
    } else {
      sawFalse = true;
    }
    if (++count == Byte.SIZE) {
      endByte();
    }
  }

  private void endByte() {
    plain().add((byte) bits);
    bits = 0;
    count = 0;
  }

  @Override
  void endStatistics(Statistics<?> statistics) {
    if (count > 0) {
      endByte();
    }
    if (sawFalse) {
      statistics.updateStats(false);
    }
    if (sawTrue) {
      statistics.updateStats(true);
    }
    sawFalse = false;
    sawTrue = false;
  }

  @Override
  boolean beginDictionary() {
    return false;
  }

  @Override
  int dictionarySize() {
    return 0;
  }

  @Override
  int dictionaryBytes() {
    return 0;
  }

  @Override
  BytesInput dictionaryValues() {
    return BytesInput.empty();
  }
}
