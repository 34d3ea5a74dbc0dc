package lakehouse.ingest.capture.files;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lakehouse.catalog.config.FileTableConfig;
import lakehouse.ingest.event.TableSchema;
import org.apache.iceberg.types.Types;

/** A table whose rows come in files: its columns and the layout of its rows. */
final class FileTable implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What a row has beside the columns: name to text, or to JSON where it is none. */
  static final String EXTRA = "_extra";

  /** The file that a row came in. */
  static final String FILE = "_file";

  private static final Pattern STARS = Pattern.compile("\\*+");

  private final FileTableConfig config;
  private final List<FileColumn> columns;
  private final TableSchema schema;
  private final Pattern path;

  FileTable(FileTableConfig config) {
    this.config = config;
    this.columns =
        List.copyOf(
            config.columns().stream()
                .map(column -> new FileColumn(column, config.key().contains(column.name())))
                .toList());
    List<TableSchema.Column> all = new ArrayList<>();
    columns.forEach(
        column -> all.add(new TableSchema.Column(column.name(), column.bronzeType(), null)));
    all.add(
        new TableSchema.Column(
            EXTRA,
            Types.MapType.ofRequired(1, 2, Types.StringType.get(), Types.StringType.get()),
            null));
    all.add(new TableSchema.Column(FILE, Types.StringType.get(), null));
    this.schema = new TableSchema("public", config.name(), all, config.key());
    this.path = Pattern.compile(regex(config.path()));
  }

  /** Where a star is any text without, two stars any text with a slash. */
  static String regex(String path) {
    StringBuilder regex = new StringBuilder();
    Matcher stars = STARS.matcher(path);
    int end = 0;
    while (stars.find()) {
      regex.append(Pattern.quote(path.substring(end, stars.start())));
      regex.append(stars.group().length() > 1 ? ".*" : "[^/]*");
      end = stars.end();
    }
    regex.append(Pattern.quote(path.substring(end)));
    return regex.toString();
  }

  FileTableConfig config() {
    return config;
  }

  List<FileColumn> columns() {
    return columns;
  }

  TableSchema schema() {
    return schema;
  }

  /** Position of {@value #EXTRA} in a row. */
  int extra() {
    return columns.size();
  }

  /** Position of {@value #FILE} in a row. */
  int file() {
    return columns.size() + 1;
  }

  /** Whether a file of that path below the location is of this table. */
  boolean matches(String relativePath) {
    return path.matcher(relativePath).matches();
  }
}
