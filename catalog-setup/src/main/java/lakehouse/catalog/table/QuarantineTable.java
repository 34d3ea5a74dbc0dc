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
 * were taken; an append-only log, in which a row's id comes again once it was replayed.
 */
public final class QuarantineTable {
  /** Of a row that was not taken. */
  public static final String REJECTED = "rejected";

  /** Of a row that was taken later, by a replay. */
  public static final String REPLAYED = "replayed";

  private static final String PREFIX = "quarantine_";

  /** Its columns; ids are in their order. */
  public static final Schema SCHEMA =
      new Schema(
          required(
              1, "id", Types.StringType.get(), "The row's id, the same in every writing of it"),
          required(2, "status", Types.StringType.get(), "rejected; later also replayed"),
          required(3, "source", Types.StringType.get(), "The source's name"),
          required(4, "table_name", Types.StringType.get(), "The source's table, schema.table"),
          optional(5, "file", Types.StringType.get(), "The file that it was read from"),
          optional(
              6, "line_number", Types.LongType.get(), "Its line or ordinal in the file, from 1"),
          optional(
              7, "at_position", Types.StringType.get(), "Elsewise what finds it in the source"),
          required(8, "reason", Types.StringType.get(), "Why, as a code"),
          required(9, "message", Types.StringType.get(), "Why, as a sentence"),
          optional(10, "row_text", Types.StringType.get(), "The row; masked columns are masked"),
          optional(11, "row_characters", Types.LongType.get(), "Its length before it was cut"),
          required(12, "epoch", Types.IntegerType.get(), "_epoch that it has, or would have"),
          required(13, "commit_lsn", Types.LongType.get(), "_commit_lsn likewise"),
          required(14, "seq", Types.LongType.get(), "_seq likewise"),
          required(15, "run", Types.StringType.get(), "The capture run that met it"),
          required(
              16, "rejected_at", Types.TimestampType.withZone(), "When it was met, or replayed"));

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
