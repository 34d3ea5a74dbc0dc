package lakehouse.ingest.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the cluster of this process keeps what it needs only while it runs. A process that is
 * killed leaves some 25 MB, which the next one that takes a folder beside it deletes.
 */
final class ScratchFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScratchFolder.class);

  /** No source has such a name. */
  private static final String NAME = ".scratch";

  private final Path path;
  private final FolderLock lock;

  private ScratchFolder(Path path, FolderLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes one within the folder of the ingest's state; none where that cannot be written or locked.
   */
  static Optional<ScratchFolder> take(Path stateFolder) {
    Path all = stateFolder.resolve(NAME);
    try {
      Files.createDirectories(all);
      // one process at a time, so that none takes the folder of another that is about to lock it
      try (FileChannel guard =
              FileChannel.open(
                  all.resolve("guard"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock unused = guard.lock()) {
        deleteAbandoned(all);
        Path path = all.resolve(UUID.randomUUID().toString());
        return FolderLock.tryTake(path).map(lock -> new ScratchFolder(path, lock));
      }
    } catch (IOException | OverlappingFileLockException e) {
      LOG.warn("What Flink keeps on disk while it runs is not in {}", all, e);
      return Optional.empty();
    }
  }

  private static void deleteAbandoned(Path all) throws IOException {
    List<Path> left;
    try (Stream<Path> folders = Files.list(all)) {
      left = folders.filter(Files::isDirectory).toList();
    }
    for (Path folder : left) {
      try {
        FolderLock.tryTake(folder).ifPresent(lock -> delete(folder, lock));
      } catch (IOException e) {
        LOG.warn("{} may be needed no more, and cannot be looked at", folder, e);
      }
    }
  }

  private static void delete(Path folder, FolderLock held) {
    try (held) {
      FileUtils.deleteDirectory(folder.toFile());
    } catch (IOException e) {
      LOG.warn("{} is not needed any more, and cannot be deleted", folder, e);
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    delete(path, lock);
  }
}
