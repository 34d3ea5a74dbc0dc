package lakehouse.models.run;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.model.Model;
import lakehouse.models.model.Names;
import lakehouse.models.ops.OpsRows;
import org.apache.spark.sql.Row;

/**
 * Tells in {@code ops.restatement} which figures of rows that were published before a run has made
 * other ones: a row for each figure that {@link Model#restates()} names, with what it was and what
 * it is. It reads the change set that the run has written, so it tells what the run did and nothing
 * else. A row that is new restates nothing; a table that is made anew as a whole has no change set,
 * and tells nothing.
 */
public final class Restatements {
  private static final int ROWS_AT_ONCE = 50_000;

  private final LakeRun run;
  private final OpsRows ops;

  public Restatements(LakeRun run) {
    this.run = run;
    this.ops = new OpsRows(run.catalog());
  }

  /** Adds what the models restated, on the run's branch; none if they restated nothing. */
  public void record(List<ModelRunner.Done> done) {
    List<String> changed =
        done.stream()
            .filter(model -> !model.model().restates().isEmpty())
            .filter(model -> restatesAny(model.outcome().changes()))
            .map(model -> sql(run.id(), model.model()))
            .toList();
    if (changed.isEmpty()) {
      return;
    }
    OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    List<Map<String, Object>> rows = new ArrayList<>();
    Iterator<Row> restated =
        run.spark().sql(String.join("\nUNION ALL\n", changed)).toLocalIterator();
    while (restated.hasNext()) {
      rows.add(row(restated.next(), now));
      if (rows.size() == ROWS_AT_ONCE || !restated.hasNext()) {
        ops.append(OpsTables.RESTATEMENT, rows);
        rows.clear();
      }
    }
  }

  private static Map<String, Object> row(Row restated, OffsetDateTime now) {
    Map<String, Object> row = new HashMap<>();
    for (String column : restated.schema().fieldNames()) {
      row.put(column, restated.getAs(column));
    }
    row.put("restated_at", now);
    return row;
  }

  private static boolean restatesAny(Optional<ChangeSet> changes) {
    return changes.filter(set -> set.updated() + set.deleted() > 0).isPresent();
  }

  /** The figures of a model's change set that a run has made other ones. */
  static String sql(String runId, Model model) {
    String key =
        model.uniqueKey().stream()
            .map(column -> "%s, _old.%s".formatted(Names.literal(column), Names.column(column)))
            .collect(Collectors.joining(", "));
    String figures =
        model.restates().stream()
            .map(
                column ->
                    """
                    named_struct(
                      'figure', %1$s,
                      'old_value', CAST(_old.%2$s AS STRING),
                      'new_value', CAST(_new.%2$s AS STRING))"""
                        .formatted(Names.literal(column), Names.column(column)))
            .collect(Collectors.joining(",\n"));
    return """
        SELECT
          run_id,
          model,
          row_key,
          change,
          f.figure,
          f.old_value,
          f.new_value
        FROM (
          SELECT
            _run AS run_id,
            %1$s AS model,
            to_json(named_struct(%2$s), map('ignoreNullFields', 'false')) AS row_key,
            _op AS change,
            explode(array(%3$s)) AS f
          FROM %4$s
          WHERE _run = %5$s
            AND _op <> 'insert')
        WHERE NOT (f.old_value <=> f.new_value)"""
        .formatted(
            Names.literal(model.name()),
            key,
            figures,
            Names.table(Names.changes(model.table())),
            Names.literal(runId));
  }
}
