package lakehouse.models.model;

import java.util.List;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A table that a model reads.
 *
 * @param table the table
 * @param reach what its changes can alter; empty: anything
 * @param watches expressions of a row; an update that alters none of them is no change to the
 *     model. Empty: every update is
 * @param appended whether it is the append-only input whose new rows drive an {@link
 *     Materialization#APPEND} model
 */
public record Input(
    TableIdentifier table, Optional<Reach> reach, List<String> watches, boolean appended) {
  public Input {
    watches = List.copyOf(watches);
  }

  /** An input whose every change can alter anything. */
  public static Input of(TableIdentifier table) {
    return new Input(table, Optional.empty(), List.of(), false);
  }
}
