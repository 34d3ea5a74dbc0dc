package lakehouse.load.reconcile;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.load.reconcile.SourceTable.SourceColumn;

/**
 * The tables of a source's database.
 *
 * @param published those that the publication sends, by name
 * @param all the short names of all that people made, by schema and name
 */
record DatabaseTables(List<SourceTable> published, List<String> all) {
  private static final String PUBLISHED =
      """
      WITH RECURSIVE published AS (
        SELECT n.nspname,
               c.relname,
               c.oid,
               c.relkind,
               to_jsonb(p) ->> 'rowfilter' AS row_filter,
               to_jsonb(p) -> 'attnames' AS columns
        FROM pg_publication_tables p
        JOIN pg_namespace n ON n.nspname = p.schemaname
        JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
        WHERE p.pubname = ?
      ),
      domain AS (
        SELECT t.oid AS name, t.typbasetype AS type, t.typtypmod AS modifier
        FROM pg_type t
        WHERE t.typtype = 'd'
        UNION ALL
        SELECT d.name, t.typbasetype, CASE WHEN t.typtypmod = -1 THEN d.modifier ELSE t.typtypmod END
        FROM domain d
        JOIN pg_type t ON t.oid = d.type AND t.typtype = 'd'
      ),
      resolved AS (
        SELECT a.attrelid, a.attnum, a.attname, a.atttypid AS type, a.atttypmod AS modifier
        FROM published p
        JOIN pg_attribute a ON a.attrelid = p.oid
        WHERE a.attnum > 0
          AND NOT a.attisdropped
          AND a.attgenerated = ''
          AND (p.columns IS NULL OR jsonb_exists(p.columns, a.attname))
        UNION ALL
        SELECT r.attrelid,
               r.attnum,
               r.attname,
               t.typbasetype,
               CASE WHEN t.typtypmod = -1 THEN r.modifier ELSE t.typtypmod END
        FROM resolved r
        JOIN pg_type t ON t.oid = r.type AND t.typtype = 'd'
      )
      SELECT p.nspname,
             p.relname,
             p.relkind = 'p' AS partitioned,
             p.row_filter,
             r.attname,
             t.typname,
             CASE WHEN b.oid IS NULL THEN r.modifier ELSE d.modifier END,
             coalesce(b.typname, e.typname) AS element
      FROM published p
      JOIN resolved r ON r.attrelid = p.oid
      JOIN pg_type t ON t.oid = r.type AND t.typtype <> 'd'
      LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
      LEFT JOIN (domain d JOIN pg_type b ON b.oid = d.type AND b.typtype <> 'd') ON d.name = e.oid
      ORDER BY p.nspname, p.relname, r.attnum
      """;

  private static final String ALL =
      """
      SELECT n.nspname, c.relname
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p')
        AND NOT c.relispartition
        AND c.relpersistence = 'p'
        AND n.nspname <> 'information_schema'
        AND n.nspname NOT LIKE 'pg\\_%'
      ORDER BY 1, 2
      """;

  DatabaseTables {
    published = List.copyOf(published);
    all = List.copyOf(all);
  }

  static DatabaseTables read(Connection connection, String publication) throws SQLException {
    return new DatabaseTables(published(connection, publication), all(connection));
  }

  private static List<SourceTable> published(Connection connection, String publication)
      throws SQLException {
    Map<String, SourceTable> tables = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(PUBLISHED)) {
      statement.setString(1, publication);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          SourceTable table =
              new SourceTable(
                  row.getString(1),
                  row.getString(2),
                  row.getBoolean(3),
                  List.of(new SourceColumn(row.getString(5), type(row))),
                  Optional.ofNullable(row.getString(4)));
          tables.merge(
              SqlName.quoted(table.schema()) + SqlName.quoted(table.name()),
              table,
              SourceTable::withColumnsOf);
        }
      }
    }
    return List.copyOf(tables.values());
  }

  private static PostgresType type(ResultSet row) throws SQLException {
    int modifier = row.getInt(7);
    Optional<PostgresType> element =
        Optional.ofNullable(row.getString(8))
            .map(name -> new PostgresType(name, modifier, Optional.empty()));
    return new PostgresType(row.getString(6), modifier, element);
  }

  private static List<String> all(Connection connection) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(ALL);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        names.add(SourceTable.shortName(row.getString(1), row.getString(2)));
      }
    }
    return names;
  }
}
