package lakehouse.catalog.table;

import java.util.Locale;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/** The layers of the lake; each is a namespace at the top of the catalog. */
public enum Layer {
  /** The change log of each source, as captured. */
  BRONZE,
  /** Current state and history of each entity. */
  SILVER,
  /** What analysts read. */
  GOLD,
  /** The audit trail of the lake itself. */
  OPS;

  /** The layer's namespace. */
  public Namespace namespace() {
    return Namespace.of(name().toLowerCase(Locale.ROOT));
  }

  /** The namespace of one source within this layer. */
  public Namespace namespace(String source) {
    return Namespace.of(name().toLowerCase(Locale.ROOT), source);
  }

  /**
   * The table of a name as {@link TableIdentifier} writes it. In bronze and silver all that stands
   * behind the source is the table's own name, dots too.
   */
  public static TableIdentifier parse(String name) {
    String[] parts = name.split("\\.", 3);
    boolean ofSource =
        parts.length == 3
            && (parts[0].equals(BRONZE.namespace().level(0))
                || parts[0].equals(SILVER.namespace().level(0)));
    return ofSource ? TableIdentifier.of(parts) : TableIdentifier.parse(name);
  }

  /**
   * The table of a captured source table; a schema other than {@code public} is part of the name.
   */
  public TableIdentifier table(String source, String schema, String table) {
    return TableIdentifier.of(
        namespace(source), schema.equals("public") ? table : schema + "_" + table);
  }
}
