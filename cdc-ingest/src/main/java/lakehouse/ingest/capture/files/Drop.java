package lakehouse.ingest.capture.files;

import java.io.FileNotFoundException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.IcebergProperties;
import lakehouse.catalog.io.FileAccess;
import lakehouse.catalog.io.LocalFileIO;
import lakehouse.ingest.capture.files.StoredFile.UnreadableException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * A source of files and its tables. Its files are reached as those of the lake's tables are, so a
 * bucket is as good as a folder, with the same keys.
 */
final class Drop implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What stands before the path in a location; stores spell it in more than one way. */
  private static final Pattern STORE = Pattern.compile("^[a-z0-9+.-]+:(//[^/]*)?");

  /** What the access to S3 takes for the end of a name, or for none. */
  private static final Pattern UNSPELLABLE = Pattern.compile("[?#]|://");

  private final FilesConfig config;
  private final String root;
  private final List<FileTable> tables;

  Drop(FilesConfig config) {
    this.config = config;
    String location = config.location();
    this.root =
        // doubled slashes are one in folders, and in buckets they are not
        (isLocal(location) ? location.replaceAll("/+", "/") : location).replaceFirst("/+$", "")
            + "/";
    this.tables =
        config.tables().stream().map(table -> new FileTable(table, config.masks())).toList();
  }

  FilesConfig config() {
    return config;
  }

  List<FileTable> tables() {
    return tables;
  }

  /** The table that a file of that path below the location is of: the first that fits. */
  Optional<FileTable> table(String path) {
    return tables.stream().filter(table -> table.matches(path)).findFirst();
  }

  /** Where a file of that path is. */
  String location(String path) {
    return root + path;
  }

  /** A file of that path, to be read; whether there is one shows when it is. */
  InputFile input(DropFile file) {
    return new StoredFile(files().newInputFile(location(file.path()), file.bytes()), file.bytes());
  }

  /** Why a file of that path can never be read, or empty if it may be. */
  Optional<String> refusal(String path) {
    return !isLocal(root) && UNSPELLABLE.matcher(path).find()
        ? Optional.of("its name has one of ? # ://, by which no object can be asked for; rename it")
        : Optional.empty();
  }

  /** A file as it is now, or empty if there is none. */
  Optional<DropFile> find(String path) {
    return listed(
        location(path),
        () -> {
          for (FileInfo file : files().listPrefix(location(path))) {
            if (path(file).equals(path)) { // not only begins so
              return dropFile(file);
            }
          }
          return Optional.empty();
        });
  }

  /**
   * All files of a table, the oldest first. Names that begin with a point or an underscore are left
   * alone, also those of folders, as writers give them to what is not whole.
   */
  List<DropFile> list() {
    List<DropFile> found =
        listed(
            root,
            () -> {
              List<DropFile> files = new ArrayList<>();
              listAll().forEach(file -> dropFile(file).ifPresent(files::add));
              return files;
            });
    found.sort(Comparator.comparingLong(DropFile::modifiedAtMicros).thenComparing(DropFile::path));
    return found;
  }

  private Iterable<FileInfo> listAll() {
    return files() instanceof LocalFileIO folders
        ? folders.list(root, folder -> !isHidden(folder.getFileName().toString()))
        : files().listPrefix(root);
  }

  /** What is not there while the folder itself is not, or cannot be listed, is not gone. */
  private <T> T listed(String location, Supplier<T> listing) {
    if (LocalFileIO.isNoFolder(root)) {
      throw new UnreadableException(
          location, new FileNotFoundException("there is no folder " + root));
    }
    try {
      return listing.get();
    } catch (RuntimeException e) {
      throw new UnreadableException(location, e);
    }
  }

  private Optional<DropFile> dropFile(FileInfo file) {
    String path = path(file);
    // a name that ends so stands for the folder, in stores that have none
    if (isHidden(path) || path.isEmpty() || path.endsWith("/")) {
      return Optional.empty();
    }
    return table(path)
        .map(
            table ->
                new DropFile(
                    path, table.config().name(), file.createdAtMillis() * 1_000, file.size()));
  }

  private static boolean isHidden(String path) {
    return path.startsWith(".")
        || path.startsWith("_")
        || path.contains("/.")
        || path.contains("/_");
  }

  private String path(FileInfo file) {
    String location = withoutStore(file.location());
    String begin = withoutStore(root);
    if (!location.startsWith(begin)) {
      throw new IllegalStateException(
          "Source %s: %s is not below %s".formatted(config.name(), file.location(), root));
    }
    return location.substring(begin.length());
  }

  private static boolean isLocal(String location) {
    return location.startsWith("file:");
  }

  private static String withoutStore(String location) {
    return STORE.matcher(location).replaceFirst("");
  }

  private SupportsPrefixOperations files() {
    return FileAccess.shared(IcebergProperties.ofFiles(config.location(), config.properties()));
  }
}
