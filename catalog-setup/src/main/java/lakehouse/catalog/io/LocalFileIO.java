package lakehouse.catalog.io;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
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

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    Path root = file(prefix).toPath();
    if (!Files.exists(root)) {
      return java.util.List.of();
    }
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.filter(Files::isRegularFile).map(LocalFileIO::info).toList();
    } catch (IOException e) {
      throw new RuntimeIOException(e, "Cannot list %s", prefix);
    }
  }

  @Override
  public void deletePrefix(String prefix) {
    for (Iterator<FileInfo> files = listPrefix(prefix).iterator(); files.hasNext(); ) {
      deleteFile(files.next().location());
    }
  }

  private static FileInfo info(Path path) {
    try {
      return new FileInfo(
          "file://" + path, Files.size(path), Files.getLastModifiedTime(path).toMillis());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
