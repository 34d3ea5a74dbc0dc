package lakehouse.ingest.event;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import lakehouse.catalog.config.MaskConfig;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * One version of a source table's columns, as bronze holds them, and the layout of its rows: the
 * source's columns in this order, then the metadata columns.
 *
 * <p>Rows hold Flink's internal data: a date is days in an int, a timestamp a {@code
 * TimestampData}; but a time is microseconds in a long, since Flink's own form of it knows
 * milliseconds only. An engine hands out one instance for each version, so that writers find theirs
 * by identity.
 */
public final class TableSchema implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String schema;
  private final String table;
  private final List<Column> columns;
  private final List<String> key;
  private final @Nullable String shape;

  /**
   * @param schema the source's schema
   * @param table the table's name
   * @param columns the columns in the source's order
   * @param key the names of the key's columns in the key's order; empty for a keyless table
   */
  public TableSchema(String schema, String table, List<Column> columns, List<String> key) {
    this(schema, table, columns, key, null);
  }

  /**
   * @param shape what the engine wants to be kept with the table, to know it again by; null for
   *     nothing
   */
  public TableSchema(
      String schema, String table, List<Column> columns, List<String> key, @Nullable String shape) {
    this.schema = schema;
    this.table = table;
    this.columns = List.copyOf(columns);
    this.key = List.copyOf(key);
    this.shape = shape;
  }

  /**
   * A column.
   *
   * @param name the source's name
   * @param type the type in bronze; ids inside it mean nothing
   * @param mask how the value was hidden before it came here, or null if it was not
   */
  public record Column(String name, Type type, MaskConfig.@Nullable Method mask)
      implements Serializable {}

  /** The source's schema. */
  public String schema() {
    return schema;
  }

  /** The table's name in the source. */
  public String table() {
    return table;
  }

  /** {@code schema.table}. */
  public String qualifiedName() {
    return schema + "." + table;
  }

  /** The source's columns. */
  public List<Column> columns() {
    return columns;
  }

  /** The key's columns; empty for a keyless table. */
  public List<String> key() {
    return key;
  }

  /** What the engine knows the table again by, or null. */
  public @Nullable String shape() {
    return shape;
  }

  /** The column of that name, or empty. */
  public Optional<Column> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** How many fields a row has. A keyless table has no former key. */
  public int arity() {
    return columns.size() + (key.isEmpty() ? 10 : 11);
  }

  /** Position of {@code _op} in a row; the others follow in their order. */
  public int op() {
    return columns.size();
  }

  public int epoch() {
    return columns.size() + 1;
  }

  public int commitLsn() {
    return columns.size() + 2;
  }

  public int seq() {
    return columns.size() + 3;
  }

  public int lsn() {
    return columns.size() + 4;
  }

  public int txId() {
    return columns.size() + 5;
  }

  public int committedAt() {
    return columns.size() + 6;
  }

  public int capturedAt() {
    return columns.size() + 7;
  }

  /** Position of the former key; only for a table with a key. */
  public int oldKey() {
    return columns.size() + 8;
  }

  public int unchanged() {
    return arity() - 2;
  }

  public int unrepresentable() {
    return arity() - 1;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TableSchema that
        && schema.equals(that.schema)
        && table.equals(that.table)
        && columns.equals(that.columns)
        && key.equals(that.key)
        && Objects.equals(shape, that.shape);
  }

  @Override
  public int hashCode() {
    return Objects.hash(schema, table, columns, key, shape);
  }

  @Override
  public String toString() {
    return qualifiedName() + columns;
  }
}
