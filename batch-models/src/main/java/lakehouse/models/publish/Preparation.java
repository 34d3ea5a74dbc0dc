package lakehouse.models.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Input;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import lakehouse.models.ops.Consumed;
import lakehouse.models.ops.OpsRows;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Decision;
import lakehouse.models.plan.Inputs;
import lakehouse.models.plan.LakeState;
import lakehouse.models.plan.Planner;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.run.ModelTables;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * All that is known before a run does anything.
 *
 * @param plan what it will do
 * @param set the models of the lake
 * @param inputs what is new in what they read
 * @param consumed how far they have read
 * @param bytes about how much is read
 */
record Preparation(RunPlan plan, ModelSet set, Inputs inputs, Consumed consumed, long bytes) {

  /**
   * Prepares a run.
   *
   * @param main the published branch
   * @param hash where on it everything is read
   * @param models the models that are written in files
   */
  static Preparation of(
      LakeCatalog main, String hash, List<Model> models, WriteAuditPublish.Request request) {
    String reference = main.config().reference();
    try (LakeCatalog pinned = LakeCatalog.open(main.config(), reference, Optional.of(hash))) {
      LakeState state = LakeState.at(main, pinned, reference, hash);
      ModelSet set = ModelSet.of(state, models);
      Set<TableIdentifier> selected = set.graph().select(request.select());
      requireInputs(state, set.graph(), selected);
      Consumed consumed = Consumed.read(new OpsRows(pinned));
      Inputs inputs = new Inputs(set.graph(), consumed);
      List<RunPlan.Step> steps =
          new Planner(set.graph(), inputs, model -> tableState(state, model))
              .steps(
                  state, selected, request.fullRefresh() ? selected : Set.of(), request.backfill());
      requireBackfilled(request, steps);
      return new Preparation(
          new RunPlan(reference, hash, steps, set.waiting()),
          set,
          inputs,
          consumed,
          bytes(state, steps));
    }
  }

  private static void requireInputs(
      LakeState state, ModelGraph graph, Set<TableIdentifier> selected) {
    List<String> missing = new ArrayList<>();
    for (Model model : graph.models()) {
      if (selected.contains(model.table())) {
        model.inputs().stream()
            .map(Input::table)
            .filter(table -> !state.has(table) && !selected.contains(table))
            .forEach(table -> missing.add("  %s reads %s".formatted(model.name(), table)));
      }
    }
    if (!missing.isEmpty()) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          Selected models read tables that were never made:
          %s
          Make those first, or with what reads them: a + before its name in --select."""
              .formatted(String.join("\n", missing)));
    }
  }

  private static void requireBackfilled(
      WriteAuditPublish.Request request, List<RunPlan.Step> steps) {
    if (request.backfill().isPresent()
        && steps.stream().allMatch(step -> step.backfill().isEmpty())) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "None of the selected models is made by partitions, so there is nothing to backfill.\n"
              + "Make one anew by --full-refresh.");
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
                        table -> state.table(table).map(Preparation::size).orElse(0L)));
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
