package lakehouse.ingest.capture.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.capture.postgres.SourceTable.Column;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.Wire;
import lakehouse.ingest.type.WireType;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the stream by oid, each in the version that its rows have now. PostgreSQL describes
 * a table before its first row, and again after a change of it; a description is compared with what
 * is known, and a change that would leave bronze wrong stops the capture. Not for use by many
 * threads.
 */
final class RelationCache {
  /**
   * A captured table.
   *
   * @param layout how its rows lie now
   * @param loadedTo changes committed before this log position are in the table's load
   */
  record Relation(RowLayout layout, long loadedTo) {}

  /** What is known of a table before its first description. */
  private record Known(SourceTable table, long loadedTo) {}

  private final PostgresSessions sessions;
  private final Form form;
  private final ColumnMasks masks;
  private final Map<String, Known> known = new HashMap<>();
  private final Map<Integer, Relation> relations = new HashMap<>();
  private TypeCatalog types;

  /**
   * @param sessions reach the source's system catalog
   * @param types the types at the start
   * @param form how the stream sends values
   */
  RelationCache(PostgresSessions sessions, TypeCatalog types, Form form, ColumnMasks masks) {
    this.sessions = sessions;
    this.types = types;
    this.form = form;
    this.masks = masks;
  }

  /**
   * Captures a table.
   *
   * @param table as it was loaded, or as it was last seen
   * @param loadedTo changes committed before this log position are left out
   */
  void capture(SourceTable table, long loadedTo) {
    known.put(table.qualifiedName(), new Known(table, loadedTo));
  }

  /** The captured tables as they were last described. */
  List<SourceTable> tables() {
    return known.values().stream().map(Known::table).toList();
  }

  /** The table of that oid, or null if it is not captured. */
  @Nullable Relation captured(int oid) {
    return relations.get(oid);
  }

  /** Takes a description: oid, schema, name, identity, and the columns. */
  void define(byte[] bytes, int offset) throws SQLException {
    int oid = Wire.int32(bytes, offset);
    Cursor cursor = new Cursor(bytes, offset + 4);
    String schema = cursor.text();
    String name = cursor.text();
    Known before = known.get((schema.isEmpty() ? "pg_catalog" : schema) + "." + name);
    if (before == null) {
      return;
    }
    cursor.at++; // replica identity
    int count = Wire.int16(bytes, cursor.at);
    cursor.at += 2;
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      cursor.at++; // whether of the identity
      String column = cursor.text();
      columns.add(
          new Column(column, type(Wire.int32(bytes, cursor.at), Wire.int32(bytes, cursor.at + 4))));
      cursor.at += 8;
    }
    SourceTable table = before.table();
    Relation present = relations.get(oid);
    if (present != null && table.columns().equals(columns)) {
      return; // described again, as after any invalidation
    }
    List<SourceTable.Leaf> leaves = table.leaves();
    if (!table.columns().equals(columns)) {
      requireFollows(table, oid, columns);
      leaves = leavesIfNothingIsMissing(table, columns);
    } else if (oid != table.oid()) {
      throw stop(table, "the table was dropped and made again");
    }
    RowLayout layout = new RowLayout(schema, name, columns, table.key(), form, masks);
    relations.put(oid, new Relation(layout, before.loadedTo()));
    known.put(
        table.qualifiedName(),
        new Known(
            new SourceTable(oid, schema, name, columns, table.key(), table.filter(), leaves),
            before.loadedTo()));
  }

  /**
   * The rows that were there before a column came have nulls in it, unless it came with a default:
   * a constant stands in the system catalog, anything else rewrote the table.
   */
  private List<SourceTable.Leaf> leavesIfNothingIsMissing(SourceTable table, List<Column> columns)
      throws SQLException {
    Set<String> former =
        table.columns().stream().map(Column::name).collect(Collectors.toUnmodifiableSet());
    try (Connection connection = sessions.open()) {
      SourceTables tables = new SourceTables(connection, sessions.source().publication(), types);
      List<SourceTable.Leaf> leaves =
          tables
              .read(table.schema(), table.name())
              .filter(now -> now.oid() == table.oid())
              .orElseThrow(() -> stop(table, "the table was dropped or renamed"))
              .leaves();
      Set<String> defaults = tables.columnsWithMissingValue(table.oid());
      for (Column column : columns) {
        if (!former.contains(column.name())
            && (defaults.contains(column.name()) || !sameFiles(table.leaves(), leaves))) {
          throw stop(table, "column %s was added with a default".formatted(column.name()));
        }
      }
      return leaves;
    }
  }

  private static boolean sameFiles(List<SourceTable.Leaf> before, List<SourceTable.Leaf> now) {
    return before.stream()
        .map(SourceTable.Leaf::fileNode)
        .toList()
        .equals(now.stream().map(SourceTable.Leaf::fileNode).toList());
  }

  private WireType type(int oid, int modifier) throws SQLException {
    if (!types.knows(oid)) {
      try (Connection connection = sessions.open()) {
        types = TypeCatalog.read(connection);
      }
    }
    return types.type(oid, modifier);
  }

  private void requireFollows(SourceTable table, int oid, List<Column> columns) {
    if (oid != table.oid()) {
      throw stop(table, "the table was dropped and made again");
    }
    Map<String, WireType> before =
        table.columns().stream().collect(Collectors.toMap(Column::name, Column::type));
    Map<String, WireType> after =
        columns.stream().collect(Collectors.toMap(Column::name, Column::type));
    for (String column : table.key()) {
      if (!after.containsKey(column)) {
        throw stop(table, "the key's column %s is gone".formatted(column));
      }
    }
    boolean added = !before.keySet().containsAll(after.keySet());
    boolean dropped = !after.keySet().containsAll(before.keySet());
    if (added && dropped) {
      throw stop(
          table,
          "columns were dropped and others added, which may be a renaming (before: %s; now: %s)"
              .formatted(names(table.columns()), names(columns)));
    }
    for (Column column : columns) {
      WireType former = before.get(column.name());
      if (former != null && !TypeChange.keepsValues(former, column.type())) {
        throw stop(
            table,
            "column %s changed its type from %s to %s"
                .formatted(
                    column.name(),
                    ValueDecoders.bronzeType(former),
                    ValueDecoders.bronzeType(column.type())));
      }
      if (form == Form.STREAM_BINARY && !ValueDecoders.readsBinary(column.type())) {
        throw stop(
            table,
            "column %s has a type that is read as text only; the stream must start anew"
                .formatted(column.name()));
      }
    }
  }

  private static String names(List<Column> columns) {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  private static LakeException stop(SourceTable table, String cause) {
    return new LakeException(
        ExitCode.CONFLICT,
        """
        The capture stopped at table %s: %s.
        PostgreSQL's log does not carry what this did to the rows that were there before, so going \
        on would leave the lake wrong. All changes before it are committed.
        Load the table anew with `lake resync %s`."""
            .formatted(table.qualifiedName(), cause, table.qualifiedName()));
  }

  private static final class Cursor {
    private final byte[] bytes;
    private int at;

    Cursor(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    String text() {
      int from = at;
      while (bytes[at] != 0) {
        at++;
      }
      return new String(bytes, from, at++ - from, StandardCharsets.UTF_8);
    }
  }
}
