package lakehouse.models.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.models.model.Input;
import lakehouse.models.model.Materialization;
import lakehouse.models.model.Model;

/**
 * What a run does with a model, and why.
 *
 * @param action what is done
 * @param why the reason, as a clause
 * @param keepsTable whether the table stays, to be compared with; otherwise it is made anew
 */
public record Decision(Action action, String why, boolean keepsTable) {

  /** What is known of a model's table before it is run. */
  public enum TableState {
    MISSING,
    /** Made by another definition than the present one. */
    OUTDATED,
    CURRENT
  }

  /**
   * Decides. This is the only place that does: for the plan that is shown, with what is expected of
   * models that run before, and again when it is the model's turn, with what came of them.
   *
   * @param model the model
   * @param state its table
   * @param refresh whether a full refresh was asked for
   * @param backfill partitions that are made anew whatever changed
   * @param changes what is new in each of its inputs
   */
  public static Decision of(
      Model model,
      TableState state,
      boolean refresh,
      Optional<Backfill> backfill,
      Map<Input, InputChange> changes) {
    if (state == TableState.MISSING) {
      return new Decision(Action.FULL, "first run", false);
    }
    if (refresh) {
      return new Decision(Action.FULL, "full refresh asked for", false);
    }
    if (state == TableState.OUTDATED) {
      return new Decision(Action.FULL, "the model's definition changed", false);
    }
    for (Input input : model.inputs()) {
      if (changes.get(input) instanceof InputChange.Never) {
        return new Decision(Action.FULL, input.table() + " was never read before", true);
      }
    }
    List<String> changed = new ArrayList<>();
    for (Input input : model.inputs()) {
      InputChange change = changes.get(input);
      if (change instanceof InputChange.Nothing
          || (model.materialization() == Materialization.APPEND && !input.appended())) {
        continue;
      }
      if (change instanceof InputChange.Whole whole) {
        return new Decision(Action.FULL, input.table() + " " + whole.why(), true);
      }
      switch (model.materialization()) {
        case FULL -> {
          return new Decision(Action.FULL, input.table() + " changed", true);
        }
        case MERGE_BY_KEY, TOUCHED_PARTITIONS -> {
          if (input.reach().isEmpty()) {
            return new Decision(Action.FULL, input.table() + " changed, and has no reach", true);
          }
        }
        case APPEND, SCD2, CURRENT_STATE -> {}
      }
      changed.add(input.table().toString());
    }
    List<String> why = new ArrayList<>();
    if (!changed.isEmpty()) {
      why.add("changes of " + String.join(", ", changed));
    }
    backfill.ifPresent(span -> why.add("backfill of " + span));
    return why.isEmpty()
        ? new Decision(Action.SKIP, "nothing new", true)
        : new Decision(Action.INCREMENTAL, String.join("; ", why), true);
  }
}
