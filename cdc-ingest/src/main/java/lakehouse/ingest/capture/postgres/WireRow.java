package lakehouse.ingest.capture.postgres;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.DirectRow;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.type.Calendar;
import lakehouse.ingest.type.ValueDecoder;
import lakehouse.ingest.type.Wire;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;

/**
 * A row of the change log that lies over the bytes as they came from PostgreSQL: a column is
 * decoded when it is asked for. The bytes must not change while the row is in use. Not for use by
 * many threads.
 */
final class WireRow implements DirectRow {
  private static final int NULL = -1;
  private static final int UNCHANGED = -2;

  private final RowLayout layout;
  private final int columns;
  private final int[] offsets;
  private final int[] lengths;
  private byte[] wire = new byte[0];

  private Operation operation = Operation.ROW;
  private int epoch;
  private long commitLsn;
  private long seq;
  private long lsn;
  private long transaction;
  private boolean inTransaction;
  private long committedAt;
  private long capturedAt;
  private @Nullable RowData oldKey;
  private @Nullable ArrayData unchanged;
  private @Nullable Map<StringData, StringData> unrepresentable;

  WireRow(RowLayout layout) {
    this.layout = layout;
    this.columns = layout.columns();
    this.offsets = new int[columns];
    this.lengths = new int[columns];
    java.util.Arrays.fill(lengths, NULL);
  }

  /** The position of a transaction's change in the source's order. */
  void at(Operation operation, int epoch, long commitLsn, long seq) {
    this.operation = operation;
    this.epoch = epoch;
    this.commitLsn = commitLsn;
    this.seq = seq;
  }

  /** What is known of the change besides its position; times in microseconds since 1970. */
  void seen(long lsn, long committedAt, long capturedAt) {
    this.lsn = lsn;
    this.committedAt = committedAt;
    this.capturedAt = capturedAt;
  }

  void transaction(long id) {
    this.transaction = id;
    this.inTransaction = true;
  }

  void oldKey(RowData key) {
    this.oldKey = key;
  }

  /** Lies the row over a row of {@code COPY}'s binary form; gives the offset after it. */
  int overCopy(byte[] bytes, int offset) {
    begin(bytes);
    int at = offset + 2;
    for (int i = 0; i < columns; i++) {
      int length = Wire.int32(bytes, at);
      at += 4;
      if (length == LargeRows.LEFT_OUT) {
        leftOut(i);
        continue;
      }
      field(i, at, length);
      at += Math.max(length, 0);
    }
    return at;
  }

  /** Lies the row over a tuple of the stream; gives the offset after it. */
  int overTuple(byte[] bytes, int offset) {
    begin(bytes);
    int sent = Wire.int16(bytes, offset);
    if (sent != columns) {
      throw new IllegalStateException(
          "%s: a row of %d columns came, where its relation has %d"
              .formatted(layout.schema().qualifiedName(), sent, columns));
    }
    int at = offset + 2;
    for (int i = 0; i < columns; i++) {
      byte kind = bytes[at++];
      if (kind == 'n') {
        lengths[i] = NULL;
      } else if (kind == 'u') {
        lengths[i] = UNCHANGED;
      } else if (kind == LargeRows.LEFT_OUT_KIND) {
        leftOut(i);
      } else {
        int length = Wire.int32(bytes, at);
        at += 4;
        field(i, at, length);
        at += length;
      }
    }
    return at;
  }

  /** Takes values that were not sent from the former row, which lies over the same bytes. */
  void fillUnchangedFrom(WireRow former) {
    for (int i = 0; i < columns; i++) {
      if (lengths[i] == UNCHANGED) {
        offsets[i] = former.offsets[i];
        lengths[i] = former.lengths[i];
        if (former.unrepresentable != null) {
          StringData text = former.unrepresentable.get(layout.name(i));
          if (text != null) {
            unrepresentable(i, text);
          }
        }
      }
    }
  }

  /** Takes key values that were not sent from the former key, which lies over the same bytes. */
  void fillUnchangedKeyFrom(WireRow former) {
    for (int column : layout.key()) {
      if (lengths[column] == UNCHANGED) {
        offsets[column] = former.offsets[column];
        lengths[column] = former.lengths[column];
      }
    }
  }

  /** Ends the laying: names the columns whose values were not sent. */
  void listUnchanged() {
    int count = 0;
    for (int length : lengths) {
      count += length == UNCHANGED ? 1 : 0;
    }
    if (count == 0) {
      return;
    }
    Object[] names = new Object[count];
    for (int i = 0, n = 0; i < columns; i++) {
      if (lengths[i] == UNCHANGED) {
        names[n++] = layout.name(i);
      }
    }
    unchanged = new GenericArrayData(names);
  }

  /** Whether all key columns hold the same bytes as in the other row, which has the same layout. */
  boolean sameKey(WireRow other) {
    for (int column : layout.key()) {
      boolean sent = lengths[column] != UNCHANGED && other.lengths[column] != UNCHANGED;
      if (sent
          && (lengths[column] != other.lengths[column]
              || !java.util.Arrays.equals(
                  wire,
                  offsets[column],
                  offsets[column] + Math.max(lengths[column], 0),
                  other.wire,
                  other.offsets[column],
                  other.offsets[column] + Math.max(other.lengths[column], 0)))) {
        return false;
      }
    }
    return true;
  }

  /** The key's values. */
  RowData key() {
    int[] key = layout.key();
    GenericRowData row = new GenericRowData(key.length);
    for (int i = 0; i < key.length; i++) {
      if (!isNullAt(key[i])) {
        row.setField(i, layout.decoder(key[i]).value(wire, offsets[key[i]], lengths[key[i]]));
      }
    }
    return row;
  }

