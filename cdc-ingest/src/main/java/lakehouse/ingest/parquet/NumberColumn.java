package lakehouse.ingest.parquet;

import java.io.IOException;
import java.util.function.Function;
import java.util.stream.Stream;
import lakehouse.ingest.event.DirectRow;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.types.Types;

/** A column of numbers of four or eight bytes. */
abstract class NumberColumn extends FlatColumn {
  private final int width;
  private LongDictionary dictionary = new LongDictionary();
  private long last;
  private int lastIndex;

  NumberColumn(Place place, Limits limits, ColumnHabits habits, int width) {
    super(place, limits, habits, new PlainBytes(true));
    this.width = width;
  }

  /** The number, or its bits. */
  abstract long value(RowData row);

  abstract void see(long value);

  @Override
  final void writePresent(RowData row) throws IOException {
    long value = value(row);
    if (byDictionary() && lastIndex >= 0 && value == last) {
      addIndex(lastIndex);
      return;
    }
    if (dictionaryTakes(width)) {
      see(value);
      last = value;
      lastIndex = dictionary.indexOf(value);
      addIndex(lastIndex);
      return;
    }
    see(value);
    if (width == Long.BYTES) {
      plain().add(value);
    } else {
      plain().add((int) value);
    }
  }

  @Override
  final boolean beginDictionary() {
    dictionary = new LongDictionary();
    lastIndex = -1;
    return true;
  }

  @Override
  final int dictionarySize() {
    return dictionary.size();
  }

  @Override
  final int dictionaryBytes() {
    return dictionary.size() * width;
  }

  @Override
  final BytesInput dictionaryValues() {
    PlainBytes values = new PlainBytes(true);
    for (int i = 0; i < dictionary.size(); i++) {
      if (width == Long.BYTES) {
        values.add(dictionary.value(i));
      } else {
        values.add((int) dictionary.value(i));
      }
    }
    return values.view();
  }

  @Override
  void endStatistics(Statistics<?> statistics) {
    lastIndex = -1; // the next page has statistics of its own
  }

  /** A whole number. */
  abstract static class Whole extends NumberColumn {
    private long smallest = Long.MAX_VALUE;
    private long largest = Long.MIN_VALUE;

    Whole(Place place, Limits limits, ColumnHabits habits, int width) {
      super(place, limits, habits, width);
    }

    @Override
    final void see(long value) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }

    @Override
    final void endStatistics(Statistics<?> statistics) {
      super.endStatistics(statistics);
      if (super.width == Long.BYTES) {
        statistics.updateStats(smallest);
        statistics.updateStats(largest);
      } else {
        statistics.updateStats((int) smallest);
        statistics.updateStats((int) largest);
      }
      smallest = Long.MAX_VALUE;
      largest = Long.MIN_VALUE;
    }
  }

  static final class Int extends Whole {
    Int(Place place, Limits limits, ColumnHabits habits) {
      super(place, limits, habits, Integer.BYTES);
    }

    @Override
    long value(RowData row) {
      return row.getInt(position);
    }
  }

  static final class Long64 extends Whole {
    Long64(Place place, Limits limits, ColumnHabits habits) {
      super(place, limits, habits, Long.BYTES);
    }

    @Override
    long value(RowData row) {
      return row.getLong(position);
    }
  }

  static final class Timestamp extends Whole {
    Timestamp(Place place, Limits limits, ColumnHabits habits) {
      super(place, limits, habits, Long.BYTES);
    }

    @Override
    long value(RowData row) {
      return DirectRow.micros(row, position);
    }
  }

  /** A decimal whose digits fit into a number. */
  static final class Decimal extends Whole {
    private final Types.DecimalType type;

    Decimal(Place place, Limits limits, ColumnHabits habits, Types.DecimalType type) {
      super(place, limits, habits, type.precision() <= 9 ? Integer.BYTES : Long.BYTES);
      this.type = type;
    }

    @Override
    long value(RowData row) {
      return row instanceof DirectRow direct
          ? direct.unscaledLong(position)
          : row.getDecimal(position, type.precision(), type.scale()).toUnscaledLong();
    }
  }

  /** A number with a binary point; {@code NaN} is larger than all others, and is no bound. */
  abstract static class Floating extends NumberColumn {
    private double smallestOfPage;
    private double largestOfPage;
    private boolean seen;
    private long notNumbers;
    private double smallest = Double.NaN;
    private double largest = Double.NaN;

    Floating(Place place, Limits limits, ColumnHabits habits, int width) {
      super(place, limits, habits, width);
    }

    abstract double ofBits(long bits);

    final void count(boolean isNotNumber) {
      notNumbers += isNotNumber ? 1 : 0;
    }

    @Override
    final void see(long bits) {
      double value = ofBits(bits);
      if (!seen || Double.compare(value, smallestOfPage) < 0) {
        smallestOfPage = value;
      }
      if (!seen || Double.compare(value, largestOfPage) > 0) {
        largestOfPage = value;
      }
      seen = true;
      if (!Double.isNaN(value)) {
        if (Double.isNaN(smallest) || Double.compare(value, smallest) < 0) {
          smallest = value;
        }
        if (Double.isNaN(largest) || Double.compare(value, largest) > 0) {
          largest = value;
        }
      }
    }

    abstract void update(Statistics<?> statistics, double value);

    @Override
    final void endStatistics(Statistics<?> statistics) {
      super.endStatistics(statistics);
      update(statistics, smallestOfPage);
      update(statistics, largestOfPage);
      seen = false;
    }

    final <T> FieldMetrics<T> metrics(Function<Double, T> bound) {
      return new FieldMetrics<>(
          fieldId(),
          rowsOfFile(),
          nullsOfFile(),
          notNumbers,
          Double.isNaN(smallest) ? null : bound.apply(smallest),
          Double.isNaN(largest) ? null : bound.apply(largest));
    }
  }

  static final class Float32 extends Floating {
    Float32(Place place, Limits limits, ColumnHabits habits) {
      super(place, limits, habits, Float.BYTES);
    }

    @Override
    long value(RowData row) {
      float value = row.getFloat(position);
      count(Float.isNaN(value));
      return Float.floatToRawIntBits(value);
    }

    @Override
    double ofBits(long bits) {
      return Float.intBitsToFloat((int) bits);
    }

    @Override
    void update(Statistics<?> statistics, double value) {
      statistics.updateStats((float) value);
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
      return Stream.of(metrics(Double::floatValue));
    }
  }

  static final class Float64 extends Floating {
    Float64(Place place, Limits limits, ColumnHabits habits) {
      super(place, limits, habits, Double.BYTES);
    }

    @Override
    long value(RowData row) {
      double value = row.getDouble(position);
      count(Double.isNaN(value));
      return Double.doubleToRawLongBits(value);
    }

    @Override
    double ofBits(long bits) {
      return Double.longBitsToDouble(bits);
    }

    @Override
    void update(Statistics<?> statistics, double value) {
      statistics.updateStats(value);
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
      return Stream.of(metrics(value -> value));
    }
  }
}
