package lakehouse.models.model;

import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A table that a model reads.
 *
 * @param table the table
 * @param reach what its changes can alter; empty: anything
 * @param appended whether it is the append-only input whose new rows drive an {@link
 *     Materialization#APPEND} model
 */
public record Input(TableIdentifier table, Optional<Reach> reach, boolean appended) {}
