package lakehouse.models.run;

import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.spark.sql.SparkSession;

/**
 * One run: its id, and the two ways to its branch.
 *
 * @param id the run's id
 * @param spark a session whose catalog stands at the run's branch
 * @param catalog the catalog at the run's branch
 */
public record LakeRun(String id, SparkSession spark, LakeCatalog catalog) {
  /** The same run by a session that generates code; see {@link LakeSession#withCode}. */
  LakeRun withCode() {
    return new LakeRun(id, LakeSession.withCode(spark), catalog);
  }

  /** A table as it is on the branch now. */
  public Table table(TableIdentifier table) {
    return catalog.iceberg().loadTable(table);
  }

  /** A table as it is on the branch now, or empty if there is none. */
  public Optional<Table> find(TableIdentifier table) {
    try {
      return Optional.of(catalog.iceberg().loadTable(table));
    } catch (NoSuchTableException e) {
      return Optional.empty();
    }
  }
}
