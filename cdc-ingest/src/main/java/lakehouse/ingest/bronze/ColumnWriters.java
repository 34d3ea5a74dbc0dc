package lakehouse.ingest.bronze;

import java.util.List;
import java.util.stream.Stream;
import lakehouse.ingest.event.DirectRow;
import lakehouse.ingest.type.Calendar;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.iceberg.DoubleFieldMetrics;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.FloatFieldMetrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.data.FlinkParquetWriters;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnWriter;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.Binary;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** The writers of a row's columns. */
final class ColumnWriters {
  private ColumnWriters() {}

  /** Writes one column of rows. Not for use by many threads. */
  abstract static class Column {
    final int position;
    final int id;
    private final List<ColumnDescriptor> leaves;
    private final ColumnWriter[] writers;

    Column(int position, Types.NestedField field, MessageType message) {
      this.position = position;
      this.id = field.fieldId();
      String name = message.getFields().get(position).getName();
      this.leaves =
          message.getColumns().stream().filter(leaf -> leaf.getPath()[0].equals(name)).toList();
      this.writers = new ColumnWriter[leaves.size()];
    }

    final void write(RowData row) {
      if (row.isNullAt(position)) {
        for (ColumnWriter writer : writers) {
          writer.writeNull(0, 0);
        }
        addNull();
      } else {
        writePresent(row);
      }
    }

    abstract void writePresent(RowData row);

    void addNull() {}

    void setColumnStore(ColumnWriteStore store) {
      for (int i = 0; i < writers.length; i++) {
        writers[i] = store.getColumnWriter(leaves.get(i));
      }
    }

    /** What the file's footer does not tell. */
    Stream<FieldMetrics<?>> metrics() {
      return Stream.empty();
    }
  }

  /** A column with one leaf. */
  private abstract static class Primitive extends Column {
    final int level;
    ColumnWriter writer;

    @SuppressWarnings("NullAway") // nothing is written before the store is set
    Primitive(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
      this.level = field.isOptional() ? 1 : 0;
    }

    @Override
    void setColumnStore(ColumnWriteStore store) {
      super.setColumnStore(store);
      writer = super.writers[0];
    }
  }

  /** The writer of a field of rows at that position. */
  static Column of(int position, Types.NestedField field, MessageType message) {
    return switch (field.type().typeId()) {
      case BOOLEAN -> new BooleanColumn(position, field, message);
      case INTEGER, DATE -> new IntColumn(position, field, message);
      case LONG, TIME -> new LongColumn(position, field, message);
      case FLOAT -> new FloatColumn(position, field, message);
      case DOUBLE -> new DoubleColumn(position, field, message);
      case TIMESTAMP -> new TimestampColumn(position, field, message);
      case STRING -> new StringColumn(position, field, message);
      case BINARY -> new BinaryColumn(position, field, message);
      case DECIMAL -> decimal(position, field, message);
      case LIST, MAP, STRUCT -> new Nested(position, field, message);
      case UUID, FIXED ->
          throw new IllegalArgumentException("No column of bronze is a " + field.type());
    };
  }

  private static Column decimal(int position, Types.NestedField field, MessageType message) {
    Types.DecimalType type = (Types.DecimalType) field.type();
    if (type.precision() <= 9) {
      return new IntDecimalColumn(position, field, message, type);
    }
    return type.precision() <= 18
        ? new LongDecimalColumn(position, field, message, type)
        : new FixedDecimalColumn(position, field, message, type);
  }

