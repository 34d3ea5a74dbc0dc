package lakehouse.models.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Model;
import lakehouse.models.model.Names;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Brings the columns of a SELECT and those of its table together. */
final class TableColumns {
  private TableColumns() {}

  /**
   * The rows with exactly the table's columns, after the table got new and wider ones if it may.
   */
  static Dataset<Row> fit(Model model, Table table, Dataset<Row> rows) {
    Schema selected = SparkSchemaUtil.convert(rows.schema());
    List<Types.NestedField> added = new ArrayList<>();
    List<Types.NestedField> widened = new ArrayList<>();
    for (Types.NestedField field : selected.columns()) {
      Types.NestedField present = table.schema().findField(field.name());
      if (present == null) {
        added.add(field);
      } else if (isWider(field.type(), present.type())) {
        widened.add(field);
      }
    }
    if (!added.isEmpty() || !widened.isEmpty()) {
      switch (model.onSchemaChange()) {
        case APPEND_COLUMNS -> evolve(table, added, widened);
        case FAIL -> {
          added.addAll(widened);
          throw new LakeException(
              ExitCode.CONFIGURATION,
              "%s: the SELECT has new columns %s, and `on_schema_change` is `fail`."
                  .formatted(model.origin(), added.stream().map(Types.NestedField::name).toList()));
        }
        case IGNORE -> {}
      }
    }
    Set<String> present = Set.of(rows.columns());
    return rows.select(
        table.schema().columns().stream()
            .map(
                field ->
                    present.contains(field.name())
                        ? col(Names.column(field.name()))
                        : lit(null).cast(SparkSchemaUtil.convert(field.type())).as(field.name()))
            .toArray(Column[]::new));
  }

  private static void evolve(
      Table table, List<Types.NestedField> added, List<Types.NestedField> widened) {
    UpdateSchema update = table.updateSchema();
    if (!added.isEmpty()) {
      update.unionByNameWith(new Schema(added));
    }
    widened.forEach(field -> update.updateColumn(field.name(), field.type().asPrimitiveType()));
    update.commit();
  }

  private static boolean isWider(Type selected, Type present) {
    return present.isPrimitiveType()
        && selected.isPrimitiveType()
        && !selected.equals(present)
        && TypeUtil.isPromotionAllowed(present, selected.asPrimitiveType());
  }
}
