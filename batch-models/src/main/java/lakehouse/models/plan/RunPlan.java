package lakehouse.models.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.models.model.Input;
import lakehouse.models.model.Model;

/**
 * What a run will do, told before it is done.
 *
 * @param reference the reference that is read and published to
 * @param hash the hash that is read
 * @param steps one for each selected model, in their order
 * @param waiting models that cannot be made yet, with what they wait for
 */
public record RunPlan(
    String reference, String hash, List<Step> steps, Map<String, String> waiting) {
  public RunPlan {
    steps = List.copyOf(steps);
    waiting = Map.copyOf(waiting);
  }

  /**
   * One model's part.
   *
   * @param model the model
   * @param decision what is done and why; what depends on models that run before is expected
   * @param backfill partitions to make anew whatever changed
   * @param changes what is new in each input, or expected to be
   */
  public record Step(
      Model model,
      Decision decision,
      Optional<Backfill> backfill,
      Map<Input, InputChange> changes) {
    /** How many changed rows it reads, at most, or {@link InputChange.Rows#UNKNOWN}. */
    public long rows() {
      return changes.values().stream()
          .filter(InputChange.Rows.class::isInstance)
          .map(InputChange.Rows.class::cast)
          .reduce(new InputChange.Rows(0), InputChange.Rows::plus)
          .rows();
    }
  }

  /** Whether there is anything to do. */
  public boolean isEmpty() {
    return steps.stream().allMatch(step -> step.decision().action() == Action.SKIP);
  }
}
