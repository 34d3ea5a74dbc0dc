package lakehouse.models.publish;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.audit.AuditRunner;
import lakehouse.models.model.Model;
import lakehouse.models.ops.Consumed;
import lakehouse.models.ops.IngestCommits;
import lakehouse.models.ops.OpsRows;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Decision;
import lakehouse.models.plan.Inputs;
import lakehouse.models.plan.LakeState;
import lakehouse.models.plan.Planner;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.run.LakeRun;
import lakehouse.models.run.LakeSession;
import lakehouse.models.run.ModelRunner;
import lakehouse.models.run.ModelTables;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs models so that nothing unchecked is ever seen: on a branch made from one hash, audited
 * there, then merged by one commit and tagged. What a run consumed is written on its branch too, so
 * whenever it is stopped there is nothing to mend: the branch is dropped and the next run does it
 * again.
 */
public final class WriteAuditPublish {
  private static final Logger LOG = LoggerFactory.getLogger(WriteAuditPublish.class);

  private final LakeConfig config;
  private final List<Model> models;
  private final RunListener listener;

  public WriteAuditPublish(LakeConfig config, List<Model> models, RunListener listener) {
    this.config = config;
    this.models = models;
    this.listener = listener;
  }

  /**
   * What to run.
   *
   * @param select selectors of models; empty for all
   * @param fullRefresh whether the selected are made anew
   */
  public record Request(List<String> select, boolean fullRefresh) {
    public Request {
      select = List.copyOf(select);
    }
  }

  /**
   * What came of a run.
   *
   * @param run the run
   * @param hash the hash of the published state
   * @param models what was done
   * @param audits what was checked
   */
  public record Published(
      RunId run, String hash, List<ModelRunner.Done> models, List<AuditResult> audits) {}

  /** Plans, and does nothing. */
  public RunPlan plan(Request request) {
    try (LakeCatalog main = LakeCatalog.open(config.catalog())) {
      return planned(main, head(main), request).plan();
    }
  }

  /**
   * Runs.
   *
   * @return what was published, or empty if there was nothing new
   * @throws LakeException if an audit fails ({@link ExitCode#DATA_CHECK}) or another run holds the
   *     lock ({@link ExitCode#CONFLICT}); nothing is published then
   */
  public Optional<Published> run(Request request) {
    RunId run = RunId.next();
    try (LakeCatalog main = LakeCatalog.open(config.catalog())) {
      head(main);
      try (RunLock lock = RunLock.take(main, run.value())) {
        new Repair(main).afterCrash();
        String hash = head(main);
        Planned planned = planned(main, hash, request);
        listener.planned(planned.plan());
        if (planned.plan().isEmpty()) {
          return Optional.empty();
        }
        return Optional.of(run(main, lock, run, hash, planned));
      }
    }
  }

  private Published run(LakeCatalog main, RunLock lock, RunId run, String hash, Planned planned) {
    CatalogBranches branches = new CatalogBranches(main);
    String reference = config.catalog().reference();
    RunRecords records = new RunRecords(run, hash);
    Instant startedAt = Instant.now();
    branches.create(run.branch(), reference, hash);
    List<ModelRunner.Done> done = new ArrayList<>();
    try (LakeCatalog branch = LakeCatalog.open(config.catalog(), run.branch(), Optional.empty())) {
      SparkSession spark =
          LakeSession.open(config.catalog(), run.branch(), Optional.empty(), planned.bytes());
      List<AuditResult> audits;
      try {
        listener.started(run);
        LakeRun lakeRun = new LakeRun(run.value(), spark, branch);
        new ModelRunner(
                lakeRun,
                planned.set().graph(),
                planned.inputs(),
                config.models().parallelism(),
                model -> {
                  done.add(model);
                  listener.done(model);
                })
            .run(planned.plan());
        audits =
            new AuditRunner(spark, config.models().parallelism()).check(audited(planned, done));
        listener.audited(audits);
        requirePassed(main, run, records, done, audits);
        OpsRows ops = new OpsRows(branch);
        ops.append(OpsTables.MODEL_INPUT, consumed(planned, run, done));
        ops.append(OpsTables.MODEL_RUN, records.models(done, RunRecords.SUCCEEDED, ""));
        ops.append(OpsTables.AUDIT_RESULT, records.audits(audits));
        new IngestCommits(main, ops).upTo(hash);
      } finally {
        spark.stop();
      }
      lock.requireHeld();
      String published = branches.merge(run.branch(), reference, "Publish " + run.branch());
      branches.tag(run.tag(), reference, published);
      branches.delete(run.branch());
      return new Published(run, published, done, audits);
    } catch (AuditFailedException e) {
      throw e; // recorded, and its branch is kept
    } catch (RuntimeException e) {
      LOG.debug("Run {} failed", run.value(), e);
      branches.delete(run.branch());
      recordFailure(main, records, done, startedAt, e);
      throw e;
    }
  }

