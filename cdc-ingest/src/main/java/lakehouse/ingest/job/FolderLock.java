package lakehouse.ingest.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import lakehouse.catalog.commit.StateMismatchException;

/**
 * Keeps a second capture of a source away that has the same state folder: a lock on a file in it,
 * which the system lets go of when this process ends. A capture with another state folder is fenced
 * off by the catalog alone, at its first commit.
 */
final class FolderLock implements SourceKind.Lock {
  private static final String FILE = "lock";

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws StateMismatchException if another capture holds it
   */
  static FolderLock take(String source, Path stateFolder) {
    Path folder = stateFolder.resolve(source);
    try {
      return tryTake(folder)
          .orElseThrow(
              () ->
                  new StateMismatchException(
                      """
                      Source %s is being captured already: another ingest, or a replay, holds the \
                      lock on %s.
                      Stop the other ingest, and start again."""
                          .formatted(source, folder.resolve(FILE))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lock on a folder, which is made if need be; empty if it is held. */
  static Optional<FolderLock> tryTake(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(channel)) {
      return Optional.of(new FolderLock(channel));
    }
    channel.close();
    return Optional.empty();
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
