package lakehouse.models.ops;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;

/**
 * How far each model has read each table: the watermarks. They are written on the branch of the
 * run, so that they are published with the data they speak of.
 */
public final class Consumed {
  private record Entry(long snapshot, OffsetDateTime at) {}

  private final Map<TableIdentifier, Map<TableIdentifier, Entry>> entries = new HashMap<>();

  /** Reads the watermarks of a reference. */
  public static Consumed read(OpsRows ops) {
    Consumed consumed = new Consumed();
    for (Record row : ops.read(OpsTables.MODEL_INPUT)) {
      consumed
          .entries
          .computeIfAbsent(Layer.parse((String) row.getField("model")), model -> new HashMap<>())
          .merge(
              Layer.parse((String) row.getField("input")),
              new Entry(
                  (Long) row.getField("snapshot_id"), (OffsetDateTime) row.getField("consumed_at")),
              (a, b) -> a.at().isAfter(b.at()) ? a : b);
    }
    return consumed;
  }

  /** The snapshot of a table up to which a model has read it, or empty if it never has. */
  public Optional<Long> snapshot(TableIdentifier model, TableIdentifier table) {
    return Optional.ofNullable(entries.getOrDefault(model, Map.of()).get(table))
        .map(Entry::snapshot);
  }

  /** The rows that record what a run consumed: those that say something new. */
  public List<Map<String, Object>> rows(
      String run, Map<TableIdentifier, Map<TableIdentifier, Long>> consumed) {
    OffsetDateTime now = Instant.now().atOffset(ZoneOffset.UTC);
    List<Map<String, Object>> rows = new ArrayList<>();
    consumed.forEach(
        (model, tables) ->
            tables.forEach(
                (table, snapshot) -> {
                  if (!snapshot(model, table).equals(Optional.of(snapshot))) {
                    rows.add(
                        Map.of(
                            "model", model.toString(),
                            "input", table.toString(),
                            "run_id", run,
                            "snapshot_id", snapshot,
                            "consumed_at", now));
                  }
                }));
    return rows;
  }
}
