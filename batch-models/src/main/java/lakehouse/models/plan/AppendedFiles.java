package lakehouse.models.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

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

  /** The rows of files. */
  static long rows(List<DataFile> files) {
    return files.stream().mapToLong(DataFile::recordCount).sum();
  }
}
