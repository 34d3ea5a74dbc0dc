package lakehouse.ingest.parquet;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import lakehouse.ingest.event.DirectRow;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.Binary;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A column of texts, bytes, or of decimals with more digits than a number holds. */
abstract class BytesColumn extends FlatColumn {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final boolean sameLength;
  private BytesDictionary dictionary;
  private int lastIndex = -1;
  private final Bound smallest = new Bound();
  private final Bound largest = new Bound();

  BytesColumn(Place place, Limits limits, ColumnHabits habits, boolean sameLength) {
    super(place, limits, habits, new PlainBytes(sameLength));
    this.sameLength = sameLength;
    this.dictionary = new BytesDictionary(sameLength);
  }

  /** A copy of the smallest or largest value of a page. */
  private static final class Bound {
    private byte[] bytes = new byte[16];
    private int length = -1;
    private long prefix;

    void set(long valuePrefix, byte[] value, int offset, int valueLength) {
      prefix = valuePrefix;
      if (bytes.length < valueLength) {
        bytes = new byte[Math.max(valueLength, 2 * bytes.length)];
      }
      System.arraycopy(value, offset, bytes, 0, valueLength);
      length = valueLength;
    }

    Binary take() {
      Binary value = Binary.fromConstantByteArray(Arrays.copyOf(bytes, length));
      length = -1;
      return value;
    }
  }

  /** Adds a value of the row. */
  final void add(byte[] bytes, int offset, int length) throws IOException {
    if (byDictionary() && lastIndex >= 0 && dictionary.isAt(lastIndex, bytes, offset, length)) {
      addIndex(lastIndex);
    } else if (dictionaryTakes(length)) {
      see(bytes, offset, length);
      lastIndex = dictionary.indexOf(bytes, offset, length);
      addIndex(lastIndex);
    } else {
      see(bytes, offset, length);
      plain().add(bytes, offset, length);
    }
  }

  /** Adds the value that was added last. */
  final boolean addLastAgain() {
    if (!byDictionary() || lastIndex < 0) {
      return false;
    }
    addIndex(lastIndex);
    return true;
  }

  private void see(byte[] bytes, int offset, int length) {
    long prefix = prefix(bytes, offset, length);
    if (smallest.length < 0 || compare(prefix, bytes, offset, length, smallest) < 0) {
      smallest.set(prefix, bytes, offset, length);
    }
    if (largest.length < 0 || compare(prefix, bytes, offset, length, largest) > 0) {
      largest.set(prefix, bytes, offset, length);
    }
  }

  private static int compare(long prefix, byte[] bytes, int offset, int length, Bound bound) {
    return prefix != bound.prefix
        ? Long.compareUnsigned(prefix, bound.prefix)
        : Arrays.compareUnsigned(bytes, offset, offset + length, bound.bytes, 0, bound.length);
  }

  /** The first eight bytes as a number: if it differs, it has the order of the values. */
  long prefix(byte[] bytes, int offset, int length) {
    if (length >= Long.BYTES) {
      return (long) EIGHT_BYTES.get(bytes, offset);
    }
    long prefix = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      prefix = prefix << 8 | (i < length ? bytes[offset + i] & 0xff : 0);
    }
    return prefix;
  }

  @Override
  final void endStatistics(Statistics<?> statistics) {
    statistics.updateStats(smallest.take());
    statistics.updateStats(largest.take());
    lastIndex = -1; // the next page has statistics of its own
  }

  @Override
  final boolean beginDictionary() {
    dictionary = new BytesDictionary(sameLength);
    lastIndex = -1;
    return true;
  }

  @Override
  final int dictionarySize() {
    return dictionary.size();
  }

  @Override
  final int dictionaryBytes() {
    return dictionary.values().size();
  }

  @Override
  final BytesInput dictionaryValues() {
    return dictionary.values().view();
  }

  static final class Text extends BytesColumn {
    private @Nullable StringData last;
    private byte[] lastBytes = new byte[0];

    Text(Place place, Limits limits, ColumnHabits habits) {
      super(place, limits, habits, false);
    }

    @Override
    void writePresent(RowData row) throws IOException {
      if (row instanceof DirectRow direct && direct.liesInBytes(position)) {
        add(direct.bytes(), direct.offset(position), direct.length(position));
        return;
      }
      StringData text = row.getString(position);
      if (text == last && addLastAgain()) { // an operation is the same object in most rows
        return;
      }
      if (text != last) {
        last = text;
        lastBytes = text.toBytes();
      }
      add(lastBytes, 0, lastBytes.length);
    }
  }

  static final class Bytes extends BytesColumn {
    Bytes(Place place, Limits limits, ColumnHabits habits) {
      super(place, limits, habits, false);
    }

    @Override
    void writePresent(RowData row) throws IOException {
      if (row instanceof DirectRow direct && direct.liesInBytes(position)) {
        add(direct.bytes(), direct.offset(position), direct.length(position));
      } else {
        byte[] value = row.getBinary(position);
        add(value, 0, value.length);
      }
    }
  }

  static final class Decimal extends BytesColumn {
    private final Types.DecimalType type;
    private final byte[] digits;

    Decimal(Place place, Limits limits, ColumnHabits habits, Types.DecimalType type) {
      super(place, limits, habits, true);
      this.type = type;
      this.digits = new byte[TypeUtil.decimalRequiredBytes(type.precision())];
    }

    @Override
    void writePresent(RowData row) throws IOException {
      if (row instanceof DirectRow direct) {
        direct.unscaled(position, digits);
      } else {
        fill(row.getDecimal(position, type.precision(), type.scale()));
      }
      add(digits, 0, digits.length);
    }

    private void fill(DecimalData value) {
      byte[] unscaled = value.toUnscaledBytes();
      int sign = digits.length - unscaled.length;
      Arrays.fill(digits, 0, sign, (byte) (unscaled[0] < 0 ? -1 : 0));
      System.arraycopy(unscaled, 0, digits, sign, unscaled.length);
    }

    /** The first bit is the sign. */
    @Override
    long prefix(byte[] bytes, int offset, int length) {
      return super.prefix(bytes, offset, length) ^ Long.MIN_VALUE;
    }
  }
}
