package lakehouse.catalog.table;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The metadata columns that stand after the source's own columns in every bronze table, and the
 * table properties that describe the source table. This is the contract between ingest and models.
 */
public final class ChangeColumns {
  /**
   * What happened: {@code l} a load of the table begins and all before it is void, {@code r} loaded
   * row, {@code c} insert, {@code u} update, {@code d} delete, {@code t} truncate, {@code p} rows
   * come in this commit whose place is before that of others in the table, nothing is void. String.
   */
  public static final String OP = "_op";

  /** Rises when the source's log positions start anew; first part of the order. Int. */
  public static final String EPOCH = "_epoch";

  /** Position of the transaction in the source's log; second part of the order. Long. */
  public static final String COMMIT_LSN = "_commit_lsn";

  /** Ordinal inside the transaction; third part of the order. Long. */
  public static final String SEQ = "_seq";

  /** Position of the change's own record, which does not follow the commit order. Long. */
  public static final String LSN = "_lsn";

  /** The source's transaction id; null for loaded rows. Long. */
  public static final String TX_ID = "_tx_id";

  /** When the source committed; the load's start for loaded rows. Timestamp with time zone. */
  public static final String COMMITTED_AT = "_committed_at";

  /** When the ingest saw the change. Timestamp with time zone. */
  public static final String CAPTURED_AT = "_captured_at";

  /** The former key, on the {@code c} of a key change. Struct of the key columns. */
  public static final String OLD_KEY = "_old_key";

  /** Columns whose value the log did not carry; their value here is null. List of string. */
  public static final String UNCHANGED = "_unchanged";

  /** Column to the source's text where the column's type cannot hold the value. Map. */
  public static final String UNREPRESENTABLE = "_unrepresentable";

  /** All metadata columns, in their order. */
  public static final List<String> ALL =
      List.of(
          OP,
          EPOCH,
          COMMIT_LSN,
          SEQ,
          LSN,
          TX_ID,
          COMMITTED_AT,
          CAPTURED_AT,
          OLD_KEY,
          UNCHANGED,
          UNREPRESENTABLE);

  private static final Set<String> NAMES = Set.copyOf(ALL);

  // as org.apache.iceberg.MetadataColumns has them; it is not the same in every engine's runtime
  private static final Set<String> OF_ICEBERG =
      Set.of(
          "_file",
          "_pos",
          "_deleted",
          "_spec_id",
          "_partition",
          "_row_id",
          "_last_updated_sequence_number");

  /** Table property: the source's name. */
  public static final String SOURCE_PROPERTY = "lakehouse.source";

  /** Table property: the source table, {@code schema.table}. */
  public static final String SOURCE_TABLE_PROPERTY = "lakehouse.source-table";

  /** Table property: the key's columns as a JSON array of names; empty for a keyless table. */
  public static final String KEY_PROPERTY = "lakehouse.key";

  /**
   * Table property: the shape of the source table when its rows were last written, with which an
   * engine compares what it finds later; in a form of the engine's own.
   */
  public static final String SHAPE_PROPERTY = "lakehouse.source-shape";

  /** Table property: the masked columns as a JSON object of column to method. */
  public static final String MASKS_PROPERTY = "lakehouse.masks";

  private ChangeColumns() {}

  /**
   * Whether no column of a source can have the name, in any case of its letters: it is that of a
   * metadata column, or Spark and Iceberg mean a row's place by it and could not read the table.
   */
  public static boolean reserved(String column) {
    String lower = column.toLowerCase(Locale.ROOT);
    return contains(lower) || OF_ICEBERG.contains(lower);
  }

  /** Whether the name is one of a metadata column. */
  public static boolean contains(String column) {
    return NAMES.contains(column);
  }
}
