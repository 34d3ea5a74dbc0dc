package lakehouse.catalog.config;

import java.io.Serializable;
import java.util.List;

/**
 * A table whose rows come in files.
 *
 * @param name the table's name in bronze
 * @param path which files it is made of, below the source's location: {@code *} is any text
 *     without, {@code **} any text with a slash
 * @param format how the files are written
 * @param header whether the first line of a CSV file names its columns
 * @param delimiter what parts the values of a CSV line
 * @param multiline whether a quoted value of a CSV file may hold line ends
 * @param encoding the character set of JSON lines and CSV
 * @param maxLineBytes a longer line is rejected without being held in memory
 * @param key the columns that tell rows apart; none for a table of rows as they come
 * @param columns the columns; what else a row has is kept in {@code _extra}
 */
public record FileTableConfig(
    @Key(
            value = "The table's name in bronze.",
            pattern = "[a-z][a-z0-9_]{0,62}",
            expected = "a lower-case letter, then lower-case letters, digits and _")
        String name,
    @Key(
            value =
                "Which files it is made of, below the source's location: * is any text without, **"
                    + " any text with a slash.",
            pattern = "[^/].*",
            expected = "a path without a slash at its begin, such as orders/*.jsonl.gz")
        String path,
    @Key("How the files are written; json-lines and csv may be gzipped (.gz).") FileFormat format,
    @Key(value = "Whether the first line of a CSV file names its columns.", defaultValue = "true")
        boolean header,
    @Key(
            value = "What parts the values of a CSV line.",
            defaultValue = "','",
            pattern = "[^\"\\r\\n]",
            expected = "one character, but no quote or line end")
        String delimiter,
    @Key(value = "Whether a quoted value of a CSV file may hold line ends.", defaultValue = "false")
        boolean multiline,
    @Key(
            value = "The character set of JSON lines and CSV, one that contains ASCII.",
            defaultValue = "UTF-8")
        String encoding,
    @Key(
            value = "A longer line is rejected, without being held in memory.",
            defaultValue = "1 MiB",
            max = 64 << 20)
        long maxLineBytes,
    @Key(
            value = "The columns that tell rows apart; none for a table of rows as they come.",
            defaultValue = "[]")
        List<String> key,
    @Key("The columns; what else a row has is kept in the column _extra.")
        List<ColumnConfig> columns)
    implements Serializable {
  public FileTableConfig {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
  }

  /** How files are written. */
  public enum FileFormat {
    JSON_LINES,
    CSV,
    PARQUET
  }
}
