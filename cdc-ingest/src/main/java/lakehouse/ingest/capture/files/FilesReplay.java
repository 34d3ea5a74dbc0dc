package lakehouse.ingest.capture.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.files.StoredFile.UnreadableException;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.ChangeEvent.Replayed;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Reads files that have rejected records once more, by what the configuration says now, and tells
 * of those records that are accepted: each at the place that it had from the beginning, so that
 * what came after it stays the newer one. A file is read only if it is what was taken in then.
 */
public final class FilesReplay {
  private static final String REFUSED = reason(TakeStatus.REFUSED);

  private final Drop drop;
  private final int epoch;
  private final ColumnMasks masks;
  private final Map<String, FilesLog.Taken> taken;
  private final Consumer<ChangeEvent> output;
  private final TimestampData now = TimestampData.fromEpochMillis(System.currentTimeMillis());

  /** The first place of a table, and of the log of files, at which something is replayed. */
  private final Map<TableSchema, Long> begins = new LinkedHashMap<>();

  private long replayed;
  private long rejected;
  private long gone;

  /**
   * @param maskKey the key of tokens, or null if no column is masked by token
   * @param epoch of the rows
   * @param output what is to be committed at once
   */
  public FilesReplay(
      LakeCatalog catalog,
      FilesConfig config,
      @Nullable Secret maskKey,
      int epoch,
      Consumer<ChangeEvent> output) {
    this.drop = new Drop(config);
    this.masks = ColumnMasks.of(config.masks(), maskKey);
    this.epoch = epoch;
    this.taken = FilesLog.read(catalog, config.name(), epoch);
    this.output = output;
  }

  /**
   * What came of rejected records.
   *
   * @param replayed how many are told of
   * @param rejected how many are rejected still, or are now in a file that was refused as a whole
   * @param gone how many are in files that are not there, or not as they were
   */
  public record Report(long replayed, long rejected, long gone) {
    /** Whether none is left. */
    public boolean isWhole() {
      return rejected == 0 && gone == 0;
    }
  }

