package lakehouse.ingest.capture.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import lakehouse.ingest.capture.postgres.SourceTable.Column;
import lakehouse.ingest.capture.postgres.SourceTable.Leaf;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a load must know of tables, from the system catalog as the session's transaction sees
 * it: in a load's snapshot, as the tables were at its consistent point.
 */
final class SourceTables {
  private final Connection connection;
  private final String publication;
  private final TypeCatalog types;

  /** The connection's transaction decides what is seen. */
  SourceTables(Connection connection, String publication, TypeCatalog types) {
    this.connection = connection;
    this.publication = publication;
    this.types = types;
  }

  /** The table, or empty if there is none of that name. */
  Optional<SourceTable> read(String schema, String table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT c.oid::bigint, c.relkind,
              (SELECT array_agg(a.attname::text ORDER BY k.position)
               FROM pg_catalog.pg_index i
               CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (attnum, position)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
               WHERE i.indrelid = c.oid AND k.position <= i.indnkeyatts
                 AND CASE c.relreplident
                       WHEN 'i' THEN i.indisreplident
                       WHEN 'n' THEN false
                       ELSE i.indisprimary AND i.indimmediate
                     END)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
            """)) {
      statement.setString(1, schema);
      statement.setString(2, table);
      try (ResultSet result = statement.executeQuery()) {
        if (!result.next()) {
          return Optional.empty();
        }
        int oid = (int) result.getLong(1);
        List<String> key = names(result.getArray(3));
        boolean partitioned = result.getString(2).equals("p");
        Published published = published(schema, table);
        return Optional.of(
            new SourceTable(
                oid,
                schema,
                table,
                columns(oid, published.columns()),
                key,
                published.filter(),
                leaves(oid, partitioned)));
      }
    }
  }

  /** The columns of tables as they are, whether published or not, of those that there are. */
  List<Column> columns(Set<String> qualifiedNames) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT a.attname, a.atttypid::bigint, a.atttypmod
            FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname || '.' || c.relname = ANY (?) AND c.relkind IN ('r', 'p')
              AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            """)) {
      statement.setArray(1, connection.createArrayOf("text", qualifiedNames.toArray()));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          columns.add(
              new Column(
                  result.getString(1), types.type((int) result.getLong(2), result.getInt(3))));
        }
      }
    }
    return columns;
  }

  /** The columns whose older rows take a constant from the system catalog. */
  Set<String> columnsWithMissingValue(int oid) throws SQLException {
    Set<String> columns = new HashSet<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT attname
            FROM pg_catalog.pg_attribute
            WHERE attrelid = ?::bigint::oid AND atthasmissing
            """)) {
      statement.setLong(1, Integer.toUnsignedLong(oid));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          columns.add(result.getString(1));
        }
      }
    }
    return columns;
  }

  /** What the publication sends of a table; no columns means all. */
  private record Published(List<String> columns, @Nullable String filter) {}

  private Published published(String schema, String table) throws SQLException {
    if (connection.getMetaData().getDatabaseMajorVersion() < 15) {
      return new Published(List.of(), null);
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT attnames::text[], rowfilter
            FROM pg_catalog.pg_publication_tables
            WHERE pubname = ? AND schemaname = ? AND tablename = ?
            """)) {
      statement.setString(1, publication);
      statement.setString(2, schema);
      statement.setString(3, table);
      try (ResultSet result = statement.executeQuery()) {
        return result.next()
            ? new Published(names(result.getArray(1)), result.getString(2))
            : new Published(List.of(), null);
      }
    }
  }

  // Before version 18 generated columns are not in the stream, so the load leaves them out too.
  private List<Column> columns(int oid, List<String> published) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT attname, atttypid::bigint, atttypmod
            FROM pg_catalog.pg_attribute
            WHERE attrelid = ?::bigint::oid AND attnum > 0 AND NOT attisdropped
              AND attgenerated = ''
            ORDER BY attnum
            """)) {
      statement.setLong(1, Integer.toUnsignedLong(oid));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          String name = result.getString(1);
          if (published.isEmpty() || published.contains(name)) {
            columns.add(new Column(name, types.type((int) result.getLong(2), result.getInt(3))));
          }
        }
      }
    }
    return columns;
  }

  private List<Leaf> leaves(int oid, boolean partitioned) throws SQLException {
    List<Leaf> leaves = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT c.oid::bigint, c.relfilenode::bigint, n.nspname, c.relname,
              pg_catalog.pg_relation_size(c.oid)
                / pg_catalog.current_setting('block_size')::bigint,
              pg_catalog.pg_table_size(c.oid)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (%s) AND c.relkind = 'r'
            ORDER BY c.oid
            """
                .formatted(
                    partitioned
                        ? "SELECT relid FROM pg_catalog.pg_partition_tree(?::bigint::oid)"
                        : "?::bigint::oid"))) {
      statement.setLong(1, Integer.toUnsignedLong(oid));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          leaves.add(
              new Leaf(
                  (int) result.getLong(1),
                  result.getLong(2),
                  result.getString(3),
                  result.getString(4),
                  result.getLong(5),
                  result.getLong(6)));
        }
      }
    }
    return leaves;
  }

  private static List<String> names(@Nullable Array array) throws SQLException {
    return array == null ? List.of() : Arrays.asList((String[]) array.getArray());
  }
}
