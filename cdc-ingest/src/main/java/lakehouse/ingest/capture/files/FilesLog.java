package lakehouse.ingest.capture.files;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The log of the files taken in: the bronze table {@value #TABLE} of the source, whose rows are in
 * the same catalog commit as the rows of the files. It alone decides which files are read at a
 * start, and from which record on.
 */
final class FilesLog {
  /** The table's name. */
  static final String TABLE = "_files";

  /** One row for each file and commit that holds some of it. */
  static final TableSchema SCHEMA =
      new TableSchema(
          "public",
          TABLE,
          List.of(
              new TableSchema.Column("path", Types.StringType.get(), null),
              new TableSchema.Column("table_name", Types.StringType.get(), null),
              new TableSchema.Column("modified_at", Types.TimestampType.withZone(), null),
              new TableSchema.Column("bytes", Types.LongType.get(), null),
              new TableSchema.Column("status", Types.StringType.get(), null),
              new TableSchema.Column("from_record", Types.LongType.get(), null),
              new TableSchema.Column("to_record", Types.LongType.get(), null),
              new TableSchema.Column("accepted", Types.LongType.get(), null),
              new TableSchema.Column("rejected", Types.LongType.get(), null),
              new TableSchema.Column("reason", Types.StringType.get(), null)),
          List.of());

  private FilesLog() {}

  /**
   * How far a file is taken in.
   *
   * @param ordinal the file's ordinal among all of the source
   * @param records how many of its records are in the lake or in quarantine
   * @param rejected how many of these are in quarantine
   * @param ended whether no more of it is to be read
   * @param reported the last version of it that was told to be written anew; may be this one
   */
  record Taken(
      DropFile file, long ordinal, long records, long rejected, boolean ended, DropFile reported)
      implements Serializable {}

  /** What of the source's files the catalog holds under an epoch, by path. */
  static Map<String, Taken> read(LakeCatalog catalog, String source, int epoch) {
    Table table;
    try {
      table = catalog.iceberg().loadTable(Layer.BRONZE.table(source, SCHEMA.schema(), TABLE));
    } catch (NoSuchTableException e) {
      return Map.of();
    }
    Map<String, Taken> taken = new HashMap<>();
    List<Record> rewritten = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        IcebergGenerics.read(table).where(Expressions.equal(ChangeColumns.EPOCH, epoch)).build()) {
      for (Record row : rows) {
        if (row.getField("path") == null) {
          continue; // a marker
        }
        if (row.getField("status").equals(TakeStatus.REWRITTEN.text())) {
          rewritten.add(row);
        } else {
          taken.merge((String) row.getField("path"), taken(row), FilesLog::both);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Record row : rewritten) {
      taken.computeIfPresent(
          (String) row.getField("path"), (path, known) -> reported(known, file(row)));
    }
    return taken;
  }

  /**
   * A row of the log, without its metadata.
   *
   * @param from the first record that it tells of
   * @param to the last one
   * @param rejected how many more are in quarantine; less than none if some are no more
   */
  static GenericRowData row(
      DropFile file,
      TakeStatus status,
      long from,
      long to,
      long accepted,
      long rejected,
      @Nullable String reason) {
    GenericRowData row = new GenericRowData(SCHEMA.arity());
    row.setField(0, StringData.fromString(file.path()));
    row.setField(1, StringData.fromString(file.table()));
    row.setField(2, PlacedRow.timestamp(file.modifiedAtMicros()));
    row.setField(3, file.bytes());
    row.setField(4, StringData.fromString(status.text()));
    row.setField(5, from);
    row.setField(6, to);
    row.setField(7, accepted);
    row.setField(8, rejected);
    row.setField(9, reason == null ? null : StringData.fromString(reason));
    return row;
  }

  private static Taken reported(Taken known, DropFile version) {
    boolean later = version.modifiedAtMicros() >= known.reported().modifiedAtMicros();
    return new Taken(
        known.file(),
        known.ordinal(),
        known.records(),
        known.rejected(),
        true,
        later ? version : known.reported());
  }

  private static Taken taken(Record row) {
    DropFile file = file(row);
    return new Taken(
        file,
        (long) row.getField(ChangeColumns.COMMIT_LSN),
        Optional.ofNullable((Long) row.getField("to_record")).orElse(0L),
        Optional.ofNullable((Long) row.getField("rejected")).orElse(0L),
        TakeStatus.of((String) row.getField("status")).isEnd(),
        file);
  }

  private static Taken both(Taken one, Taken other) {
    return new Taken(
        one.file(),
        one.ordinal(),
        Math.max(one.records(), other.records()),
        one.rejected() + other.rejected(),
        one.ended() || other.ended(),
        one.reported());
  }

  private static DropFile file(Record row) {
    OffsetDateTime modified = (OffsetDateTime) row.getField("modified_at");
    return new DropFile(
        (String) row.getField("path"),
        (String) row.getField("table_name"),
        ChronoUnit.MICROS.between(
            OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), modified),
        (long) row.getField("bytes"));
  }
}
