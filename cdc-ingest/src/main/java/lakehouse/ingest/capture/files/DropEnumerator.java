package lakehouse.ingest.capture.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.CatalogConfig;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Finds the files that the catalog does not hold yet, or not whole, and those that were written
 * again since they were taken in. Names that begin with a point or an underscore are left alone, as
 * writers give them to files that are not whole.
 */
final class DropEnumerator implements FileEnumerator {
  private static final String[] NO_HOSTS = {};

  private final Drop drop;
  private final Map<String, FilesLog.Taken> taken;

  DropEnumerator(Drop drop, Map<String, FilesLog.Taken> taken) {
    this.drop = drop;
    this.taken = new HashMap<>(taken);
  }

  /** Makes an enumerator that knows what the catalog holds when it is made. */
  record Provider(CatalogConfig catalog, Drop drop, int epoch) implements FileEnumerator.Provider {
    @Override
    public FileEnumerator create() {
      try (LakeCatalog lake = LakeCatalog.open(catalog)) {
        return new DropEnumerator(drop, FilesLog.read(lake, drop.config().name(), epoch));
      }
    }
  }

  @Override
  public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int minDesiredSplits)
      throws IOException {
    long settled = System.currentTimeMillis() - drop.config().quietTime().toMillis();
    List<FileSourceSplit> splits = new ArrayList<>();
    for (Found found : list(drop)) {
      if (found.status().getModificationTime() > settled) {
        continue; // it may not be whole yet
      }
      FilesLog.Taken known = taken.get(found.file().path());
      if (known == null) {
        splits.add(split(found, found.file().path(), found.status().getPath(), 0));
        taken.put(
            found.file().path(), new FilesLog.Taken(found.file(), 0, 0, 0, true, found.file()));
      } else if (!known.reported().sameVersion(found.file())) {
        // a path of its own, since the source passes over paths that it has seen
        Path told =
            found
                .status()
                .getPath()
                .suffix("#" + found.file().modifiedAtMicros() + "-" + found.file().bytes());
        splits.add(split(found, DropFormat.REWRITTEN + found.file().path(), told, 0));
        taken.put(
            found.file().path(), new FilesLog.Taken(known.file(), 0, 0, 0, true, found.file()));
      } else if (!known.ended()) {
        splits.add(split(found, found.file().path(), found.status().getPath(), known.records()));
        taken.put(
            found.file().path(), new FilesLog.Taken(known.file(), 0, 0, 0, true, known.file()));
      }
    }
    return splits;
  }

  /**
   * A file that was found.
   *
   * @param status what the file system says of it
   */
  record Found(DropFile file, FileStatus status) {}

  /** All files of a table, begun ones first, then the oldest. */
  static List<Found> list(Drop drop) throws IOException {
    List<Found> found = new ArrayList<>();
    FileSystem files = drop.location().getFileSystem();
    String root = drop.location().makeQualified(files).getPath();
    list(files, drop, root.endsWith("/") ? root : root + "/", drop.location(), found);
    found.sort(
        Comparator.comparingLong((Found one) -> one.file().modifiedAtMicros())
            .thenComparing(one -> one.file().path()));
    return found;
  }

  private static void list(FileSystem files, Drop drop, String root, Path folder, List<Found> found)
      throws IOException {
    FileStatus[] all;
    try {
      all = files.listStatus(folder);
    } catch (FileNotFoundException goneMeanwhile) {
      return;
    }
    for (FileStatus status : all == null ? new FileStatus[0] : all) {
      String name = status.getPath().getName();
      if (name.startsWith(".") || name.startsWith("_")) {
        continue;
      }
      if (status.isDir()) {
        list(files, drop, root, status.getPath(), found);
        continue;
      }
      String path = status.getPath().getPath().substring(root.length());
      drop.table(path)
          .ifPresent(
              table ->
                  found.add(
                      new Found(
                          new DropFile(
                              path,
                              table.config().name(),
                              status.getModificationTime() * 1_000,
                              status.getLen()),
                          status)));
    }
  }

  static FileSourceSplit split(Found found, String id, Path path, long records) {
    return new FileSourceSplit(
        id,
        path,
        0,
        found.status().getLen(),
        found.status().getModificationTime(),
        found.status().getLen(),
        NO_HOSTS,
        records == 0 ? null : new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, records));
  }
}
