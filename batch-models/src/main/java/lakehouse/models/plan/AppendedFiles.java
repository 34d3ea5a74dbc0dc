package lakehouse.models.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/** Finds what was appended to a table by its files' sequence numbers. */
public final class AppendedFiles {
  private AppendedFiles() {}

  /**
   * The files that came after a sequence number, in no order.
   *
   * @param sequenceNumber a known one: after none, all files would be new
   */
  public static List<DataFile> after(Table table, long sequenceNumber) {
    if (sequenceNumber == Watermark.UNKNOWN) {
      throw new IllegalArgumentException("nobody knows what came to " + table.name());
    }
    List<DataFile> files = new ArrayList<>();
    Snapshot snapshot = table.currentSnapshot();
    if (snapshot == null) {
      return files;
    }
    for (ManifestFile manifest : snapshot.dataManifests(table.io())) {
      if (manifest.sequenceNumber() > sequenceNumber) {
        files.addAll(after(table, manifest, sequenceNumber));
      }
    }
    return files;
  }

  private static List<DataFile> after(Table table, ManifestFile manifest, long sequenceNumber) {
    List<DataFile> files = new ArrayList<>();
    try (ManifestReader<DataFile> reader =
        ManifestFiles.read(manifest, table.io(), table.specs())) {
      for (DataFile file : reader) {
        if (file.dataSequenceNumber() > sequenceNumber) {
          files.add(file.copy());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /**
   * The lists, maps and structs of a table that are null in all rows that were appended after it
   * was read last. Iceberg's fast readers read no such columns, and go row by row where one is
   * asked for. What a file does not tell of is taken for something.
   */
  public static Set<String> nullColumns(Table table, Watermark after) {
    Map<String, Integer> nulls = new HashMap<>();
    for (Types.NestedField field : table.schema().columns()) {
      if (field.type().isNestedType()) {
        nulls.put(field.name(), field.fieldId());
      }
    }
    if (after.equals(Watermark.NONE)) {
      keepNulls(nulls, table.newScan().includeColumnStats().planFiles());
    } else if (table.snapshot(after.snapshot()) == null) {
      after(table, after.sequenceNumber()).forEach(file -> keepNulls(nulls, file));
    } else {
      keepNulls(
          nulls,
          table
              .newIncrementalAppendScan()
              .fromSnapshotExclusive(after.snapshot())
              .includeColumnStats()
              .planFiles());
    }
    return nulls.keySet();
  }

  private static void keepNulls(Map<String, Integer> nulls, CloseableIterable<FileScanTask> files) {
    try (files) {
      for (FileScanTask task : files) {
        keepNulls(nulls, task.file());
        if (nulls.isEmpty()) {
          return;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void keepNulls(Map<String, Integer> nulls, DataFile file) {
    Map<Integer, Long> told = file.nullValueCounts();
    nulls.values().removeIf(id -> told == null || told.getOrDefault(id, -1L) != file.recordCount());
  }

  /** The rows of files. */
  static long rows(List<DataFile> files) {
    return files.stream().mapToLong(DataFile::recordCount).sum();
  }
}
