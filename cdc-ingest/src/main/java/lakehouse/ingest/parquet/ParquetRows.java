package lakehouse.ingest.parquet;

import static org.apache.iceberg.TableProperties.PARQUET_COMPRESSION;
import static org.apache.iceberg.TableProperties.PARQUET_COMPRESSION_DEFAULT;
import static org.apache.iceberg.TableProperties.PARQUET_COMPRESSION_LEVEL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.table.data.RowData;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.MetricsModes;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetCodecFactory;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.CodecFactory;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.apache.iceberg.types.Types;

/**
 * Writes rows to a Parquet file, column by column, and makes no object of a value where the row is
 * a {@link lakehouse.ingest.event.DirectRow}. Readers find what Iceberg's writer of Flink's rows
 * would have written, in other pages: constants and nulls, of which a change log is full, cost a
 * count, and only columns whose values come again get a dictionary. Its metrics tell of a list, map
 * or struct, too, in how many rows it was null, which Iceberg's writers do not: where it always
 * was, readers need not look. Not for use by many threads.
 */
public final class ParquetRows implements FileAppender<RowData> {
  private static final int COLUMN_INDEX_TRUNCATE_LENGTH = 64;
  private static final int ROWS_BETWEEN_CHECKS = 1_000;

  private final Schema schema;
  private final MessageType message;
  private final Column[] columns;
  private final Limits limits;
  private final MetricsConfig metricsConfig;
  private final CodecFactory codecs;
  private final CodecFactory.BytesCompressor compressor;
  private final ParquetFileWriter file;

  private ColumnChunkPageWriteStore store;
  private long rowsOfGroup;
  private long length;
  private boolean closed;

  private ParquetRows(
      OutputFile output, Schema schema, Map<String, String> properties, ColumnHabits habits)
      throws IOException {
    this.schema = schema;
    this.message = ParquetSchemaUtil.convert(schema, "table");
    this.limits = Limits.of(properties);
    this.metricsConfig = MetricsConfig.fromProperties(properties);
    this.columns =
        IntStream.range(0, schema.columns().size())
            .mapToObj(i -> Columns.of(i, schema.columns().get(i), message, limits, habits))
            .toArray(Column[]::new);
    this.codecs = new ParquetCodecFactory(settings(properties), limits.pageBytes());
    this.compressor = codecs.getCompressor(codec(properties));
    this.file =
        new ParquetFileWriter(
            new ParquetOutput(output),
            message,
            ParquetFileWriter.Mode.OVERWRITE,
            limits.rowGroupBytes(),
            0);
    file.start();
    this.store = beginRowGroup();
  }

  /**
   * Opens a file of rows.
   *
   * @param properties the table's, of which those of Parquet's sizes, compression and metrics count
   * @param habits of the table's columns, for its next file
   */
  public static ParquetRows open(
      OutputFile output, Schema schema, Map<String, String> properties, ColumnHabits habits) {
    try {
      return new ParquetRows(output, schema, properties, habits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompressionCodecName codec(Map<String, String> properties) {
    return CompressionCodecName.valueOf(
        properties
            .getOrDefault(PARQUET_COMPRESSION, PARQUET_COMPRESSION_DEFAULT)
            .toUpperCase(Locale.ROOT));
  }

  private static Configuration settings(Map<String, String> properties) {
    Configuration settings = new Configuration(false);
    String level = properties.get(PARQUET_COMPRESSION_LEVEL);
    if (level != null) {
      settings.set("zlib.compress.level", level);
      settings.set("parquet.compression.codec.zstd.level", level);
    }
    return settings;
  }

  @Override
  public void add(RowData row) {
    try {
      for (Column column : columns) {
        column.write(row);
      }
      rowsOfGroup++;
      if (rowsOfGroup % ROWS_BETWEEN_CHECKS == 0 && bufferedBytes() >= limits.rowGroupBytes()) {
        endRowGroup();
        store = beginRowGroup();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ColumnChunkPageWriteStore beginRowGroup() {
    ColumnChunkPageWriteStore pages =
        new ColumnChunkPageWriteStore(
            compressor,
            message,
            new HeapByteBufferAllocator(),
            COLUMN_INDEX_TRUNCATE_LENGTH,
            /* pageWriteChecksumEnabled= */ true);
    for (Column column : columns) {
      column.begin(pages);
    }
    rowsOfGroup = 0;
    return pages;
  }

  private void endRowGroup() throws IOException {
    if (rowsOfGroup == 0) {
      return;
    }
    for (Column column : columns) {
      column.end();
    }
    file.startBlock(rowsOfGroup);
    store.flushToFileWriter(file);
    file.endBlock();
    rowsOfGroup = 0;
  }

  private long bufferedBytes() {
    long bytes = 0;
    for (Column column : columns) {
      bytes += column.bufferedBytes();
    }
    return bytes;
  }

  /** Bytes written and, until it is closed, those held in memory. */
  @Override
  public long length() {
    try {
      return closed ? length : file.getPos() + (rowsOfGroup == 0 ? 0 : bufferedBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Metrics metrics() {
    requireClosed();
    Metrics footer =
        ParquetUtil.footerMetrics(
            file.getFooter(), Arrays.stream(columns).flatMap(Column::metrics), metricsConfig);
    Map<Integer, Long> values = new HashMap<>(footer.valueCounts());
    Map<Integer, Long> nulls = new HashMap<>(footer.nullValueCounts());
    for (int i = 0; i < columns.length; i++) {
      Types.NestedField field = schema.columns().get(i);
      if (columns[i].nulls().isPresent()
          && metricsConfig.columnMode(field.name()) != MetricsModes.None.get()) {
        values.put(field.fieldId(), footer.recordCount());
        nulls.put(field.fieldId(), columns[i].nulls().getAsLong());
      }
    }
    return new Metrics(
        footer.recordCount(),
        footer.columnSizes(),
        values,
        nulls,
        footer.nanValueCounts(),
        footer.lowerBounds(),
        footer.upperBounds());
  }

  @Override
  public List<Long> splitOffsets() {
    requireClosed();
    return ParquetUtil.getSplitOffsets(file.getFooter());
  }

  private void requireClosed() {
    if (!closed) {
      throw new IllegalStateException("a file's metrics are known when it is closed");
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      endRowGroup();
      file.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
      length = file.getPos();
    } finally {
      codecs.release();
    }
  }
}
