package lakehouse.ingest.bronze;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.parquet.TripleWriter;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.apache.iceberg.types.Types;

/**
 * Lays a row down as Parquet, column by column, and makes no objects where the row is a {@link
 * lakehouse.ingest.event.DirectRow}. What is written is what Iceberg's writer of Flink's rows
 * writes; lists, maps and structs are left to it.
 */
final class RowWriter implements ParquetValueWriter<RowData> {
  private final ColumnWriters.Column[] columns;

  RowWriter(Schema schema, MessageType message) {
    List<Types.NestedField> fields = schema.columns();
    this.columns = new ColumnWriters.Column[fields.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = ColumnWriters.of(i, fields.get(i), message);
    }
  }

  @Override
  public void write(int repetitionLevel, RowData row) {
    for (ColumnWriters.Column column : columns) {
      column.write(row);
    }
  }

  /** Asked for only where a writer stands within another one. */
  @Override
  public List<TripleWriter<?>> columns() {
    throw new UnsupportedOperationException("a row stands within nothing");
  }

  @Override
  public void setColumnStore(ColumnWriteStore store) {
    for (ColumnWriters.Column column : columns) {
      column.setColumnStore(store);
    }
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return Arrays.stream(columns).flatMap(ColumnWriters.Column::metrics);
  }
}
