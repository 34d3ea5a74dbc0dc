package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.jspecify.annotations.Nullable;

/** Folds a change log in memory as the models do on disk, and so shows what a lake would hold. */
final class Lake implements PgOutputDecoder.Receiver {
  /** A change as it was told. */
  record Told(
      String table, String operation, long commitLsn, long seq, Map<String, Object> values) {}

  final List<Told> told = new ArrayList<>();
  final List<Long> commits = new ArrayList<>();
  final Map<String, Map<List<Object>, Map<String, Object>>> keyed = new HashMap<>();
  final Map<String, List<Map<String, Object>>> bags = new HashMap<>();

  @Override
  public void change(RowLayout layout, Operation operation, WireRow row) {
    TableSchema schema = layout.schema();
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < layout.columns(); i++) {
      values.put(schema.columns().get(i).name(), value(layout, row, i));
    }
    if (!row.isNullAt(schema.unrepresentable())) {
      MapData texts = row.getMap(schema.unrepresentable());
      for (int i = 0; i < texts.size(); i++) {
        values.put(
            texts.keyArray().getString(i).toString(), "text " + texts.valueArray().getString(i));
      }
    }
    told.add(
        new Told(
            schema.table(),
            row.getString(schema.op()).toString(),
            row.getLong(schema.commitLsn()),
            row.getLong(schema.seq()),
            values));
    fold(schema, operation, row, values);
  }

  @Override
  public void committed(long endLsn, long committedAt) {
    commits.add(endLsn);
  }

  @Override
  public void message(String prefix, String content) {
    // the tests' own marks
  }

  /** Loads a table as the snapshot shows it. */
  void load(PostgresSessions sessions, SnapshotHolder holder, SourceTable table) throws Exception {
    RowLayout layout =
        new RowLayout(
            table.schema(),
            table.name(),
            table.columns(),
            table.key(),
            Form.LOAD,
            PostgresServer.NO_MASKS);
    long seq = 0;
    for (TableRange range : TableRange.cut(table, 100_000)) {
      try (Connection session = sessions.open()) {
        SnapshotHolder.enter(session, holder.snapshot());
        try (CopyReader copy =
            new CopyReader(session, table.copy(range.leaf(), range.from(), range.end()))) {
          for (byte[] message = copy.next(); message != null; message = copy.next()) {
            WireRow row = new WireRow(layout);
            row.overCopy(message, copy.offset());
            row.at(Operation.ROW, 1, holder.point() - 1, seq++);
            change(layout, Operation.ROW, row);
          }
        }
      }
    }
  }

  private void fold(
      TableSchema schema, Operation operation, WireRow row, Map<String, Object> values) {
    if (schema.key().isEmpty()) {
      List<Map<String, Object>> bag =
          bags.computeIfAbsent(schema.table(), table -> new ArrayList<>());
      switch (operation) {
        case ROW, INSERT -> bag.add(values);
        case DELETE -> {
          if (!bag.remove(values)) {
            throw new AssertionError("no such row in the bag: " + values);
          }
        }
        case TRUNCATE, LOAD -> bag.clear();
        case UPDATE, REPLAYED -> throw new AssertionError("a bag is told no " + operation);
      }
      return;
    }
    Map<List<Object>, Map<String, Object>> rows =
        keyed.computeIfAbsent(schema.table(), table -> new HashMap<>());
    List<Object> key = schema.key().stream().map(values::get).toList();
    switch (operation) {
      case LOAD, TRUNCATE -> rows.clear();
      case REPLAYED -> throw new AssertionError("a database's log is told in its order");
      case DELETE -> {
        Map<String, Object> gone = rows.remove(key);
        if (gone == null) {
          throw new AssertionError("no such row: " + key);
        }
        former.put(schema.table() + key, gone);
      }
      case ROW, INSERT, UPDATE -> {
        if (!row.isNullAt(schema.unchanged())) {
          Map<String, Object> carried =
              row.isNullAt(schema.oldKey())
                  ? rows.get(key)
                  : former.get(schema.table() + oldKey(schema, row));
          ArrayData unchanged = row.getArray(schema.unchanged());
          for (int i = 0; i < unchanged.size(); i++) {
            String column = unchanged.getString(i).toString();
            values.put(column, carried.get(column));
          }
        }
        if (operation == Operation.INSERT && rows.containsKey(key)) {
          throw new AssertionError("inserted twice: " + key);
        }
        rows.put(key, values);
      }
    }
  }

  private final Map<String, Map<String, Object>> former = new HashMap<>();

  private static List<Object> oldKey(TableSchema schema, WireRow row) {
    RowData key = row.getRow(schema.oldKey(), schema.key().size());
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < schema.key().size(); i++) {
      Object value = ((org.apache.flink.table.data.GenericRowData) key).getField(i);
      values.add(value instanceof StringData ? value.toString() : value);
    }
    return values;
  }

  static @Nullable Object value(RowLayout layout, WireRow row, int i) {
    if (row.isNullAt(i)) {
      return null;
    }
    return switch (layout.decoder(i).shape()) {
      case BOOLEAN -> row.getBoolean(i);
      case INT -> row.getInt(i);
      case LONG -> row.getLong(i);
      case FLOAT -> row.getFloat(i);
      case DOUBLE -> row.getDouble(i);
      case DECIMAL -> row.getDecimal(i, 38, 0).toString();
      case STRING -> row.getString(i).toString();
      case BYTES -> Arrays.toString(row.getBinary(i));
      case TIMESTAMP -> row.getTimestamp(i, 6);
      case LIST -> row.getArray(i);
    };
  }
}
