package lakehouse.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lakehouse.catalog.cli.Console;
import lakehouse.models.model.Input;
import lakehouse.models.model.Materialization;
import lakehouse.models.model.Reach;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Backfill;
import lakehouse.models.plan.InputChange;
import lakehouse.models.plan.RunPlan;

/** Shows a plan: what, why, which partitions, how many rows. */
final class PlanReport {
  private PlanReport() {}

  /**
   * A line of the plan, as JSON has it.
   *
   * @param rows changed rows to read, at most; empty where that is not known before
   */
  record Line(
      String model, String kind, String action, Optional<Long> rows, String reaches, String why) {}

  /** The whole plan, as JSON has it. */
  record Plan(String reference, String hash, List<Line> models, Map<String, String> waiting) {}

  static Plan of(RunPlan plan) {
    return new Plan(
        plan.reference(),
        plan.hash(),
        plan.steps().stream().map(PlanReport::line).toList(),
        plan.waiting());
  }

  static void print(RunPlan plan, Console console) {
    List<RunPlan.Step> busy =
        plan.steps().stream().filter(s -> s.decision().action() != Action.SKIP).toList();
    console.say("Plan at %s@%s", plan.reference(), plan.hash().substring(0, 12));
    if (!busy.isEmpty()) {
      List<List<Object>> rows = new ArrayList<>();
      for (RunPlan.Step step : busy) {
        Line line = line(step);
        rows.add(
            List.of(
                line.model(), line.kind(), line.action(), line.rows(), line.reaches(), line.why()));
      }
      console.table(List.of("model", "kind", "action", "changes", "reaches", "why"), rows);
    }
    int idle = plan.steps().size() - busy.size();
    if (idle > 0) {
      console.say("Nothing new for %d %s.", idle, idle == 1 ? "model" : "models");
    }
    plan.waiting()
        .forEach(
            (model, table) ->
                console.say("%s waits for %s, which is not captured yet.", model, table));
  }

  private static Line line(RunPlan.Step step) {
    return new Line(
        step.model().name(),
        step.model().materialization().text(),
        step.decision().action().name().toLowerCase(Locale.ROOT),
        rows(step),
        reaches(step),
        step.decision().why());
  }

  private static Optional<Long> rows(RunPlan.Step step) {
    return step.decision().action() == Action.INCREMENTAL && step.rows() != InputChange.Rows.UNKNOWN
        ? Optional.of(step.rows())
        : Optional.empty();
  }

  private static String reaches(RunPlan.Step step) {
    if (step.decision().action() == Action.SKIP) {
      return "nothing";
    }
    if (step.decision().action() == Action.FULL) {
      return "all";
    }
    return switch (step.model().materialization()) {
      case CURRENT_STATE, SCD2 -> "changed keys";
      case APPEND -> "new rows";
      case FULL -> "all";
      case MERGE_BY_KEY, TOUCHED_PARTITIONS ->
          column(step)
              + " "
              + Stream.concat(
                      step.changes().entrySet().stream()
                          .filter(change -> change.getValue() instanceof InputChange.Rows)
                          .map(Map.Entry::getKey)
                          .map(PlanReport::reach),
                      step.backfill().map(Backfill::toString).stream())
                  .distinct()
                  .collect(Collectors.joining("; "));
    };
  }

  private static String column(RunPlan.Step step) {
    return step.model().materialization() == Materialization.TOUCHED_PARTITIONS
        ? step.model().partitionBy().orElseThrow()
        : step.model().reachBy().orElseThrow();
  }

  private static String reach(Input input) {
    return "by "
        + input.table().name()
        + (input.reach().orElseThrow().parts().stream().anyMatch(Reach.Span.class::isInstance)
            ? " (spans)"
            : "");
  }
}