  private void requirePassed(
      LakeCatalog main,
      RunId run,
      RunRecords records,
      List<ModelRunner.Done> done,
      List<AuditResult> audits) {
    List<AuditResult> failed = audits.stream().filter(AuditResult::blocks).toList();
    if (failed.isEmpty()) {
      return;
    }
    AuditFailedException failure = new AuditFailedException(run, failed);
    OpsRows ops = new OpsRows(main);
    ops.append(OpsTables.MODEL_RUN, records.models(done, RunRecords.FAILED, failure.summary()));
    ops.append(OpsTables.AUDIT_RESULT, records.audits(audits));
    throw failure;
  }

  private static void recordFailure(
      LakeCatalog main,
      RunRecords records,
      List<ModelRunner.Done> done,
      Instant startedAt,
      RuntimeException failure) {
    try {
      String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
      List<Map<String, Object>> rows =
          new ArrayList<>(records.models(done, RunRecords.DROPPED, message));
      rows.add(records.failure("", startedAt, message));
      new OpsRows(main).append(OpsTables.MODEL_RUN, rows);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  // A table is checked when it changed, or one that it refers to did.
  private static List<Model> audited(Planned planned, List<ModelRunner.Done> done) {
    Set<TableIdentifier> changed = new LinkedHashSet<>();
    done.stream()
        .filter(model -> model.outcome().decision().action() != Action.SKIP)
        .forEach(model -> changed.add(model.model().table()));
    return planned.plan().steps().stream()
        .map(RunPlan.Step::model)
        .filter(
            model ->
                changed.contains(model.table())
                    || model.audits().stream()
                        .anyMatch(
                            audit ->
                                audit instanceof lakehouse.models.model.Audit.Relationship other
                                    && changed.contains(other.to())))
        .toList();
  }

  private static List<Map<String, Object>> consumed(
      Planned planned, RunId run, List<ModelRunner.Done> done) {
    Map<TableIdentifier, Map<TableIdentifier, Long>> consumed = new LinkedHashMap<>();
    done.forEach(model -> consumed.put(model.model().table(), model.outcome().consumed()));
    return planned.consumed().rows(run.value(), consumed);
  }

  private String head(LakeCatalog main) {
    String reference = config.catalog().reference();
    return new CatalogBranches(main)
        .hash(reference)
        .orElseThrow(
            () ->
                new LakeException(
                    ExitCode.PREFLIGHT,
                    "The catalog has no branch %s. Make it with `lake setup apply`."
                        .formatted(reference)));
  }

  private record Planned(
      RunPlan plan, ModelSet set, Inputs inputs, Consumed consumed, long bytes) {}

  private Planned planned(LakeCatalog main, String hash, Request request) {
    String reference = config.catalog().reference();
    try (LakeCatalog pinned = LakeCatalog.open(config.catalog(), reference, Optional.of(hash))) {
      LakeState state = LakeState.at(main, pinned, reference, hash);
      ModelSet set = ModelSet.of(state, models);
      Set<TableIdentifier> selected = set.graph().select(request.select());
      Consumed consumed = Consumed.read(new OpsRows(pinned));
      Inputs inputs = new Inputs(set.graph(), consumed);
      List<RunPlan.Step> steps =
          new Planner(set.graph(), inputs, model -> tableState(state, model))
              .steps(state, selected, request.fullRefresh() ? selected : Set.of());
      return new Planned(
          new RunPlan(reference, hash, steps, set.waiting()),
          set,
          inputs,
          consumed,
          bytes(state, steps));
    }
  }

  private static Decision.TableState tableState(LakeState state, Model model) {
    if (!state.has(model.table())) {
      return Decision.TableState.MISSING;
    }
    if (model.sql().isEmpty()) {
      return Decision.TableState.CURRENT;
    }
    return state
        .table(model.table())
        .map(table -> table.properties().get(ModelTables.DIGEST_PROPERTY))
        .filter(model.digest()::equals)
        .map(digest -> Decision.TableState.CURRENT)
        .orElse(Decision.TableState.OUTDATED);
  }

  // The size of what changed and of what it is compared with: enough to choose the number of tasks.
  private static long bytes(LakeState state, List<RunPlan.Step> steps) {
    Map<TableIdentifier, Long> sizes = new HashMap<>();
    for (RunPlan.Step step : steps) {
      if (step.decision().action() != Action.SKIP) {
        step.model()
            .inputs()
            .forEach(
                input ->
                    sizes.computeIfAbsent(
                        input.table(),
                        table -> state.table(table).map(WriteAuditPublish::size).orElse(0L)));
      }
    }
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long size(Table table) {
    return table.currentSnapshot() == null
        ? 0
        : Long.parseLong(table.currentSnapshot().summary().getOrDefault("total-files-size", "0"));
  }
}
