package lakehouse.ingest.parquet;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.data.FlinkParquetWriters;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnWriter;
import org.apache.iceberg.shaded.org.apache.parquet.column.Encoding;
import org.apache.iceberg.shaded.org.apache.parquet.column.ParquetProperties;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A list, map or struct, by Iceberg's own writer, which is not asked before the first value: most
 * rows of a change log have none of them.
 */
final class NestedColumn implements Column {
  private final int position;
  private final MessageType message;
  private final ParquetProperties properties;
  private final RowData.FieldGetter getter;
  private final GenericRowData alone = new GenericRowData(1);
  private final ParquetValueWriter<RowData> writer;
  private final ColumnWriter[] leaves;
  private PageWriteStore pages;
  private @Nullable ColumnWriteStore store;
  private int nullsBefore;
  private long nulls;

  @SuppressWarnings("NullAway") // nothing is written before a row group begins
  NestedColumn(int position, Types.NestedField field, MessageType message, Limits limits) {
    this.position = position;
    this.message = new MessageType(message.getName(), message.getFields().get(position));
    this.properties =
        ParquetProperties.builder()
            .withPageSize(limits.pageBytes())
            .withPageRowCountLimit(limits.pageRows())
            .withDictionaryPageSize(limits.dictionaryBytes())
            .build();
    RowType rowType = FlinkSchemaUtil.convert(new Schema(field));
    this.getter = RowData.createFieldGetter(rowType.getTypeAt(0), position);
    this.writer = FlinkParquetWriters.buildWriter(rowType, this.message);
    this.leaves = new ColumnWriter[this.message.getColumns().size()];
  }

  @Override
  public void begin(PageWriteStore pages) {
    this.pages = pages;
    this.store = null;
    this.nullsBefore = 0;
  }

  @Override
  public void write(RowData row) {
    boolean absent = row.isNullAt(position);
    if (absent) {
      nulls++;
    }
    if (store == null) {
      if (absent) {
        nullsBefore++;
        return;
      }
      store = open();
    }
    if (absent) {
      writeNull(store);
    } else {
      alone.setField(0, getter.getFieldOrNull(row));
      writer.write(0, alone);
      store.endRecord();
    }
  }

  private ColumnWriteStore open() {
    ColumnWriteStore opened = properties.newColumnWriteStore(message, pages);
    List<ColumnDescriptor> columns = message.getColumns();
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] = opened.getColumnWriter(columns.get(i));
    }
    writer.setColumnStore(opened);
    for (int i = 0; i < nullsBefore; i++) {
      writeNull(opened);
    }
    return opened;
  }

  private void writeNull(ColumnWriteStore opened) {
    for (ColumnWriter leaf : leaves) {
      leaf.writeNull(0, 0);
    }
    opened.endRecord();
  }

  @Override
  public void end() throws IOException {
    if (store != null) {
      store.flush();
      store.close();
      return;
    }
    for (ColumnDescriptor leaf : message.getColumns()) {
      writeNulls(leaf);
    }
  }

  /** One page of nothing. */
  private void writeNulls(ColumnDescriptor leaf) throws IOException {
    Statistics<?> statistics = Statistics.createStats(leaf.getPrimitiveType());
    statistics.incrementNumNulls(nullsBefore);
    boolean repeated = leaf.getMaxRepetitionLevel() > 0;
    pages
        .getPageWriter(leaf)
        .writePage(
            BytesInput.concat(
                repeated ? zeros(leaf.getMaxRepetitionLevel()) : BytesInput.empty(),
                zeros(leaf.getMaxDefinitionLevel())),
            nullsBefore,
            nullsBefore,
            statistics,
            repeated ? Encoding.RLE : Encoding.BIT_PACKED,
            Encoding.RLE,
            Encoding.PLAIN);
  }

  private BytesInput zeros(int maxLevel) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(maxLevel);
    return Runs.afterItsLength(Runs.run(0, nullsBefore, bits));
  }

  @Override
  public long bufferedBytes() {
    return store == null ? 0 : store.getBufferedSize();
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return writer.metrics();
  }

  @Override
  public OptionalLong nulls() {
    return OptionalLong.of(nulls);
  }
}
