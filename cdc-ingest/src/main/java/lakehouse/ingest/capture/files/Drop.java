package lakehouse.ingest.capture.files;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.config.FilesConfig;
import org.apache.flink.core.fs.Path;

/** A source of files and its tables. */
final class Drop implements Serializable {
  private static final long serialVersionUID = 1L;

  private final FilesConfig config;
  private final List<FileTable> tables;

  Drop(FilesConfig config) {
    this.config = config;
    this.tables =
        config.tables().stream().map(table -> new FileTable(table, config.masks())).toList();
  }

  FilesConfig config() {
    return config;
  }

  List<FileTable> tables() {
    return tables;
  }

  Path location() {
    return new Path(config.location());
  }

  /** The table that a file of that path below the location is of: the first that fits. */
  Optional<FileTable> table(String relativePath) {
    return tables.stream().filter(table -> table.matches(relativePath)).findFirst();
  }
}
