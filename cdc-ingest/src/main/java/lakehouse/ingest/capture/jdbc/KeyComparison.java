package lakehouse.ingest.capture.jdbc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.jdbc.JdbcItem.Rows;
import lakehouse.ingest.capture.jdbc.SeenRows.Digest;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/**
 * Finds rows that are gone: keys that the lake has and the source has no more. All keys of the
 * source are held in memory meanwhile, by 16 bytes and their place in a set each.
 */
final class KeyComparison {
  private static final int BATCH_ROWS = 512;

  private final SourceReaderContext context;
  private final JdbcSessions sessions;
  private final Supplier<ColumnMasks> masks;
  private final LakeKeys lake;
  private final JdbcHandOver output;

  KeyComparison(
      SourceReaderContext context,
      JdbcSessions sessions,
      Supplier<ColumnMasks> masks,
      LakeKeys lake,
      JdbcHandOver output) {
    this.context = context;
    this.sessions = sessions;
    this.masks = masks;
    this.lake = lake;
    this.output = output;
  }

  /** Hands a delete over for each row that is gone. */
  void compare(JdbcTable table, SeenRows seen) throws InterruptedException {
    Set<Digest> there = sourceKeys(table);
    TableSchema schema = table.schema();
    List<Integer> positions = positions(table);
    List<GenericRowData> gone = new ArrayList<>();
    lake.read(
        schema,
        key -> !there.contains(digest((GenericRowData) key)),
        key -> {
          GenericRowData row = new GenericRowData(schema.arity());
          for (int i = 0; i < positions.size(); i++) {
            row.setField(positions.get(i), ((GenericRowData) key).getField(i));
          }
          seen.forget(SeenRows.key(table, row));
          gone.add(row);
        });
    for (int from = 0; from < gone.size(); from += BATCH_ROWS) {
      output.put(
          new Rows(
              schema,
              Operation.DELETE,
              gone.subList(from, Math.min(gone.size(), from + BATCH_ROWS))));
    }
  }

  private Set<Digest> sourceKeys(JdbcTable table) throws InterruptedException {
    List<JdbcColumn> columns =
        table.schema().key().stream().map(name -> table.column(name).orElseThrow()).toList();
    JdbcTable keys =
        new JdbcTable(
            table.config(),
            table.quote(),
            columns,
            new TableSchema(
                table.schema().schema(),
                table.schema().table(),
                columns.stream()
                    .map(c -> new TableSchema.Column(c.name(), c.type(), c.mask()))
                    .toList(),
                table.schema().key()));
    Set<Digest> there = new HashSet<>();
    JdbcReading.read(
        context,
        sessions,
        new JdbcQueries(table).keys(),
        new JdbcRows(keys, masks.get()),
        TypeInformation.of(JdbcRow.class),
        row -> there.add(digest(row.row(), columns.size())));
    return there;
  }

  private static List<Integer> positions(JdbcTable table) {
    List<String> names = table.columns().stream().map(JdbcColumn::name).toList();
    return table.schema().key().stream().map(names::indexOf).toList();
  }

  private static Digest digest(GenericRowData key) {
    return digest(key, key.getArity());
  }

  private static Digest digest(GenericRowData key, int columns) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      values.add(key.getField(i));
    }
    return Digest.of(values);
  }
}
