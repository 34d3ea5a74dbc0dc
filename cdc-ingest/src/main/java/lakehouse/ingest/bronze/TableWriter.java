package lakehouse.ingest.bronze;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.ingest.event.DirectRow;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.parquet.ColumnHabits;
import lakehouse.ingest.parquet.ParquetRows;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.RowDataWrapper;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Writes the rows of one version of one table: one open file for each partition. */
final class TableWriter {
  private final LakeCatalog catalog;
  private final BronzeTable table;
  private final TableSchema source;
  private final Schema schema;
  private final RowType rowType;
  private final PartitionSpec spec;
  private final PartitionKey partition;
  private final RowDataWrapper wrapper;
  private final String filePrefix;
  private final ColumnHabits habits = new ColumnHabits();
  private final Map<PartitionKey, OpenFile> open = new HashMap<>();

  /** The timestamp that alone decides on the partition; -1 where other columns have a say. */
  private final int partitionedBy;

  private long lastMicros;
  private @Nullable OpenFile lastFile;

  TableWriter(LakeCatalog catalog, BronzeTable table, TableSchema source, String filePrefix) {
    this.catalog = catalog;
    this.table = table;
    this.source = source;
    this.schema = table.rowsOf(source);
    this.rowType = FlinkSchemaUtil.convert(schema);
    this.spec = table.spec();
    this.partition = new PartitionKey(spec, schema);
    this.wrapper = new RowDataWrapper(rowType, schema.asStruct());
    this.filePrefix = filePrefix;
    this.partitionedBy = partitionedBy(spec, schema);
  }

  void write(RowData row) {
    OpenFile file = fileOf(row);
    file.appender.add(row);
    file.rows++;
  }

  private OpenFile fileOf(RowData row) {
    if (partitionedBy < 0) {
      return fileOfPartition(row);
    }
    // the rows of a transaction, and of a load, have the same time
    long micros = DirectRow.micros(row, partitionedBy);
    OpenFile file = lastFile;
    if (file == null || micros != lastMicros) {
      file = fileOfPartition(row);
      lastFile = file;
      lastMicros = micros;
    }
    return file;
  }

  private OpenFile fileOfPartition(RowData row) {
    partition.partition(wrapper.wrap(row));
    OpenFile file = open.get(partition);
    if (file == null) {
      PartitionKey key = partition.copy();
      file = new OpenFile(key);
      open.put(key, file);
    }
    return file;
  }

  private static int partitionedBy(PartitionSpec spec, Schema schema) {
    Types.NestedField committedAt = schema.findField(ChangeColumns.COMMITTED_AT);
    boolean alone =
        spec.fields().stream().allMatch(field -> field.sourceId() == committedAt.fieldId());
    return alone ? schema.columns().indexOf(committedAt) : -1;
  }

  BronzeTable table() {
    return table;
  }

  TableWrites.Version version() {
    return new TableWrites.Version(source, SchemaParser.toJson(schema));
  }

  Iterable<OpenFile> openFiles() {
    return open.values();
  }

  /** A file being written. */
  final class OpenFile {
    private final PartitionKey key;
    private final DigestingOutputFile file;
    private final FileAppender<RowData> appender;
    private long rows;

    OpenFile(PartitionKey key) {
      this.key = key;
      String name = filePrefix + UUID.randomUUID() + ".parquet";
      String location =
          spec.isPartitioned()
              ? table.locations().newDataLocation(spec, key, name)
              : table.locations().newDataLocation(name);
      this.file = new DigestingOutputFile(catalog.fileIO().newOutputFile(location));
      this.appender = ParquetRows.open(file, schema, table.properties(), habits);
    }

    TableWriter writer() {
      return TableWriter.this;
    }

    /** Bytes held in memory and written so far. */
    long bytes() {
      return appender.length();
    }

    /** Closes the file; its rows are then on storage. */
    ClosedFile close() {
      open.remove(key);
      lastFile = null;
      try {
        appender.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      DataFiles.Builder built =
          DataFiles.builder(spec)
              .withPath(file.location())
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(appender.length())
              .withMetrics(appender.metrics())
              .withSplitOffsets(appender.splitOffsets());
      if (spec.isPartitioned()) {
        built.withPartition(key);
      }
      return new ClosedFile(built.build(), rows, file.digest());
    }

    /** Gives the file up; what of it is on storage belongs to no table. */
    void abandon() {
      try {
        appender.close();
        catalog.fileIO().deleteFile(file.location());
      } catch (IOException | RuntimeException e) {
        // the sweep finds it
        org.slf4j.LoggerFactory.getLogger(TableWriter.class)
            .debug("Cannot delete {}", file.location(), e);
      }
    }
  }

  /** A file that was written. */
  record ClosedFile(DataFile file, long rows, ContentDigest digest) {}
}