  /**
   * Replays what stands in the quarantine.
   *
   * @throws LakeException if a file's records are counted otherwise than when it was taken in, so
   *     that none of them is known again; or if they cannot be read
   */
  public Report replay(List<Replayed> standing) {
    Map<String, List<Replayed>> byFile =
        standing.stream()
            .collect(
                Collectors.groupingBy(
                    one -> String.valueOf(one.rejected().place().file()),
                    TreeMap::new,
                    Collectors.toList()));
    try {
      Map<String, DropFile> there = new HashMap<>();
      drop.list().forEach(found -> there.put(found.path(), found));
      for (Map.Entry<String, List<Replayed>> file : byFile.entrySet()) {
        FilesLog.Taken known = taken.get(file.getKey());
        DropFile found = there.get(file.getKey());
        if (known == null || found == null || !isSame(known.file(), found)) {
          gone += file.getValue().size();
        } else {
          new OfFile(known, found, file.getValue()).replay();
        }
      }
    } catch (UnreadableException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          The files of source %s cannot be read again.
          %s
          Nothing was replayed. Run the replay again when they can."""
              .formatted(drop.config().name(), e.getMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    begins.forEach(this::mark);
    return new Report(replayed, rejected, gone);
  }

  private static boolean isSame(DropFile taken, DropFile found) {
    return taken.sameVersion(found) && taken.table().equals(found.table());
  }

  private void mark(TableSchema schema, long file) {
    output.accept(
        new PlacedRow(epoch, file, 0)
            .change(schema, Operation.REPLAYED, new GenericRowData(schema.arity()), -1, now, now));
  }

  private static String reason(TakeStatus status) {
    return "file-" + status.text();
  }

  /** One file with rejected records. */
  private final class OfFile {
    private final FilesLog.Taken known;
    private final DropFile found;
    private final FileTable table;
    private final StringData path;
    private final TimestampData modified;
    private final Map<Long, List<Replayed>> byRecord = new HashMap<>();
    private @Nullable Replayed refusal;
    private long accepted;
    private long newlyRejected;
    private long settled;
    private long first;
    private long last;

    OfFile(FilesLog.Taken known, DropFile found, List<Replayed> standing) {
      this.known = known;
      this.found = found;
      this.table = drop.table(found.path()).orElseThrow();
      this.path = StringData.fromString(found.path());
      this.modified = PlacedRow.timestamp(found.modifiedAtMicros());
      for (Replayed one : standing) {
        String code = one.rejected().reason().code();
        if (code.equals(REFUSED)) {
          refusal = one;
        } else if (code.startsWith("file-")) {
          rejected++; // of the rest of a file, which is no better for being read again
        } else {
          byRecord
              .computeIfAbsent(one.rejected().position().seq(), seq -> new java.util.ArrayList<>())
              .add(one);
        }
      }
    }

    void replay() throws IOException {
      if (refusal == null && byRecord.isEmpty()) {
        return;
      }
      FileRecord.End end = null;
      try (BulkFormat.Reader<FileRecord> reader =
          new DropFormat(drop).createReader(new Configuration(), DropEnumerator.split(found, 0))) {
        for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
          for (RecordAndPosition<FileRecord> next = batch.next();
              next != null;
              next = batch.next()) {
            if (next.getRecord() instanceof FileRecord.End last) {
              end = last;
            } else {
              take(next.getRecord());
            }
          }
          batch.releaseBatch();
        }
      }
      finish(end);
    }

    private void take(FileRecord record) {
      List<Replayed> standing = byRecord.getOrDefault(record.ordinal(), List.of());
      if (refusal == null && standing.isEmpty()) {
        return;
      }
      if (record instanceof FileRecord.Row row) {
        accept(row);
        standing.forEach(this::settle);
      } else if (record instanceof FileRecord.Rejected line && refusal != null) {
        reject(line.rule().name().toLowerCase(Locale.ROOT), record.ordinal(), line.reason(), line);
      } else {
        rejected += standing.size();
      }
      byRecord.remove(record.ordinal());
    }

    private void accept(FileRecord.Row row) {
      table.hide(row.row(), masks);
      row.row().setField(table.file(), path);
      output.accept(
          new PlacedRow(epoch, known.ordinal(), row.ordinal())
              .change(table.schema(), Operation.INSERT, row.row(), row.position(), modified, now));
      begins.merge(table.schema(), known.ordinal(), Math::min);
      accepted++;
      replayed++;
      first = first == 0 ? row.ordinal() : first;
      last = row.ordinal();
    }

    private void settle(Replayed standing) {
      output.accept(standing);
      settled++;
    }

    private void reject(
        String code, long ordinal, String reason, FileRecord.@Nullable Rejected line) {
      output.accept(
          new Rejected(
              table.schema().qualifiedName(),
              new Rejected.Place(found.path(), ordinal, null),
              new Rejected.Reason(code, reason),
              line == null || table.masked() ? null : line.text(),
              new Rejected.Position(epoch, known.ordinal(), ordinal)));
      newlyRejected++;
      rejected++;
    }

    private void finish(FileRecord.@Nullable End end) {
      requireWhole(end);
      long records = end.ordinal() - (end.status() == TakeStatus.REFUSED ? 0 : 1);
      if (refusal != null && end.status() == TakeStatus.REFUSED) {
        rejected++;
        return;
      }
      if (refusal == null) {
        requireSameRecords(records);
        if (accepted > 0) {
          log(TakeStatus.REPLAYED, first, last, null);
        }
        return;
      }
      if (end.status() != TakeStatus.DONE) {
        reject(reason(end.status()), end.ordinal(), String.valueOf(end.reason()), null);
      }
      settle(refusal);
      log(end.status(), 1, records, end.reason());
    }

    private void log(TakeStatus status, long from, long to, @Nullable String reason) {
      GenericRowData row =
          FilesLog.row(found, status, from, to, accepted, newlyRejected - settled, reason);
      output.accept(
          new PlacedRow(epoch, known.ordinal(), to)
              .change(FilesLog.SCHEMA, Operation.INSERT, row, -1, modified, now));
      begins.merge(FilesLog.SCHEMA, known.ordinal(), Math::min);
    }

    /** What was read of a file that changes meanwhile may be of two versions. */
    private void requireWhole(FileRecord.@Nullable End end) {
      if (end == null || end.status() == TakeStatus.CHANGED || end.status() == TakeStatus.DELETED) {
        throw new LakeException(
            ExitCode.CONFLICT,
            """
            File %s of source %s was changed or deleted while it was read again.
            Nothing was replayed. Run the replay again."""
                .formatted(found.path(), drop.config().name()));
      }
    }

    private void requireSameRecords(long records) {
      boolean same = known.ended() ? records == known.records() : records >= known.records();
      if (!same) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            """
            File %s of source %s had %d records when it was taken in, and has %d as the configuration \
            reads it now.
            Nothing was replayed, since its rejected records cannot be told among the others. Set \
            `format`, `header` and `multiline` of table %s as they were, or take all in anew: \
            `lake ingest --reload %s`."""
                .formatted(
                    found.path(),
                    drop.config().name(),
                    known.records(),
                    records,
                    table.config().name(),
                    drop.config().name()));
      }
    }
  }
}
