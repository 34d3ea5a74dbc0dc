package lakehouse.ingest.bronze;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.QuarantineTable;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.ChangeEvent.Replayed;
import lakehouse.ingest.parquet.ColumnHabits;
import lakehouse.ingest.parquet.ParquetRows;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * Writes rejected rows: one open file for each table of the source, since rows of a table whose
 * load is not whole are not to be seen yet. Not for use by many threads.
 */
final class QuarantineWriter {
  private static final long TARGET_FILE_BYTES = 16L << 20;

  private final LakeCatalog catalog;
  private final String source;
  private final String run;
  private final String filePrefix;
  private final ColumnHabits habits = new ColumnHabits();
  private final Map<String, OpenFile> open = new LinkedHashMap<>();
  private final Map<String, RejectedWrites> written = new LinkedHashMap<>();
  private @Nullable String location;
  private Map<String, String> properties = LakeCatalog.tableDefaults();

  QuarantineWriter(LakeCatalog catalog, String source, String run, String filePrefix) {
    this.catalog = catalog;
    this.source = source;
    this.run = run;
    this.filePrefix = filePrefix;
  }

  void write(Rejected rejected) {
    add(rejected.table(), row(id(rejected, source), rejected, source, run, Instant.now()));
  }

  /** Writes that a row was replayed: from then on it does not stand in the quarantine. */
  void write(Replayed replayed) {
    Rejected rejected = replayed.rejected();
    Rejected mark =
        new Rejected(
            rejected.table(),
            rejected.place(),
            new Rejected.Reason(
                QuarantineTable.REPLAYED,
                "the row was rejected as %s, and was replayed".formatted(rejected.reason().code())),
            null,
            rejected.position());
    add(rejected.table(), row(replayed.id(), mark, source, run, replayed.metAt()));
  }

  private void add(String table, RowData row) {
    OpenFile file = open.computeIfAbsent(table, OpenFile::new);
    file.appender.add(row);
    if (++file.rows % 1_000 == 0 && file.appender.length() > TARGET_FILE_BYTES) {
      close(file);
    }
  }

  /** Closes all files and returns what was written since the last time. */
  List<RejectedWrites> finish() {
    List.copyOf(open.values()).forEach(this::close);
    List<RejectedWrites> all = List.copyOf(written.values());
    written.clear();
    return all;
  }

  /** Gives all open files up; what of them is on storage belongs to no table. */
  void abandon() {
    open.values().forEach(OpenFile::abandon);
    open.clear();
  }

  /** The row of the quarantine table. */
  static RowData row(String id, Rejected rejected, String source, String run, Instant metAt) {
    String text = rejected.row();
    String cut = text == null ? null : cut(text);
    return GenericRowData.of(
        text(id),
        text(source),
        text(rejected.table()),
        text(rejected.place().file()),
        rejected.place().line(),
        text(rejected.place().at()),
        text(rejected.reason().code()),
        text(rejected.reason().sentence()),
        text(cut),
        text == null ? null : Long.valueOf(text.length()),
        rejected.position().epoch(),
        rejected.position().commitLsn(),
        rejected.position().seq(),
        text(run),
        TimestampData.fromEpochMillis(metAt.toEpochMilli()));
  }

  private static String cut(String text) {
    int end = QuarantineTable.MAX_ROW_CHARACTERS;
    if (text.length() <= end) {
      return text;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }

  /** The same for the same row whenever it is met again: by its place, or else by what it holds. */
  private static String id(Rejected rejected, String source) {
    boolean placed = !rejected.place().equals(new Rejected.Place(null, null, null));
    String of =
        Arrays.asList(
                source,
                rejected.table(),
                rejected.place(),
                rejected.reason().code(),
                placed ? rejected.position() : String.valueOf(rejected.row()))
            .toString();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(of.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is in every JDK", e);
    }
  }

  private static @Nullable StringData text(@Nullable String text) {
    return text == null ? null : StringData.fromString(text);
  }

  private String location() {
    if (location == null) {
      try {
        Table table = catalog.iceberg().loadTable(QuarantineTable.of(source));
        location = table.location();
        properties = table.properties();
      } catch (NoSuchTableException e) {
        location = BronzeTable.location(catalog, QuarantineTable.of(source), run);
      }
    }
    return location;
  }

  private void close(OpenFile file) {
    open.remove(file.table);
    written.merge(file.table, file.close(), RejectedWrites::plus);
  }

  private final class OpenFile {
    private final String table;
    private final String path;
    private final FileAppender<RowData> appender;
    private long rows;

    OpenFile(String table) {
      this.table = table;
      LocationProvider locations = LocationProviders.locationsFor(location(), properties);
      this.path = locations.newDataLocation(filePrefix + UUID.randomUUID() + ".parquet");
      this.appender =
          ParquetRows.open(
              catalog.fileIO().newOutputFile(path), QuarantineTable.SCHEMA, properties, habits);
    }

    RejectedWrites close() {
      try {
        appender.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new RejectedWrites(
          table,
          location(),
          List.of(
              DataFiles.builder(PartitionSpec.unpartitioned())
                  .withPath(path)
                  .withFormat(FileFormat.PARQUET)
                  .withFileSizeInBytes(appender.length())
                  .withMetrics(appender.metrics())
                  .withSplitOffsets(appender.splitOffsets())
                  .build()),
          rows);
    }

    void abandon() {
      try {
        appender.close();
        catalog.fileIO().deleteFile(path);
      } catch (IOException | RuntimeException e) {
        // the sweep finds it
        org.slf4j.LoggerFactory.getLogger(QuarantineWriter.class)
            .debug("Cannot delete {}", path, e);
      }
    }
  }
}
