package lakehouse.load.reconcile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.table.OpsTables;
import lakehouse.load.reconcile.BronzeFold.Consumed;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** How far silver has read bronze, by the audit trail of the same hash. */
final class SilverInputs {
  private final Map<List<String>, Consumed> consumed;

  private SilverInputs(Map<List<String>, Consumed> consumed) {
    this.consumed = consumed;
  }

  /** Reads all of it, if it is wanted and there. */
  static SilverInputs read(SparkSession spark, boolean wanted) {
    Map<List<String>, Consumed> consumed = new HashMap<>();
    String table = LakeSession.name(OpsTables.MODEL_INPUT.table());
    if (wanted && spark.catalog().tableExists(table)) {
      List<Row> rows =
          spark
              .sql(
                  """
                  SELECT model, input, max_by(struct(sequence_number, total_rows), consumed_at)
                  FROM %s
                  GROUP BY model, input"""
                      .formatted(table))
              .collectAsList();
      for (Row row : rows) {
        Row last = row.getStruct(2);
        if (!last.isNullAt(0) && !last.isNullAt(1)) {
          consumed.put(
              List.of(row.getString(0), row.getString(1)),
              new Consumed(last.getLong(0), last.getLong(1)));
        }
      }
    }
    return new SilverInputs(consumed);
  }

  /** What a table of silver was made of. */
  Optional<Consumed> consumed(TableIdentifier silver, TableIdentifier bronze) {
    return Optional.ofNullable(consumed.get(List.of(silver.toString(), bronze.toString())));
  }
}