  private static final class BooleanColumn extends Primitive {
    BooleanColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      writer.write(row.getBoolean(position), 0, level);
    }
  }

  private static final class IntColumn extends Primitive {
    IntColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      writer.write(row.getInt(position), 0, level);
    }
  }

  private static final class LongColumn extends Primitive {
    LongColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      writer.write(row.getLong(position), 0, level);
    }
  }

  private static final class TimestampColumn extends Primitive {
    TimestampColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      writer.write(micros(row, position), 0, level);
    }
  }

  /** A timestamp of a row in microseconds since 1970. */
  static long micros(RowData row, int position) {
    return row instanceof DirectRow direct
        ? direct.micros(position)
        : Calendar.micros(row.getTimestamp(position, 6));
  }

  private static final class FloatColumn extends Primitive {
    private final FloatFieldMetrics.Builder metrics = new FloatFieldMetrics.Builder(id);
    private long nulls;

    FloatColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      float value = row.getFloat(position);
      writer.write(value, 0, level);
      metrics.addValue(value);
    }

    @Override
    void addNull() {
      nulls++;
    }

    @Override
    Stream<FieldMetrics<?>> metrics() {
      return Stream.of(withNulls(metrics.build(), nulls));
    }
  }

  private static final class DoubleColumn extends Primitive {
    private final DoubleFieldMetrics.Builder metrics = new DoubleFieldMetrics.Builder(id);
    private long nulls;

    DoubleColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      double value = row.getDouble(position);
      writer.write(value, 0, level);
      metrics.addValue(value);
    }

    @Override
    void addNull() {
      nulls++;
    }

    @Override
    Stream<FieldMetrics<?>> metrics() {
      return Stream.of(withNulls(metrics.build(), nulls));
    }
  }

  private static <T> FieldMetrics<T> withNulls(FieldMetrics<T> present, long nulls) {
    return new FieldMetrics<>(
        present.id(),
        present.valueCount() + nulls,
        nulls,
        present.nanValueCount(),
        present.lowerBound(),
        present.upperBound());
  }

  private static final class StringColumn extends Primitive {
    private @Nullable StringData last;
    private Binary lastBytes = Binary.EMPTY;

    StringColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      writer.write(
          row instanceof DirectRow direct && direct.liesInBytes(position)
              ? lying(direct, position)
              : bytes(row.getString(position)),
          0,
          level);
    }

    /** An operation is one and the same object in most rows. */
    private Binary bytes(StringData text) {
      if (text != last) {
        last = text;
        lastBytes = Binary.fromConstantByteArray(text.toBytes());
      }
      return lastBytes;
    }
  }

  private static final class BinaryColumn extends Primitive {
    BinaryColumn(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
    }

    @Override
    void writePresent(RowData row) {
      writer.write(
          row instanceof DirectRow direct && direct.liesInBytes(position)
              ? lying(direct, position)
              : Binary.fromReusedByteArray(row.getBinary(position)),
          0,
          level);
    }
  }

  /** Who keeps it longer than the row lies there makes a copy. */
  private static Binary lying(DirectRow row, int position) {
    return Binary.fromReusedByteArray(row.bytes(), row.offset(position), row.length(position));
  }

  private static final class IntDecimalColumn extends Primitive {
    private final Types.DecimalType type;

    IntDecimalColumn(
        int position, Types.NestedField field, MessageType message, Types.DecimalType type) {
      super(position, field, message);
      this.type = type;
    }

    @Override
    void writePresent(RowData row) {
      writer.write((int) unscaledLong(row, position, type), 0, level);
    }
  }

  private static final class LongDecimalColumn extends Primitive {
    private final Types.DecimalType type;

    LongDecimalColumn(
        int position, Types.NestedField field, MessageType message, Types.DecimalType type) {
      super(position, field, message);
      this.type = type;
    }

    @Override
    void writePresent(RowData row) {
      writer.write(unscaledLong(row, position, type), 0, level);
    }
  }

  private static long unscaledLong(RowData row, int position, Types.DecimalType type) {
    return row instanceof DirectRow direct
        ? direct.unscaledLong(position)
        : row.getDecimal(position, type.precision(), type.scale()).toUnscaledLong();
  }

  private static final class FixedDecimalColumn extends Primitive {
    private final Types.DecimalType type;
    private final byte[] digits;
    private final Binary binary;

    FixedDecimalColumn(
        int position, Types.NestedField field, MessageType message, Types.DecimalType type) {
      super(position, field, message);
      this.type = type;
      this.digits = new byte[TypeUtil.decimalRequiredBytes(type.precision())];
      this.binary = Binary.fromReusedByteArray(digits);
    }

    @Override
    void writePresent(RowData row) {
      if (row instanceof DirectRow direct) {
        direct.unscaled(position, digits);
      } else {
        fill(row.getDecimal(position, type.precision(), type.scale()));
      }
      writer.write(binary, 0, level);
    }

    private void fill(DecimalData value) {
      byte[] unscaled = value.toUnscaledBytes();
      int sign = digits.length - unscaled.length;
      java.util.Arrays.fill(digits, 0, sign, (byte) (unscaled[0] < 0 ? -1 : 0));
      System.arraycopy(unscaled, 0, digits, sign, unscaled.length);
    }
  }

  /** A list, map or struct, by Iceberg's own writer. */
  private static final class Nested extends Column {
    private final RowData.FieldGetter getter;
    private final GenericRowData alone = new GenericRowData(1);
    private final ParquetValueWriter<RowData> writer;

    Nested(int position, Types.NestedField field, MessageType message) {
      super(position, field, message);
      RowType rowType = RowParquet.rowType(new Schema(field));
      this.getter = RowData.createFieldGetter(rowType.getTypeAt(0), position);
      this.writer =
          FlinkParquetWriters.buildWriter(
              rowType, new MessageType(message.getName(), message.getFields().get(position)));
    }

    @Override
    void writePresent(RowData row) {
      alone.setField(0, getter.getFieldOrNull(row));
      writer.write(0, alone);
    }

    @Override
    void setColumnStore(ColumnWriteStore store) {
      super.setColumnStore(store);
      writer.setColumnStore(store);
    }

    @Override
    Stream<FieldMetrics<?>> metrics() {
      return writer.metrics();
    }
  }
}
