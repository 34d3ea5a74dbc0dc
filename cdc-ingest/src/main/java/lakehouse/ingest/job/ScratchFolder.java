package lakehouse.ingest.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Makes one within the folder of the ingest's state. */
  static ScratchFolder take(Path stateFolder) {
    Path all = stateFolder.resolve(NAME);
    try {
      if (Files.isDirectory(all)) {
        deleteAbandoned(all);
      }
      while (true) {
        Path path = all.resolve(UUID.randomUUID().toString());
        Optional<FolderLock> lock = FolderLock.tryTake(path);
        if (lock.isPresent()) {
          return new ScratchFolder(path, lock.get());
        }
        // one that starts at the same moment took it for abandoned
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteAbandoned(Path all) throws IOException {
    List<Path> left;
    try (Stream<Path> folders = Files.list(all)) {
      left = folders.toList();
    }
    for (Path folder : left) {
      Optional<FolderLock> lock = FolderLock.tryTake(folder);
      if (lock.isPresent()) {
        delete(folder, lock.get());
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
