package lakehouse.models.publish;

import java.time.Instant;
import java.util.ArrayList;
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
import lakehouse.models.model.Audit;
import lakehouse.models.model.Model;
import lakehouse.models.ops.IngestCommits;
import lakehouse.models.ops.OpsRows;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Backfill;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.plan.Watermark;
import lakehouse.models.run.LakeRun;
import lakehouse.models.run.LakeSession;
import lakehouse.models.run.ModelRunner;
import lakehouse.models.run.Restatements;
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
  /** A fault: all is written on the branch and audited, nothing is merged. */
  public static final String HALT_BEFORE_MERGE = "halt-before-merge";

  /** A fault: all is merged, and has no tag. */
  public static final String HALT_AFTER_MERGE = "halt-after-merge";

  private static final Logger LOG = LoggerFactory.getLogger(WriteAuditPublish.class);

  private final LakeConfig config;
  private final List<Model> models;
  private final RunListener listener;

  public WriteAuditPublish(LakeConfig config, List<Model> models, RunListener listener) {
    this.config = config;
    this.models = models;
    this.listener = listener;
  }

  /** How far a run goes. */
  public enum Mode {
    /** To the end. */
    PUBLISH,
    /** Everything is made and audited on the branch, and dropped with it. */
    DRY_RUN
  }

  /**
   * What to run.
   *
   * @param select selectors of models; empty for all
   * @param fullRefresh whether the selected are made anew
   * @param backfill partitions to make anew of those that are made by partitions
   * @param mode how far to go
   */
  public record Request(
      List<String> select, boolean fullRefresh, Optional<Backfill> backfill, Mode mode) {
    public Request {
      select = List.copyOf(select);
    }

    /** A run that publishes. */
    public Request(List<String> select, boolean fullRefresh) {
      this(select, fullRefresh, Optional.empty(), Mode.PUBLISH);
    }
  }

  /**
   * What came of a run.
   *
   * @param run the run
   * @param mode how far it went
   * @param hash the hash of the published state; for a dry run, that of the state it read
   * @param models what was done
   * @param audits what was checked
   */
  public record Published(
      RunId run, Mode mode, String hash, List<ModelRunner.Done> models, List<AuditResult> audits) {}

  /** Plans, and does nothing. */
  public RunPlan plan(Request request) {
    try (LakeCatalog main = LakeCatalog.open(config.catalog())) {
      return Preparation.of(main, head(main), models, request).plan();
    }
  }

  /**
   * Runs.
   *
   * @return what was published, or empty if there was nothing new
   * @throws LakeException if an audit fails ({@link ExitCode#DATA_CHECK}) or another run holds the
   *     lock ({@link ExitCode#CONFLICT}); nothing is published then. If the catalog stops answering
   *     ({@link ExitCode#PREFLIGHT}), all of it is published or nothing
   */
  public Optional<Published> run(Request request) {
    RunId run = RunId.next();
    try (LakeCatalog main = LakeCatalog.open(config.catalog())) {
      head(main);
      try (RunLock lock = RunLock.take(main, run.value())) {
        FailedRuns kept = new Repair(main).afterCrash();
        String hash = head(main);
        Preparation prepared = Preparation.of(main, hash, models, request);
        listener.planned(prepared.plan());
        if (prepared.plan().isEmpty()) {
          requireTimely(hash, prepared);
          return Optional.empty();
        }
        Published published = run(main, lock, run, kept, prepared, request.mode());
        if (request.mode() == Mode.PUBLISH) {
          new Retention(main, config.models()).apply(kept);
        }
        return Optional.of(published);
      }
    } catch (RuntimeException e) {
      throw CatalogLoss.of(e, config.catalog().uri());
    }
  }

  private Published run(
      LakeCatalog main, RunLock lock, RunId run, FailedRuns kept, Preparation prepared, Mode mode) {
    String hash = prepared.plan().hash();
    CatalogBranches branches = new CatalogBranches(main);
    String reference = config.catalog().reference();
    RunRecords records = new RunRecords(run, hash);
    Instant startedAt = Instant.now();
    branches.create(run.branch(), reference, hash);
    List<ModelRunner.Done> done = new ArrayList<>();
    try (LakeCatalog branch = LakeCatalog.open(config.catalog(), run.branch(), Optional.empty())) {
      SparkSession spark =
          LakeSession.open(config.catalog(), run.branch(), Optional.empty(), prepared.bytes());
      List<AuditResult> audits;
      try {
        listener.started(run);
        LakeRun lakeRun = new LakeRun(run.value(), spark, branch);
        new ModelRunner(
                lakeRun,
                prepared.set().graph(),
                prepared.inputs(),
                config.models().parallelism(),
                model -> {
                  done.add(model);
                  listener.done(model);
                })
            .run(prepared.plan());
        AuditedTables tables = new AuditedTables(lakeRun, done);
        List<Model> audited = audited(prepared, done);
        audits =
            new AuditRunner(spark, reference, config.models().parallelism())
                .check(audited, audit -> true, tables::changed);
        listener.audited(audits);
        tables.mark(audited, audits);
        OpsRows ops = new OpsRows(branch);
        ops.append(OpsTables.MODEL_INPUT, consumed(prepared, run, done));
        requirePassed(ops, run, records, done, audits);
        listener.built(lakeRun, hash, List.copyOf(done));
        if (mode == Mode.DRY_RUN) {
          branches.delete(run.branch());
          return new Published(run, mode, hash, done, audits);
        }
        new Restatements(lakeRun).record(done);
        kept.record(ops);
        ops.append(OpsTables.MODEL_RUN, records.models(done, RunRecords.SUCCEEDED, ""));
        ops.append(OpsTables.AUDIT_RESULT, records.audits(audits));
        new IngestCommits(main, ops).upTo(hash);
      } finally {
        spark.stop();
      }
      String published = new Publication(main, lock).publish(run);
      return new Published(run, mode, published, done, audits);
    } catch (AuditFailedException e) {
      throw e; // its branch is kept, and has the record
    } catch (RuntimeException e) {
      LOG.debug("Run {} failed", run.value(), e);
      try {
        // where the answer to the merge was lost, the next run makes the tag and drops the branch
        if (new Repair(main).published(run, hash).isEmpty()) {
          branches.delete(run.branch());
          if (mode == Mode.PUBLISH && !isMisconfigured(e)) {
            recordFailure(main, records, done, startedAt, e);
          }
        }
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  // What is published may have grown too old, which nothing but a look at it can tell.
  private void requireTimely(String hash, Preparation prepared) {
    List<Model> timed =
        prepared.plan().steps().stream()
            .map(RunPlan.Step::model)
            .filter(WriteAuditPublish::isTimed)
            .toList();
    if (timed.isEmpty()) {
      return;
    }
    String reference = config.catalog().reference();
    SparkSession spark =
        LakeSession.open(config.catalog(), reference, Optional.of(hash), prepared.bytes());
    try {
      List<AuditResult> results =
          new AuditRunner(spark, reference, config.models().parallelism())
              .check(timed, Audit::isBrokenByTime, model -> Optional.empty());
      listener.audited(results);
      List<AuditResult> failed = results.stream().filter(AuditResult::blocks).toList();
      if (!failed.isEmpty()) {
        throw new AuditFailedException(failed);
      }
    } finally {
      spark.stop();
    }
  }

  private static boolean isTimed(Model model) {
    return model.audits().stream().anyMatch(Audit::isBrokenByTime);
  }

  private static void requirePassed(
      OpsRows ops,
      RunId run,
      RunRecords records,
      List<ModelRunner.Done> done,
      List<AuditResult> audits) {
    List<AuditResult> failed = audits.stream().filter(AuditResult::blocks).toList();
    if (failed.isEmpty()) {
      return;
    }
    AuditFailedException failure = new AuditFailedException(run, failed);
    // on its own branch: the published one stays where it is
    ops.append(OpsTables.MODEL_RUN, records.models(done, RunRecords.FAILED, failure.summary()));
    ops.append(OpsTables.AUDIT_RESULT, records.audits(audits));
    throw failure;
  }

  private static boolean isMisconfigured(RuntimeException failure) {
    return failure instanceof LakeException known && known.exitCode() == ExitCode.CONFIGURATION;
  }

  private static void recordFailure(
      LakeCatalog main,
      RunRecords records,
      List<ModelRunner.Done> done,
      Instant startedAt,
      RuntimeException failure) {
    String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    List<Map<String, Object>> rows =
        new ArrayList<>(records.models(done, RunRecords.DROPPED, message));
    rows.add(records.failure("", startedAt, message));
    new OpsRows(main).append(OpsTables.MODEL_RUN, rows);
  }

  // A table is checked when it changed, or one that it refers to did.
  private static List<Model> audited(Preparation prepared, List<ModelRunner.Done> done) {
    Set<TableIdentifier> changed = new LinkedHashSet<>();
    done.stream()
        .filter(model -> model.outcome().decision().action() != Action.SKIP)
        .forEach(model -> changed.add(model.model().table()));
    return prepared.plan().steps().stream()
        .map(RunPlan.Step::model)
        .filter(
            model ->
                changed.contains(model.table())
                    || isTimed(model)
                    || model.audits().stream()
                        .anyMatch(
                            audit ->
                                audit instanceof Audit.Relationship other
                                    && changed.contains(other.to())))
        .toList();
  }

  private static List<Map<String, Object>> consumed(
      Preparation prepared, RunId run, List<ModelRunner.Done> done) {
    Map<TableIdentifier, Map<TableIdentifier, Watermark>> consumed = new LinkedHashMap<>();
    done.forEach(model -> consumed.put(model.model().table(), model.outcome().consumed()));
    return prepared.consumed().rows(run.value(), consumed);
  }

  private String head(LakeCatalog main) {
    return main.requireReference(config.catalog().reference()).getHash();
  }
}
