package lakehouse.load.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import org.jspecify.annotations.Nullable;

/** The folder of one demo: its own, so that it may delete it. */
final class DemoFolder {
  /** Says that the folder is a demo's, and whether it is to be kept. */
  private static final String MARK = "demo";

  private static final String KEPT = "kept";

  private final DataFolder data;

  private DemoFolder(DataFolder data) {
    this.data = data;
  }

  /**
   * Makes the folder; what an earlier demo left there when it was killed is deleted.
   *
   * @throws LakeException if the folder holds anything else
   */
  static DemoFolder make(Path path) {
    DemoFolder folder = new DemoFolder(new DataFolder(path));
    if (Files.exists(folder.data.path()) && !folder.empty()) {
      folder.requireLeftOver();
      folder.delete();
    }
    folder.data.create();
    folder.mark("running");
    return folder;
  }

  DataFolder data() {
    return data;
  }

  /** Keeps what it holds from being deleted by a later demo. */
  void keep() {
    mark(KEPT);
  }

  /** Deletes it, with all it holds. */
  void delete() {
    delete(data.path());
  }

  /**
   * How much the warehouse holds.
   *
   * @param files data and delete files
   * @param bytes of these
   */
  record Size(long files, long bytes) {}

  /** How much the warehouse holds now. */
  Size warehouseSize() {
    try (Stream<Path> paths = Files.walk(data.warehouse())) {
      long[] size = new long[2];
      paths
          .filter(path -> path.toString().endsWith(".parquet"))
          .forEach(
              path -> {
                size[0]++;
                size[1] += path.toFile().length();
              });
      return new Size(size[0], size[1]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void mark(String text) {
    try {
      Files.writeString(data.path().resolve(MARK), text + "\n", UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireLeftOver() {
    String mark = readMark();
    if (mark == null) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          """
          %s holds something, and not of a demo; nothing was touched.
          Choose a folder that is empty or not there, with --data."""
              .formatted(data));
    }
    boolean runs =
        PlatformFile.read(data)
            .filter(file -> file.state() == PlatformFile.State.RUNNING)
            .flatMap(file -> ProcessHandle.of(file.pid()))
            .filter(ProcessHandle::isAlive)
            .isPresent();
    if (runs) {
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          A platform runs on %1$s: another demo, or one that was killed.
          Stop it with `lake up --stop --data '%1$s'`, or choose another folder with --data."""
              .formatted(data));
    }
    if (mark.equals(KEPT)) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          """
          %1$s holds a demo that was kept; nothing was touched.
          Start it again with `lake up --data '%1$s'`, or delete the folder, or choose another \
          with --data."""
              .formatted(data));
    }
  }

  private @Nullable String readMark() {
    try {
      return Files.readString(data.path().resolve(MARK), UTF_8).strip();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean empty() {
    try (Stream<Path> files = Files.list(data.path())) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path done, @Nullable IOException failure)
                throws IOException {
              Files.deleteIfExists(done);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException alreadyGone) {
      // what was asked for
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
