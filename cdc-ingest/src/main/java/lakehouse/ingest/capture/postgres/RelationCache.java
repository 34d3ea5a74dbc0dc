package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.capture.postgres.SourceTable.Column;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.Wire;
import lakehouse.ingest.type.WireType;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the stream by oid, each in the version that its rows have now. PostgreSQL describes
 * a table before its first row, and again after a change of it. A description is looked at when the
 * first row under it is to be kept: it is compared with what is known, and where the log does not
 * tell what a change of the table did to its rows, the table is to be loaded anew, or the capture
 * stops. Not for use by many threads.
 */
final class RelationCache {
  /** Told of a table that must be loaded anew; nothing of it is kept from here on. */
  @FunctionalInterface
  interface Reload {
    void reload(SourceTable table, String cause);
  }

  /** How a table stands. */
  private enum Standing {
    /** Its load is whole. */
    WHOLE,
    /** Its load will be planned: all from now on is kept, since the load's point is not known. */
    ANNOUNCED,
    /** It is loaded; what was committed before the load's point is left out. */
    LOADING
  }

  /**
   * What is known of a table.
   *
   * @param keptFrom changes committed before this log position are left out
   * @param skippedAt last commit whose change could not be laid out; 0 for none
   */
  private record Known(SourceTable table, Standing standing, long keptFrom, long skippedAt) {}

  private final PostgresSessions sessions;
  private final ColumnMasks masks;
  private final Reload reload;
  private final Map<String, Known> known = new TreeMap<>();
  private final Map<Integer, RelationMessage> descriptions = new HashMap<>();
  private final Map<Integer, RowLayout> layouts = new HashMap<>();
  private TypeCatalog types = TypeCatalog.NOTHING;
  private Form form = Form.STREAM_TEXT;

  /**
   * @param sessions reach the source's system catalog
   */
  RelationCache(PostgresSessions sessions, ColumnMasks masks, Reload reload) {
    this.sessions = sessions;
    this.masks = masks;
    this.reload = reload;
  }

  /**
   * A stream begins, which describes all tables anew.
   *
   * @param types the types of now
   * @param form how it sends values
   */
  void begin(TypeCatalog types, Form form) {
    this.types = types;
    this.form = form;
    descriptions.clear();
    layouts.clear();
  }

  /** The form in which all columns of the tables can be read, as they were and as they are. */
  Form readableForm(SourceTables now) throws SQLException {
    List<Column> columns = new ArrayList<>(now.columns(known.keySet()));
    known.values().forEach(table -> columns.addAll(table.table().columns()));
    return columns.stream().allMatch(column -> ValueDecoders.readsBinary(column.type()))
        ? Form.STREAM_BINARY
        : Form.STREAM_TEXT;
  }

  /** Captures a table whose load is whole, as it was loaded, or as it was last seen. */
  void capture(SourceTable table) {
    known.put(table.qualifiedName(), new Known(table, Standing.WHOLE, 0, 0));
  }

  /** Captures a table that will be loaded with a later snapshot. */
  void announce(SourceTable table) {
    know(new Known(table, Standing.ANNOUNCED, 0, 0));
  }

  /**
   * The snapshot of an announced table's load is taken.
   *
   * @param table as it is in the snapshot
   * @param point the snapshot's consistent point
   */
  void planned(SourceTable table, long point) {
    Known announced = known.get(table.qualifiedName());
    if (announced == null || announced.standing() != Standing.ANNOUNCED) {
      return; // the load was given up meanwhile
    }
    if (announced.skippedAt() >= point) {
      throw new IllegalStateException(
          "The columns of %s changed while its load was planned; it begins again"
              .formatted(table.qualifiedName()));
    }
    know(new Known(table, Standing.LOADING, point, 0));
  }

  /** The load of that point is whole, and the stream has passed its point. */
  void loaded(long point) {
    known.replaceAll(
        (name, table) ->
            table.standing() == Standing.LOADING && table.keptFrom() == point
                ? new Known(table.table(), Standing.WHOLE, point, 0)
                : table);
  }

  /** Keeps nothing more of a table; returns whether anything of it was kept. */
  boolean forget(String table) {
    layouts.keySet().removeIf(oid -> descriptions.get(oid).qualifiedName().equals(table));
    return known.remove(table) != null;
  }

  /** The tables whose load is whole, as they were last described. */
  List<SourceTable> tables() {
    return known.values().stream()
        .filter(table -> table.standing() == Standing.WHOLE)
        .map(Known::table)
        .toList();
  }

  private void know(Known table) {
    forget(table.table().qualifiedName());
    known.put(table.table().qualifiedName(), table);
  }

  /** Takes a description: oid, schema, name, identity, and the columns. */
  void define(byte[] bytes, int offset) {
    int oid = Wire.int32(bytes, offset);
    RelationMessage description = RelationMessage.read(bytes, offset + 4);
    if (!description.equals(descriptions.put(oid, description))) {
      layouts.remove(oid); // else it is described again, as after any invalidation
    }
  }