  /** The columns whose values were left out since the row is too large. */
  List<String> leftOut() {
    return unrepresentable == null
        ? List.of()
        : unrepresentable.entrySet().stream()
            .filter(entry -> entry.getValue() == LargeRows.REASON)
            .map(entry -> entry.getKey().toString())
            .sorted()
            .toList();
  }

  /** Where it stands in the order of the table's changes. */
  Rejected.Position position() {
    return new Rejected.Position(epoch, commitLsn, seq);
  }

  private void begin(byte[] bytes) {
    wire = bytes;
    oldKey = null;
    unchanged = null;
    unrepresentable = null;
  }

  private void field(int column, int offset, int length) {
    offsets[column] = offset;
    if (length < 0 || layout.redacted(column)) {
      lengths[column] = NULL;
      return;
    }
    lengths[column] = length;
    ValueDecoder decoder = layout.decoder(column);
    if (!decoder.fits(wire, offset, length)) {
      lengths[column] = NULL;
      unrepresentable(column, StringData.fromString(decoder.text(wire, offset, length)));
    }
  }

  private void leftOut(int column) {
    lengths[column] = NULL;
    if (!layout.redacted(column)) {
      unrepresentable(column, LargeRows.REASON);
    }
  }

  private void unrepresentable(int column, StringData text) {
    if (layout.isKey(column)) {
      throw layout.unfitKey(column);
    }
    if (unrepresentable == null) {
      unrepresentable = new HashMap<>();
    }
    unrepresentable.put(layout.name(column), text);
  }

  @Override
  public int getArity() {
    return layout.schema().arity();
  }

  @Override
  public RowKind getRowKind() {
    return RowKind.INSERT;
  }

  @Override
  public void setRowKind(RowKind kind) {
    throw new UnsupportedOperationException("the change stands in the row's columns");
  }

  @Override
  public boolean isNullAt(int position) {
    if (position < columns) {
      return lengths[position] < 0;
    }
    int metadata = position - columns;
    if (metadata < 8) {
      return metadata == 5 && !inTransaction;
    }
    TableSchema schema = layout.schema();
    if (position == schema.unchanged()) {
      return unchanged == null;
    }
    return position == schema.unrepresentable() ? unrepresentable == null : oldKey == null;
  }

  @Override
  public boolean getBoolean(int position) {
    return layout.decoder(position).booleanValue(wire, offsets[position], lengths[position]);
  }

  @Override
  public int getInt(int position) {
    return position < columns
        ? layout.decoder(position).intValue(wire, offsets[position], lengths[position])
        : epoch;
  }

  @Override
  public long getLong(int position) {
    if (position < columns) {
      return layout.decoder(position).longValue(wire, offsets[position], lengths[position]);
    }
    return switch (position - columns) {
      case 2 -> commitLsn;
      case 3 -> seq;
      case 4 -> lsn;
      case 5 -> transaction;
      default -> throw new IllegalArgumentException("no long at position " + position);
    };
  }

  @Override
  public float getFloat(int position) {
    return layout.decoder(position).floatValue(wire, offsets[position], lengths[position]);
  }

  @Override
  public double getDouble(int position) {
    return layout.decoder(position).doubleValue(wire, offsets[position], lengths[position]);
  }

  @Override
  public StringData getString(int position) {
    return position < columns ? (StringData) value(position) : operation.data();
  }

  @Override
  public DecimalData getDecimal(int position, int precision, int scale) {
    return (DecimalData) value(position);
  }

  @Override
  public byte[] getBinary(int position) {
    return (byte[]) value(position);
  }

  @Override
  public @Nullable ArrayData getArray(int position) {
    return position < columns ? (ArrayData) value(position) : unchanged;
  }

  @Override
  public @Nullable MapData getMap(int position) {
    return unrepresentable == null ? null : new GenericMapData(unrepresentable);
  }

  @Override
  public @Nullable RowData getRow(int position, int fields) {
    return oldKey;
  }

  private Object value(int position) {
    return layout.decoder(position).value(wire, offsets[position], lengths[position]);
  }

  @Override
  public byte getByte(int position) {
    throw noSuch("tinyint");
  }

  @Override
  public short getShort(int position) {
    throw noSuch("smallint");
  }

  @Override
  public TimestampData getTimestamp(int position, int precision) {
    if (position < columns) {
      return (TimestampData) value(position);
    }
    return switch (position - columns) {
      case 6 -> Calendar.timestamp(committedAt);
      case 7 -> Calendar.timestamp(capturedAt);
      default -> throw new IllegalArgumentException("no timestamp at position " + position);
    };
  }

  @Override
  public long micros(int position) {
    if (position < columns) {
      return layout.decoder(position).micros(wire, offsets[position], lengths[position]);
    }
    return position == columns + 6 ? committedAt : capturedAt;
  }

  @Override
  public long unscaledLong(int position) {
    return layout.decoder(position).unscaledLong(wire, offsets[position], lengths[position]);
  }

  @Override
  public void unscaled(int position, byte[] target) {
    layout.decoder(position).unscaled(wire, offsets[position], lengths[position], target);
  }

  @Override
  public boolean liesInBytes(int position) {
    return position < columns && layout.plainFrom(position) >= 0;
  }

  @Override
  public byte[] bytes() {
    return wire;
  }

  @Override
  public int offset(int position) {
    return offsets[position] + layout.plainFrom(position);
  }

  @Override
  public int length(int position) {
    return lengths[position] - layout.plainFrom(position);
  }

  @Override
  public <T> RawValueData<T> getRawValue(int position) {
    throw noSuch("raw value");
  }

  private static UnsupportedOperationException noSuch(String type) {
    return new UnsupportedOperationException("bronze has no " + type);
  }
}
