package lakehouse.models.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import lakehouse.models.model.Input;
import lakehouse.models.model.Materialization;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import org.apache.iceberg.catalog.TableIdentifier;

/** Plans a run from models, table metadata and watermarks; it reads no row. */
public final class Planner {
  private final ModelGraph graph;
  private final Inputs inputs;
  private final Function<Model, Decision.TableState> tableStates;

  /**
   * @param tableStates what is known of a model's table
   */
  public Planner(
      ModelGraph graph, Inputs inputs, Function<Model, Decision.TableState> tableStates) {
    this.graph = graph;
    this.inputs = inputs;
    this.tableStates = tableStates;
  }

  /**
   * The steps of a run.
   *
   * @param state the lake at the hash that is read
   * @param selected the models to run
   * @param refresh those of them to make anew, whatever changed
   * @param backfill partitions to make anew of those that are made by partitions
   */
  public List<RunPlan.Step> steps(
      LakeState state,
      Set<TableIdentifier> selected,
      Set<TableIdentifier> refresh,
      Optional<Backfill> backfill) {
    Map<TableIdentifier, InputChange> expected = new HashMap<>();
    List<RunPlan.Step> steps = new ArrayList<>();
    for (Model model : graph.models()) {
      if (!selected.contains(model.table())) {
        continue;
      }
      Decision.TableState table = tableStates.apply(model);
      boolean anew = refresh.contains(model.table()) || table != Decision.TableState.CURRENT;
      Map<Input, InputChange> changes = new LinkedHashMap<>();
      for (Input input : model.inputs()) {
        // what is lost in a change log is no matter to a model that is made anew
        InputChange now =
            anew
                ? new InputChange.Never()
                : inputs.change(model, input, state::snapshot, state::table);
        changes.put(input, plus(now, Optional.ofNullable(expected.get(input.table()))));
      }
      Optional<Backfill> partitions =
          backfill.filter(b -> model.materialization() == Materialization.TOUCHED_PARTITIONS);
      Decision decision =
          Decision.of(model, table, refresh.contains(model.table()), partitions, changes);
      RunPlan.Step step = new RunPlan.Step(model, decision, partitions, changes);
      steps.add(step);
      expectation(step).ifPresent(change -> expected.put(model.table(), change));
    }
    return steps;
  }

  // What those who read this model will find, if it is run as decided.
  private static Optional<InputChange> expectation(RunPlan.Step step) {
    return switch (step.decision().action()) {
      case SKIP -> Optional.empty();
      case FULL ->
          Optional.of(
              comparesWhenFull(step)
                  ? new InputChange.Rows(InputChange.Rows.UNKNOWN)
                  : new InputChange.Whole("is made anew (" + step.decision().why() + ")"));
      case INCREMENTAL ->
          Optional.of(
              new InputChange.Rows(
                  step.model().materialization() == Materialization.CURRENT_STATE
                      ? step.rows()
                      : InputChange.Rows.UNKNOWN));
    };
  }

  // Computed whole because an input has no reach, but compared with what was there.
  private static boolean comparesWhenFull(RunPlan.Step step) {
    return step.model().materialization().keepsChanges() && step.decision().keepsTable();
  }

  private static InputChange plus(InputChange now, Optional<InputChange> expected) {
    if (expected.isEmpty() || now instanceof InputChange.Never) {
      return now;
    }
    if (now instanceof InputChange.Rows a && expected.get() instanceof InputChange.Rows b) {
      return a.plus(b);
    }
    return now instanceof InputChange.Whole ? now : expected.get();
  }
}
