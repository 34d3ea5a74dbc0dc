package lakehouse.models.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.model.Names;
import lakehouse.models.ops.OpsRows;

/** What a person decides about runs that an audit stopped. */
public final class KeptRuns {
  private final LakeConfig config;

  public KeptRuns(LakeConfig config) {
    this.config = config;
  }

  /** The branches of all of them, oldest first. */
  public List<String> branches() {
    try (LakeCatalog main = LakeCatalog.open(config.catalog())) {
      return FailedRuns.find(main).runs().stream().map(RunId::branch).toList();
    }
  }

  /**
   * Publishes one in spite of its audits, and records that.
   *
   * @param branch its branch
   * @return its tag
   * @throws LakeException with {@link ExitCode#CONFLICT} if something else was published since
   */
  public String promote(String branch) {
    try (LakeCatalog main = LakeCatalog.open(config.catalog());
        RunLock lock = RunLock.take(main, RunId.next().value())) {
      RunId run = require(new Repair(main).afterCrash(), List.of(branch)).get(0);
      try (LakeCatalog at = LakeCatalog.open(config.catalog(), run.branch(), Optional.empty())) {
        OpsRows ops = new OpsRows(at);
        if (!FailedRuns.has(ops, run, RunRecords.SUCCEEDED)) {
          List<Map<String, Object>> promoted = new ArrayList<>();
          for (Map<String, Object> failed : FailedRuns.rows(ops, run, OpsTables.MODEL_RUN)) {
            Map<String, Object> row = new HashMap<>(failed);
            row.put("status", RunRecords.SUCCEEDED);
            row.put("message", "promoted in spite of it: " + failed.get("message"));
            row.put("tag", run.tag());
            promoted.add(row);
          }
          ops.append(OpsTables.MODEL_RUN, promoted);
        }
      }
      new Publication(main, lock).publish(run);
      return run.tag();
    }
  }

  /**
   * Drops some, after their records are taken to the published branch.
   *
   * @param branches their branches
   */
  public void discard(List<String> branches) {
    try (LakeCatalog main = LakeCatalog.open(config.catalog());
        RunLock lock = RunLock.take(main, RunId.next().value())) {
      FailedRuns kept = new Repair(main).afterCrash();
      List<RunId> runs = require(kept, branches);
      kept.record(new OpsRows(main));
      lock.requireHeld();
      runs.forEach(run -> new CatalogBranches(main).delete(run.branch()));
    }
  }

  private static List<RunId> require(FailedRuns kept, List<String> branches) {
    List<String> names = kept.runs().stream().map(RunId::branch).toList();
    List<RunId> runs = new ArrayList<>();
    for (String branch : branches) {
      runs.add(
          kept.runs().stream()
              .filter(run -> run.branch().equals(branch))
              .findFirst()
              .orElseThrow(
                  () ->
                      new LakeException(
                          ExitCode.CONFIGURATION,
                          "No failed run is kept on branch %s%s.\n%s"
                              .formatted(
                                  branch,
                                  Names.suggestion(branch, names),
                                  names.isEmpty()
                                      ? "None is kept at all."
                                      : "Kept are " + String.join(", ", names) + "."))));
    }
    return runs;
  }
}
