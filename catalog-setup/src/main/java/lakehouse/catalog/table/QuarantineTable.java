package lakehouse.catalog.table;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;

/**
 * The quarantine of a source: what its capture did not take into bronze, or not whole. One table
 * for each writer, {@code ops.quarantine_<source>}, put in the same catalog commit as the rows that
 * were taken, and appended to alone.
 */
public final class QuarantineTable {
  private static final String PREFIX = "quarantine_";

  /** Its columns; ids are in their order. */
  public static final Schema SCHEMA =
      new Schema(
          required(1, "id", Types.StringType.get(), "The row's id, the same if it is met again"),
          required(2, "source", Types.StringType.get(), "The source's name"),
          required(3, "table_name", Types.StringType.get(), "The source's table, schema.table"),
          optional(4, "file", Types.StringType.get(), "The file that it was read from"),
          optional(5, "line_number", Types.LongType.get(), "Its line or ordinal in it, from 1"),
          optional(6, "at_position", Types.StringType.get(), "Elsewise what finds it"),
          required(7, "reason", Types.StringType.get(), "Why, as a code"),
          required(8, "message", Types.StringType.get(), "Why, as a sentence"),
          optional(9, "row_text", Types.StringType.get(), "The row; masked columns are masked"),
          optional(10, "row_characters", Types.LongType.get(), "Its length before it was cut"),
          required(11, "epoch", Types.IntegerType.get(), "_epoch that it has, or would have"),
          required(12, "commit_lsn", Types.LongType.get(), "_commit_lsn likewise"),
          required(13, "seq", Types.LongType.get(), "_seq likewise"),
          required(14, "run", Types.StringType.get(), "The capture run that met it"),
          required(15, "rejected_at", Types.TimestampType.withZone(), "When it was met"));

  /**
   * The reason of a row which says that those of its id that were met until then were replayed:
   * they do not stand in the quarantine any more.
   */
  public static final String REPLAYED = "replayed";

  /** A longer row is cut to so many characters. */
  public static final int MAX_ROW_CHARACTERS = 1 << 20;

  private QuarantineTable() {}

  /** The table of a source. */
  public static TableIdentifier of(String source) {
    return TableIdentifier.of(Layer.OPS.namespace(), PREFIX + source);
  }

  /** The source whose quarantine the table is, or empty if it is none. */
  public static Optional<String> source(TableIdentifier table) {
    return table.namespace().equals(Layer.OPS.namespace()) && table.name().startsWith(PREFIX)
        ? Optional.of(table.name().substring(PREFIX.length()))
        : Optional.empty();
  }
}
