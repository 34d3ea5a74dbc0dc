package lakehouse.catalog.io;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Iceberg's file access for a warehouse on the local file system, straight through {@code
 * java.nio}: Hadoop's local file system writes a checksum file beside each file and forks on
 * permissions, which makes it about twice as slow for small metadata files.
 *
 * <p>A location is {@code file:} and an absolute path, or the path alone. It is taken literally, as
 * Hadoop and Iceberg do: a space is a space, and a percent sign no escape. Parent folders are made
 * on write. Safe for use by many threads.
 */
public final class LocalFileIO implements FileIO, SupportsPrefixOperations {
  private static final long serialVersionUID = 1L;

  private Map<String, String> properties = Map.of();

  /** Made by name from the catalog's properties. */
  public LocalFileIO() {}

  @Override
  public void initialize(Map<String, String> catalogProperties) {
    properties = Map.copyOf(catalogProperties);
  }

  @Override
  public Map<String, String> properties() {
    return properties;
  }

  @Override
  public InputFile newInputFile(String location) {
    return new LocalInputFile(location, org.apache.iceberg.Files.localInput(file(location)));
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new LocalOutputFile(location, org.apache.iceberg.Files.localOutput(file(location)));
  }

  @Override
  public void deleteFile(String location) {
    try {
      Files.delete(file(location).toPath());
    } catch (NoSuchFileException alreadyGone) {
      // deleting twice is what a retry does
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot delete %s", location);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Links are followed. What is deleted meanwhile is left out, and what may not be read is an
   * error.
   */
  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    return list(prefix, folder -> true);
  }

  /**
   * The same, but only in some folders.
   *
   * @param entered tells of each folder below the prefix whether it is looked into
   */
  public List<FileInfo> list(String prefix, Predicate<Path> entered) {
    return list(prefix, EnumSet.of(FileVisitOption.FOLLOW_LINKS), entered);
  }

  @Override
  public void deletePrefix(String prefix) {
    list(prefix, EnumSet.noneOf(FileVisitOption.class), folder -> true)
        .forEach(file -> deleteFile(file.location()));
  }

  private static List<FileInfo> list(
      String prefix, Set<FileVisitOption> options, Predicate<Path> entered) {
    List<FileInfo> found = new ArrayList<>();
    Path root = file(prefix).toPath();
    try {
      Files.walkFileTree(
          root,
          options,
          Integer.MAX_VALUE,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes folder) {
              return path.equals(root) || entered.test(path)
                  ? FileVisitResult.CONTINUE
                  : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes file)
                throws IOException {
              if (file.isSymbolicLink() && !options.isEmpty() && entered.test(path)) {
                requireDangling(path);
              }
              if (file.isRegularFile()) {
                found.add(
                    new FileInfo(
                        "file://" + path, file.size(), file.lastModifiedTime().toMillis()));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
              boolean missed = path.equals(root) || entered.test(path);
              if (e instanceof NoSuchFileException || !missed) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot list %s: %s", prefix, e);
    }
    return found;
  }

  /** A link that leads nowhere is as good as none; one whose end may not be seen is an error. */
  private static void requireDangling(Path link) throws IOException {
    try {
      Files.readAttributes(link, BasicFileAttributes.class);
    } catch (NoSuchFileException dangling) {
      // that is what was asked
    }
  }

  /** Whether a location is on the local file system, and no folder. */
  public static boolean isNoFolder(String location) {
    return location.startsWith("file:") && !Files.isDirectory(file(location).toPath());
  }

  private static File file(String location) {
    return new File(
        location.startsWith("file:")
            ? location.substring("file:".length()).replaceFirst("^/+", "/")
            : location);
  }

  /** Keeps the location as it was asked for: Iceberg compares locations as text. */
  private record LocalInputFile(String location, InputFile delegate) implements InputFile {
    @Override
    public long getLength() {
      return delegate.getLength();
    }

    @Override
    public org.apache.iceberg.io.SeekableInputStream newStream() {
      return delegate.newStream();
    }

    @Override
    public boolean exists() {
      return delegate.exists();
    }
  }

  private record LocalOutputFile(String location, OutputFile delegate) implements OutputFile {
    @Override
    public PositionOutputStream create() {
      makeFolder();
      return delegate.create();
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      makeFolder();
      return delegate.createOrOverwrite();
    }

    // Iceberg's own way fails when another writer makes the same folder at the same time.
    private void makeFolder() {
      Path folder = file(location).toPath().getParent();
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot make folder %s", folder);
      }
    }

    @Override
    public InputFile toInputFile() {
      return new LocalInputFile(location, delegate.toInputFile());
    }
  }
}
