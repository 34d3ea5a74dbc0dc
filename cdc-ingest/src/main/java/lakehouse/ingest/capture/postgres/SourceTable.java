package lakehouse.ingest.capture.postgres;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.WireType;
import org.jspecify.annotations.Nullable;

/**
 * One table of the source as a load plans it: as it was in the load's snapshot.
 *
 * @param oid the table's oid
 * @param schema the schema's name
 * @param name the table's name
 * @param columns what the publication sends of it, in order
 * @param key the names of the key's columns in the key's order; empty for a keyless table
 * @param filter the publication's row filter, or null for none
 * @param leaves where the rows lie: the table itself, or the leaves of a partitioned one
 */
record SourceTable(
    int oid,
    String schema,
    String name,
    List<Column> columns,
    List<String> key,
    @Nullable String filter,
    List<Leaf> leaves)
    implements Serializable {
  SourceTable {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    leaves = List.copyOf(leaves);
  }

  /** A column that is sent. */
  record Column(String name, WireType type) implements Serializable {}

  /**
   * A relation that holds rows.
   *
   * @param fileNode its file, which any rewrite replaces
   * @param blocks the length of its file
   * @param bytes what it takes on disk, long values included
   */
  record Leaf(int oid, long fileNode, String schema, String name, long blocks, long bytes)
      implements Serializable {}

  /** {@code schema.table}. */
  String qualifiedName() {
    return schema + "." + name;
  }

  /**
   * The statement that copies the rows of some blocks of a leaf, in binary form; columns whose
   * binary form does not tell all come as their text.
   *
   * @param from the first block
   * @param to the block after the last, or empty for all that follow
   */
  String copy(Leaf leaf, long from, Optional<Long> to) {
    String values = columns.stream().map(SourceTable::expression).collect(Collectors.joining(", "));
    StringBuilder where = new StringBuilder("ctid >= '(%d,0)'".formatted(from));
    to.ifPresent(block -> where.append(" AND ctid < '(%d,0)'".formatted(block)));
    if (filter != null) {
      where.append(" AND (").append(filter).append(')');
    }
    return "COPY (SELECT %s FROM ONLY %s WHERE %s) TO STDOUT (FORMAT binary)"
        .formatted(values, PostgresSql.table(leaf.schema(), leaf.name()), where);
  }

  // The output function is the one that the stream uses too; a cast to text may differ from it.
  private static String expression(Column column) {
    String name = PostgresSql.identifier(column.name());
    return ValueDecoders.readsBinary(column.type())
        ? name
        : "CASE WHEN %s IS DISTINCT FROM NULL THEN pg_catalog.format('%%s', %s) END"
            .formatted(name, name);
  }
}
