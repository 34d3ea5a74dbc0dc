package lakehouse.models.publish;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.ops.OpsRows;
import org.apache.iceberg.data.Record;
import org.projectnessie.model.Reference;

/**
 * The runs that an audit stopped. Each is kept on its branch, with its own record: so a run that
 * publishes nothing does not move the published branch. The next run that publishes takes the
 * records along.
 */
final class FailedRuns {
  private final LakeCatalog main;
  private final List<RunId> runs;

  private FailedRuns(LakeCatalog main, List<RunId> runs) {
    this.main = main;
    this.runs = runs;
  }

  /** All of them, oldest first. */
  List<RunId> runs() {
    return runs;
  }

  /** Looks for them among the branches. */
  static FailedRuns find(LakeCatalog main) {
    OpsRows published = new OpsRows(main);
    return new FailedRuns(
        main,
        new CatalogBranches(main)
            .all().stream()
                .map(Reference::getName)
                .sorted()
                .flatMap(name -> RunId.ofBranch(name).stream())
                .filter(run -> hasFailed(main, run))
                // one that was promoted since is a published one
                .filter(run -> !has(published, run, RunRecords.SUCCEEDED))
                .toList());
  }

  /** Their branches. */
  Set<String> branches() {
    return runs.stream().map(RunId::branch).collect(Collectors.toSet());
  }

  /** Adds their records to an audit trail that does not have them yet. */
  void record(OpsRows ops) {
    for (RunId run : runs) {
      if (!has(ops, run, RunRecords.FAILED)) {
        try (LakeCatalog branch = open(main, run)) {
          for (OpsTables table : List.of(OpsTables.MODEL_RUN, OpsTables.AUDIT_RESULT)) {
            ops.append(table, rows(new OpsRows(branch), run, table));
          }
        }
      }
    }
  }

  /** Whether an audit trail tells that a run ended so. */
  static boolean has(OpsRows ops, RunId run, String status) {
    return ops.read(OpsTables.MODEL_RUN).stream()
        .anyMatch(
            row ->
                run.value().equals(row.getField("run_id"))
                    && status.equals(row.getField("status")));
  }

  /** What an audit trail says of a run. */
  static List<Map<String, Object>> rows(OpsRows ops, RunId run, OpsTables table) {
    return ops.read(table).stream()
        .filter(row -> run.value().equals(row.getField("run_id")))
        .map(FailedRuns::values)
        .toList();
  }

  // A branch without the record is that of a run that was stopped before it knew.
  private static boolean hasFailed(LakeCatalog main, RunId run) {
    try (LakeCatalog branch = open(main, run)) {
      return has(new OpsRows(branch), run, RunRecords.FAILED);
    }
  }

  private static LakeCatalog open(LakeCatalog main, RunId run) {
    return LakeCatalog.open(main.config(), run.branch(), Optional.empty());
  }

  private static Map<String, Object> values(Record row) {
    Map<String, Object> values = new HashMap<>();
    row.struct().fields().forEach(field -> values.put(field.name(), row.getField(field.name())));
    return values;
  }
}
