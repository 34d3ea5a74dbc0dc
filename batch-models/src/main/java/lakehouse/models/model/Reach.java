package lakehouse.models.model;

import java.util.List;
import java.util.Optional;

/**
 * Which targets (partitions, or keys of a merge) a change of an input can alter. The expressions
 * see the columns of the changed row, and are computed for its former and its new self.
 *
 * @param parts each adds its targets
 */
public record Reach(List<Part> parts) {
  public Reach {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("A reach has at least one part");
    }
  }

  /** One way in which a change reaches targets. */
  public sealed interface Part {}

  /**
   * Single targets.
   *
   * @param expression gives one target, or an array of targets
   */
  public record At(String expression) implements Part {}

  /**
   * All targets of a span, both ends included.
   *
   * @param from the first target; empty, or null for a row: from the very first
   * @param to the last target; empty, or null for a row: without end
   */
  public record Span(Optional<String> from, Optional<String> to) implements Part {}
}