  /**
   * The layout of the rows of that table, or null if they are not kept.
   *
   * @param commitLsn where the transaction of the row was committed
   */
  @Nullable RowLayout kept(int oid, long commitLsn) throws SQLException {
    RowLayout layout = layouts.get(oid);
    if (layout != null) {
      return layout;
    }
    RelationMessage description = descriptions.get(oid);
    Known table = description == null ? null : known.get(description.qualifiedName());
    if (table == null || commitLsn < table.keptFrom()) {
      return null;
    }
    List<Column> columns = columns(description);
    layout =
        table.standing() == Standing.ANNOUNCED
            ? layOut(table.table(), columns, commitLsn)
            : follow(table, oid, description, columns);
    if (layout != null) {
      layouts.put(oid, layout);
    }
    return layout;
  }

  // What comes before the load's point is void, and only that may be described otherwise.
  private @Nullable RowLayout layOut(SourceTable table, List<Column> columns, long commitLsn) {
    List<String> names = columns.stream().map(Column::name).toList();
    if (!names.containsAll(table.key()) || !readable(columns)) {
      known.put(table.qualifiedName(), new Known(table, Standing.ANNOUNCED, 0, commitLsn));
      return null;
    }
    return new RowLayout(table.schema(), table.name(), columns, table.key(), form, masks);
  }

  private @Nullable RowLayout follow(
      Known before, int oid, RelationMessage description, List<Column> columns)
      throws SQLException {
    SourceTable table = before.table();
    RelationChange change = new RelationChange(sessions.source().name(), table);
    change.requireSameIdentity(description);
    change.requireSameTable(oid);
    List<SourceTable.Leaf> leaves = table.leaves();
    if (!table.columns().equals(columns)) {
      change.requireFollows(columns);
      requireReadable(table, columns);
      Optional<List<SourceTable.Leaf>> whole = leavesIfNothingIsMissing(change, columns);
      if (whole.isEmpty()) {
        return null;
      }
      leaves = whole.get();
    }
    SourceTable now =
        new SourceTable(
            oid, table.schema(), table.name(), columns, table.key(), table.filter(), leaves);
    known.put(now.qualifiedName(), new Known(now, before.standing(), before.keptFrom(), 0));
    return RowLayout.of(now, form, masks);
  }

  /**
   * The rows that were there before a column came have nulls in it, unless it came with a default:
   * a constant stands in the system catalog, anything else rewrote the table. Empty if so: the
   * table is loaded anew.
   */
  private Optional<List<SourceTable.Leaf>> leavesIfNothingIsMissing(
      RelationChange change, List<Column> columns) throws SQLException {
    SourceTable table = change.table();
    Set<String> former =
        table.columns().stream().map(Column::name).collect(Collectors.toUnmodifiableSet());
    try (Connection connection = sessions.open()) {
      SourceTables tables = new SourceTables(connection, sessions.source().publication(), types);
      List<SourceTable.Leaf> leaves =
          tables
              .read(table.schema(), table.name())
              .filter(now -> now.oid() == table.oid())
              .orElseThrow(() -> change.stop("the table was dropped or renamed"))
              .leaves();
      Set<String> defaults = tables.columnsWithMissingValue(table.oid());
      for (Column column : columns) {
        if (!former.contains(column.name())
            && (defaults.contains(column.name()) || !sameFiles(table.leaves(), leaves))) {
          forget(table.qualifiedName());
          reload.reload(table, "column %s was added with a default".formatted(column.name()));
          return Optional.empty();
        }
      }
      return Optional.of(leaves);
    }
  }

  private static boolean sameFiles(List<SourceTable.Leaf> before, List<SourceTable.Leaf> now) {
    return before.stream()
        .map(SourceTable.Leaf::fileNode)
        .toList()
        .equals(now.stream().map(SourceTable.Leaf::fileNode).toList());
  }

  private List<Column> columns(RelationMessage description) throws SQLException {
    List<Column> columns = new ArrayList<>();
    for (RelationMessage.Sent column : description.columns()) {
      columns.add(new Column(column.name(), type(column.type(), column.modifier())));
    }
    return columns;
  }

  private WireType type(int oid, int modifier) throws SQLException {
    if (!types.knows(oid)) {
      try (Connection connection = sessions.open()) {
        types = TypeCatalog.read(connection);
      }
    }
    return types.type(oid, modifier);
  }

  private boolean readable(List<Column> columns) {
    return form != Form.STREAM_BINARY
        || columns.stream().allMatch(column -> ValueDecoders.readsBinary(column.type()));
  }

  private void requireReadable(SourceTable table, List<Column> columns) {
    if (!readable(columns)) {
      throw new StreamFormException(
          "Table %s has a column now that is sent as text".formatted(table.qualifiedName()));
    }
  }

  /** The stream sends values in a form in which not all columns can be read; it starts anew. */
  static final class StreamFormException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StreamFormException(String message) {
      super(message);
    }
  }
}
