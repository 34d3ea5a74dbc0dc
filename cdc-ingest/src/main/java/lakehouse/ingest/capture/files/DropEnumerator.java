package lakehouse.ingest.capture.files;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.CatalogConfig;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;

/**
 * Finds the files that the catalog does not hold yet, or not whole, and those that were written
 * again since they were taken in.
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
  public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int minDesiredSplits) {
    long settled = System.currentTimeMillis() - drop.config().quietTime().toMillis();
    List<FileSourceSplit> splits = new ArrayList<>();
    for (DropFile file : drop.list()) {
      if (file.modifiedAtMicros() / 1_000 > settled) {
        continue; // it may not be whole yet
      }
      FilesLog.Taken known = taken.get(file.path());
      if (known == null) {
        splits.add(split(file, 0));
        taken.put(file.path(), new FilesLog.Taken(file, 0, 0, 0, true, file));
      } else if (!known.reported().sameVersion(file)) {
        splits.add(rewritten(file));
        taken.put(file.path(), new FilesLog.Taken(known.file(), 0, 0, 0, true, file));
      } else if (!known.ended()) {
        splits.add(split(file, known.records()));
        taken.put(file.path(), new FilesLog.Taken(known.file(), 0, 0, 0, true, known.file()));
      }
    }
    return splits;
  }

  /** A split that is read from its beginning, or behind so many records. */
  static FileSourceSplit split(DropFile file, long records) {
    return split(file, file.path(), file.path(), records);
  }

  /** A split that only tells, known by its version: the source passes over what it has seen. */
  private static FileSourceSplit rewritten(DropFile file) {
    String version = file.path() + "#" + file.modifiedAtMicros() + "-" + file.bytes();
    return split(file, DropFormat.REWRITTEN + file.path(), version, 0);
  }

  /**
   * @param known what the source knows it by; a path of Flink's does not keep all characters
   */
  private static FileSourceSplit split(DropFile file, String id, String known, long records) {
    return new FileSourceSplit(
        id,
        new Path("drop:/" + URLEncoder.encode(known, StandardCharsets.UTF_8)),
        0,
        file.bytes(),
        file.modifiedAtMicros() / 1_000,
        file.bytes(),
        NO_HOSTS,
        records == 0 ? null : new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, records));
  }
}
