package lakehouse.models.publish;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.ops.OpsRows;
import lakehouse.models.plan.Action;
import lakehouse.models.run.ChangeSet;
import lakehouse.models.run.ModelRunner;

/** What is recorded of a run in the audit trail. */
final class RunRecords {
  static final String SUCCEEDED = "succeeded";

  /** An audit failed: the branch is kept, and has the record until the next publication. */
  static final String FAILED = "failed";

  /** Something else went wrong, and the branch was dropped. */
  static final String DROPPED = "dropped";

  private final RunId run;
  private final String hash;

  RunRecords(RunId run, String hash) {
    this.run = run;
    this.hash = hash;
  }

  /** A row for each model that did something. */
  List<Map<String, Object>> models(List<ModelRunner.Done> done, String status, String message) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (ModelRunner.Done model : done) {
      if (model.outcome().decision().action() == Action.SKIP) {
        continue;
      }
      Map<String, Object> row = row(model.model().name(), status, message);
      row.put("kind", model.model().materialization().text());
      row.put("started_at", at(Instant.ofEpochMilli(model.startedAtMillis())));
      row.put("finished_at", at(Instant.ofEpochMilli(model.startedAtMillis() + model.millis())));
      row.put("rows_written", model.outcome().rowsWritten());
      row.put("rows_changed", model.outcome().changes().map(ChangeSet::rows).orElse(null));
      rows.add(row);
    }
    return rows;
  }

  /** A row for a run that ended before any model did. */
  Map<String, Object> failure(String model, Instant startedAt, String message) {
    Map<String, Object> row = row(model, DROPPED, message);
    row.put("kind", "");
    row.put("started_at", at(startedAt));
    row.put("finished_at", at(Instant.now()));
    return row;
  }

  /** The row for a publication that takes silver and gold back to an earlier one. */
  Map<String, Object> rollback(String tag, Instant at) {
    Map<String, Object> row = row("", SUCCEEDED, "rolled back to " + tag);
    row.put("kind", "rollback");
    row.put("started_at", at(at));
    row.put("finished_at", at(at));
    return row;
  }

  List<Map<String, Object>> audits(List<AuditResult> results) {
    OffsetDateTime now = at(Instant.now());
    return results.stream()
        .map(
            result ->
                Map.<String, Object>of(
                    "run_id", run.value(),
                    "model", result.model().name(),
                    "audit", result.audit().name(),
                    "severity", result.audit().severity().text(),
                    "failed_rows", result.failedRows(),
                    "query", result.query(),
                    "checked_at", now,
                    "status", result.status()))
        .toList();
  }

  private Map<String, Object> row(String model, String status, String message) {
    Map<String, Object> row = new HashMap<>();
    row.put("run_id", run.value());
    row.put("model", model);
    row.put("status", status);
    row.put("message", message.isEmpty() ? null : message);
    row.put("at_hash", hash);
    row.put("branch", run.branch());
    row.put("tag", status.equals(SUCCEEDED) ? run.tag() : null);
    return row;
  }

  /** The last run that was published, by the records of a reference. */
  static Optional<RunId> lastPublished(OpsRows ops) {
    return ops.read(OpsTables.MODEL_RUN).stream()
        .filter(row -> SUCCEEDED.equals(row.getField("status")))
        .max(Comparator.comparing(row -> (String) row.getField("run_id")))
        .map(row -> new RunId((String) row.getField("run_id")));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
