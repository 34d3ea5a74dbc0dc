package lakehouse.ingest.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import lakehouse.catalog.commit.StateMismatchException;

/**
 * Keeps a second capture of a source away that has the same state folder: a lock on a file in it,
 * which the system lets go of when this process ends. A capture with another state folder is fenced
 * off by the catalog alone, at its first commit.
 */
final class FolderLock implements SourceKind.Lock {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws StateMismatchException if another capture holds it
   */
  static FolderLock take(String source, Path stateFolder) {
    Path file = stateFolder.resolve(source).resolve("lock");
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel)) {
        return new FolderLock(channel);
      }
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new StateMismatchException(
        """
        Source %s is being captured already: another ingest, or a replay, holds the lock on %s.
        Stop the other ingest, and start again."""
            .formatted(source, file));
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException heldHere) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
