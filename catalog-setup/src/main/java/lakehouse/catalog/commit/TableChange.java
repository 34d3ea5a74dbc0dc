package lakehouse.catalog.commit;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * What a catalog commit does to one table.
 *
 * @param table the table
 * @param whenMissing how to make it where the catalog has none
 * @param change evolves and appends within one table transaction; it is run again on the newer base
 *     when the table moved meanwhile, so it must do the same each time and must leave {@link
 *     Transaction#commitTransaction()} to the caller
 */
public record TableChange(
    TableIdentifier table, NewTable whenMissing, Consumer<Transaction> change) {
  /**
   * A table to be made. Field ids are assigned anew, in the schema's order: a schema whose ids were
   * assigned that way keeps them.
   *
   * @param location the table's folder, for one whose files are written before it is made; empty
   *     for a fresh one in the warehouse
   */
  public record NewTable(
      Schema schema,
      PartitionSpec spec,
      Map<String, String> properties,
      Optional<String> location) {
    /** A table in a fresh folder of the warehouse. */
    public NewTable(Schema schema, PartitionSpec spec, Map<String, String> properties) {
      this(schema, spec, properties, Optional.empty());
    }
  }
}
