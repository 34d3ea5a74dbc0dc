package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import lakehouse.ingest.type.WireType;
import lakehouse.ingest.type.WireType.Kind;

/**
 * The types of one database, by oid, as they were when read. Composite types are not among them:
 * they, and whatever came later, are types of unknown form, known by their text only.
 */
public final class TypeCatalog {
  private record Row(
      String name,
      char type,
      int base,
      int modifier,
      int element,
      boolean builtIn,
      boolean array,
      char delimiter) {}

  /** Knows no type. */
  static final TypeCatalog NOTHING = new TypeCatalog(Map.of());

  private final Map<Integer, Row> rows;

  private TypeCatalog(Map<Integer, Row> rows) {
    this.rows = rows;
  }

  /** Reads all types of the connection's database. */
  public static TypeCatalog read(Connection connection) throws SQLException {
    Map<Integer, Row> rows = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                """
                SELECT t.oid::bigint, t.typname, t.typtype, t.typbasetype::bigint, t.typtypmod,
                  t.typelem::bigint, t.typnamespace = 'pg_catalog'::regnamespace,
                  coalesce(e.typarray = t.oid, false), t.typdelim
                FROM pg_catalog.pg_type t
                LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
                WHERE t.typtype IN ('b', 'd', 'e')
                """)) {
      while (result.next()) {
        rows.put(
            (int) result.getLong(1),
            new Row(
                result.getString(2),
                result.getString(3).charAt(0),
                (int) result.getLong(4),
                result.getInt(5),
                (int) result.getLong(6),
                result.getBoolean(7),
                result.getBoolean(8),
                result.getString(9).charAt(0)));
      }
    }
    return new TypeCatalog(rows);
  }

  /** Whether the type was there when the catalog was read. */
  public boolean knows(int oid) {
    return rows.containsKey(oid);
  }

  /** The type of a column, domains resolved. */
  public WireType type(int oid, int modifier) {
    Row row = rows.get(oid);
    if (row == null) {
      String name = "oid " + Integer.toUnsignedString(oid);
      return new WireType(oid, modifier, name, Kind.OTHER, null, ',');
    }
    if (row.type() == 'd') {
      return type(row.base(), row.modifier());
    }
    if (row.array()) {
      WireType element = type(row.element(), modifier);
      return new WireType(oid, modifier, row.name(), Kind.ARRAY, element, row.delimiter());
    }
    Kind kind = row.type() == 'e' ? Kind.ENUM : row.builtIn() ? Kind.BUILT_IN : Kind.OTHER;
    return new WireType(oid, modifier, row.name(), kind, null, row.delimiter());
  }
}
