package lakehouse.models.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Input;
import lakehouse.models.model.Materialization;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Decision;
import lakehouse.models.plan.InputChange;
import lakehouse.models.plan.Inputs;
import lakehouse.models.plan.Lineage;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.plan.Watermark;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of a plan on the run's branch: each model after those that it reads, independent
 * ones at the same time, in one warm session.
 */
public final class ModelRunner {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRunner.class);
  private static final int END_SECONDS = 60;

  private final LakeRun run;
  private final Inputs inputs;
  private final int parallelism;
  private final Consumer<Done> progress;
  private final ModelGraph graph;

  /**
   * The run by a session for tiny queries, and by one for others; one and the same in a large run.
   */
  private final LakeRun coded;

  /**
   * @param parallelism how many models run at once
   * @param progress told of each model when it is done; called by one thread
   */
  public ModelRunner(
      LakeRun run, ModelGraph graph, Inputs inputs, int parallelism, Consumer<Done> progress) {
    this.run = run;
    this.inputs = inputs;
    this.parallelism = parallelism;
    this.progress = progress;
    this.graph = graph;
    this.coded = run.withCode();
  }

  /**
   * A model that has been run.
   *
   * @param startedAtMillis when it began, since the epoch
   * @param millis how long it took
   */
  public record Done(Model model, Outcome outcome, long startedAtMillis, long millis) {}

  /** Runs the plan; the first failure ends it, after what is running. */
  public List<Done> run(RunPlan plan) {
    makeNamespaces(plan);
    Map<TableIdentifier, CurrentState.Piece> pieces = pieces(plan);
    Map<TableIdentifier, ChangeLogFacts> facts =
        new CurrentState(run).facts(List.copyOf(pieces.values()));
    Map<TableIdentifier, RunPlan.Step> waiting = new LinkedHashMap<>();
    plan.steps().forEach(step -> waiting.put(step.model().table(), step));

    ExecutorService executor = Executors.newFixedThreadPool(parallelism);
    CompletionService<Done> completed = new ExecutorCompletionService<>(executor);
    List<Done> done = new ArrayList<>();
    try {
      int running = 0;
      while (!waiting.isEmpty() || running > 0) {
        for (RunPlan.Step step : ready(waiting, done, plan)) {
          waiting.remove(step.model().table());
          completed.submit(() -> step(step, pieces, facts));
          running++;
        }
        Done next = completed.take().get();
        running--;
        done.add(next);
        progress.accept(next);
      }
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while models ran", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      end(executor);
    }
  }

  // Nothing may write on the branch any more when its fate is decided.
  private void end(ExecutorService executor) {
    executor.shutdownNow();
    // an error of the machine stops Spark itself, and is the one to tell
    if (!run.spark().sparkContext().isStopped()) {
      run.spark().sparkContext().cancelAllJobs();
    }
    try {
      if (!executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Models still run {} s after their run was ended", END_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<RunPlan.Step> ready(
      Map<TableIdentifier, RunPlan.Step> waiting, List<Done> done, RunPlan plan) {
    Set<TableIdentifier> ended = new java.util.HashSet<>();
    done.forEach(d -> ended.add(d.model().table()));
    Set<TableIdentifier> planned = new java.util.HashSet<>();
    plan.steps().forEach(step -> planned.add(step.model().table()));
    return waiting.values().stream()
        .filter(
            step ->
                step.model().inputs().stream()
                    .map(Input::table)
                    .allMatch(table -> !planned.contains(table) || ended.contains(table)))
        .toList();
  }

  private Done step(
      RunPlan.Step step,
      Map<TableIdentifier, CurrentState.Piece> pieces,
      Map<TableIdentifier, ChangeLogFacts> facts) {
    Model model = step.model();
    run.spark().sparkContext().setLocalProperty("spark.scheduler.pool", model.name());
    long wall = System.currentTimeMillis();
    long start = System.nanoTime();
    try {
      Outcome outcome =
          model.materialization() == Materialization.CURRENT_STATE
              ? currentState(step, pieces, facts)
              : select(step);
      long millis = (System.nanoTime() - start) / 1_000_000;
      LOG.debug("{}: {} in {} ms", model.name(), outcome, millis);
      return new Done(model, outcome, wall, millis);
    } catch (LakeException e) {
      throw e;
    } catch (Exception e) {
      throw ModelFailure.of(model, e);
    }
  }

  private Outcome currentState(
      RunPlan.Step step,
      Map<TableIdentifier, CurrentState.Piece> pieces,
      Map<TableIdentifier, ChangeLogFacts> facts) {
    TableIdentifier table = step.model().table();
    return step.decision().action() == Action.SKIP
        ? skipped(step.decision())
        : new CurrentState(fit(facts.get(table).rows()))
            .apply(pieces.get(table), step.decision(), facts.get(table));
  }

  private Outcome select(RunPlan.Step step) {
    if (step.decision().action() == Action.SKIP) {
      return skipped(step.decision());
    }
    // what was expected of the models before is known now
    Map<Input, InputChange> changes = new HashMap<>();
    Map<TableIdentifier, Optional<Table>> tables = new HashMap<>();
    for (Input input : step.model().inputs()) {
      changes.put(
          input,
          inputs.change(
              step.model(),
              input,
              table ->
                  tables
                      .computeIfAbsent(table, run::find)
                      .map(Lineage::head)
                      .orElse(Lineage.NO_SNAPSHOT),
              table -> tables.computeIfAbsent(table, run::find)));
    }
    Decision.TableState state =
        step.decision().keepsTable() ? Decision.TableState.CURRENT : Decision.TableState.MISSING;
    Decision decision = Decision.of(step.model(), state, false, step.backfill(), changes);
    if (!step.decision().keepsTable()) {
      decision = step.decision();
    }
    return decision.action() == Action.SKIP
        ? skipped(decision)
        : new SelectModels(fit(inputRows(step.model())), graph, inputs)
            .apply(step.model(), decision, step.backfill(), changes);
  }

  private LakeRun fit(long rows) {
    return rows < LakeSession.ROWS_WORTH_CODE ? run : coded;
  }

  private long inputRows(Model model) {
    return model.inputs().stream()
        .map(input -> run.find(input.table()))
        .mapToLong(table -> table.map(Lineage::totalRows).orElse(0L))
        .sum();
  }

  private static Outcome skipped(Decision decision) {
    return new Outcome(
        new Decision(Action.SKIP, decision.why(), true),
        0,
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private Map<TableIdentifier, CurrentState.Piece> pieces(RunPlan plan) {
    Map<TableIdentifier, CurrentState.Piece> pieces = new LinkedHashMap<>();
    for (RunPlan.Step step : plan.steps()) {
      if (step.model().materialization() != Materialization.CURRENT_STATE
          || step.decision().action() == Action.SKIP) {
        continue;
      }
      Input input = step.model().inputs().get(0);
      ChangeLog log = new ChangeLog(input.table(), run.table(input.table()));
      boolean whole = step.decision().action() == Action.FULL || log.key().isEmpty();
      Watermark after =
          whole ? Watermark.NONE : inputs.consumed(step.model(), input).orElse(Watermark.NONE);
      pieces.put(step.model().table(), new CurrentState.Piece(step.model(), log, after));
    }
    return pieces;
  }

  private void makeNamespaces(RunPlan plan) {
    plan.steps().stream()
        .map(step -> step.model().table().namespace())
        .distinct()
        .forEach(
            namespace -> {
              for (int level = 1; level <= namespace.length(); level++) {
                makeNamespace(Namespace.of(java.util.Arrays.copyOf(namespace.levels(), level)));
              }
            });
  }

  private void makeNamespace(Namespace namespace) {
    if (!run.catalog().iceberg().namespaceExists(namespace)) {
      try {
        run.catalog().iceberg().createNamespace(namespace);
      } catch (AlreadyExistsException e) {
        LOG.debug("Namespace {} is there already", namespace);
      }
    }
  }
}
