package lakehouse.ingest.capture.files;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.jspecify.annotations.Nullable;

/** Hands out files that were begun first, then the oldest: of a key, the latest file counts. */
final class OldestFirst implements FileSplitAssigner {
  private final TreeSet<FileSourceSplit> waiting =
      new TreeSet<>(
          Comparator.comparing((FileSourceSplit split) -> split.getReaderPosition().isEmpty())
              .thenComparingLong(FileSourceSplit::fileModificationTime)
              .thenComparing(FileSourceSplit::splitId)
              .thenComparingLong(FileSourceSplit::fileSize));

  OldestFirst(Collection<FileSourceSplit> splits) {
    waiting.addAll(splits);
  }

  @Override
  public Optional<FileSourceSplit> getNext(@Nullable String hostname) {
    return Optional.ofNullable(waiting.pollFirst());
  }

  @Override
  public void addSplits(Collection<FileSourceSplit> splits) {
    waiting.addAll(splits);
  }

  @Override
  public Collection<FileSourceSplit> remainingSplits() {
    return waiting;
  }
}
