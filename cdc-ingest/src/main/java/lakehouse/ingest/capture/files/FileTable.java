package lakehouse.ingest.capture.files;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lakehouse.catalog.config.FileTableConfig;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.ContractColumn;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.iceberg.types.Types;

/** A table whose rows come in files: its columns and the layout of its rows. */
final class FileTable implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What a row has beside the columns: a JSON object as text. */
  static final String EXTRA = "_extra";

  /** The file that a row came in. */
  static final String FILE = "_source_file";

  /** Files have no schemas. */
  private static final String SCHEMA = "public";

  private static final Pattern STARS = Pattern.compile("\\*+");

  private final FileTableConfig config;
  private final List<ContractColumn> columns;
  private final TableSchema schema;
  private final Pattern path;

  FileTable(FileTableConfig config, List<MaskConfig> masks) {
    this.config = config;
    this.columns =
        List.copyOf(
            config.columns().stream()
                .map(
                    column ->
                        new ContractColumn(
                            column,
                            config.key().contains(column.name()),
                            ColumnMasks.method(masks, SCHEMA, config.name(), column.name())
                                .orElse(null)))
                .toList());
    List<TableSchema.Column> all = new ArrayList<>();
    columns.forEach(
        column ->
            all.add(new TableSchema.Column(column.name(), column.bronzeType(), column.mask())));
    all.add(new TableSchema.Column(EXTRA, Types.StringType.get(), null));
    all.add(new TableSchema.Column(FILE, Types.StringType.get(), null));
    this.schema = new TableSchema(SCHEMA, config.name(), all, config.key());
    this.path = Pattern.compile(regex(config.path()));
  }

  /** Whether a column of it is hidden, so that none of its text may be kept as it came. */
  boolean masked() {
    return columns.stream().anyMatch(column -> column.mask() != null);
  }

  /** Hides in a row what is not to be seen in bronze. */
  void hide(GenericRowData row, ColumnMasks masks) {
    for (int i = 0; i < columns.size(); i++) {
      MaskConfig.Method mask = columns.get(i).mask();
      if (mask != null) {
        Object value = mask == MaskConfig.Method.REDACT ? null : row.getField(i);
        row.setField(
            i, value == null ? null : StringData.fromString(masks.token(value.toString())));
      }
    }
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

  List<ContractColumn> columns() {
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
