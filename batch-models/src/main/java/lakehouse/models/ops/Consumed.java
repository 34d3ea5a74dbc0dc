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
import lakehouse.models.plan.Watermark;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;

/**
 * How far each model has read each table: the watermarks. They are written on the branch of the
 * run, so that they are published with the data they speak of.
 */
public final class Consumed {
  private record Entry(Watermark watermark, OffsetDateTime at) {}

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
              new Entry(watermark(row), (OffsetDateTime) row.getField("consumed_at")),
              (a, b) -> a.at().isAfter(b.at()) ? a : b);
    }
    return consumed;
  }

  private static Watermark watermark(Record row) {
    Long sequenceNumber = (Long) row.getField("sequence_number");
    long snapshot = (Long) row.getField("snapshot_id");
    return sequenceNumber == null
        ? Watermark.ofSnapshot(snapshot)
        : new Watermark(snapshot, sequenceNumber, (Long) row.getField("total_rows"));
  }

  /** Up to where a model has read a table, or empty if it never has. */
  public Optional<Watermark> watermark(TableIdentifier model, TableIdentifier table) {
    return Optional.ofNullable(entries.getOrDefault(model, Map.of()).get(table))
        .map(Entry::watermark);
  }

  /** The rows that record what a run consumed: those that say something new. */
  public List<Map<String, Object>> rows(
      String run, Map<TableIdentifier, Map<TableIdentifier, Watermark>> consumed) {
    OffsetDateTime now = Instant.now().atOffset(ZoneOffset.UTC);
    List<Map<String, Object>> rows = new ArrayList<>();
    consumed.forEach(
        (model, tables) ->
            tables.forEach(
                (table, watermark) -> {
                  if (!watermark(model, table).equals(Optional.of(watermark))) {
                    rows.add(
                        Map.of(
                            "model", model.toString(),
                            "input", table.toString(),
                            "run_id", run,
                            "snapshot_id", watermark.snapshot(),
                            "sequence_number", watermark.sequenceNumber(),
                            "total_rows", watermark.rows(),
                            "consumed_at", now));
                  }
                }));
    return rows;
  }
}
