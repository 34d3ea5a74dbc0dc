package lakehouse.catalog.quarantine;

import java.util.List;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.QuarantineTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.View;

/**
 * The view {@code ops.quarantine} over the quarantines of all sources: one row for each rejected
 * row, however often it was met, without those that were replayed since. It is there once a source
 * has a quarantine.
 */
public final class QuarantineView {
  /** Where it is. */
  public static final TableIdentifier NAME =
      TableIdentifier.of(Layer.OPS.namespace(), "quarantine");

  private static final String DIALECT = "spark";

  /** Tell one rejected row from another; the others differ between its writings. */
  private static final List<String> SAME =
      List.of("id", "source", "table_name", "file", "line_number", "at_position", "reason");

  private QuarantineView() {}

  /** Makes the view, or makes it anew if there is a quarantine that it does not show. */
  public static void bringUpToDate(LakeCatalog catalog) {
    List<TableIdentifier> tables =
        catalog.iceberg().listTables(Layer.OPS.namespace()).stream()
            .filter(table -> QuarantineTable.source(table).isPresent())
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .toList();
    if (tables.isEmpty() || sql(tables).equals(present(catalog))) {
      return;
    }
    catalog
        .iceberg()
        .buildView(NAME)
        .withSchema(schema())
        .withDefaultNamespace(Layer.OPS.namespace())
        .withQuery(DIALECT, sql(tables))
        .withProperty("comment", "Rows that were not taken into bronze, of all sources")
        .createOrReplace();
  }

  private static String present(LakeCatalog catalog) {
    try {
      View view = catalog.iceberg().loadView(NAME);
      SQLViewRepresentation query = view.sqlFor(DIALECT);
      return query == null ? "" : query.sql();
    } catch (NoSuchViewException e) {
      return "";
    }
  }

  private static Schema schema() {
    return new Schema(
        QuarantineTable.SCHEMA.columns().stream()
            .map(
                column ->
                    Types.NestedField.optional(
                        column.fieldId(), column.name(), column.type(), column.doc()))
            .toList());
  }

  private static String sql(List<TableIdentifier> tables) {
    String columns =
        QuarantineTable.SCHEMA.columns().stream()
            .map(Types.NestedField::name)
            .map(
                column ->
                    SAME.contains(column)
                        ? column
                        : "%s(%2$s) AS %2$s"
                            .formatted(column.equals("rejected_at") ? "min" : "max", column))
            .collect(Collectors.joining(",\n  "));
    String names =
        QuarantineTable.SCHEMA.columns().stream()
            .map(Types.NestedField::name)
            .collect(Collectors.joining(", "));
    String all =
        tables.stream()
            .map(table -> standing(table, names))
            .collect(Collectors.joining("\n  UNION ALL\n  "));
    return """
        SELECT
          %s
        FROM (
          %s
        )
        GROUP BY %s"""
        .formatted(columns, all, String.join(", ", SAME));
  }

  // a row that says so is met at the same time as itself, so it does not stand either
  private static String standing(TableIdentifier table, String names) {
    return """
        SELECT %1$s FROM %2$s
        LEFT ANTI JOIN (
          SELECT id AS replayed_id, max(rejected_at) AS replayed_at
          FROM %2$s WHERE reason = '%3$s' GROUP BY id
        ) ON id = replayed_id AND rejected_at <= replayed_at"""
        .formatted(names, table, QuarantineTable.REPLAYED);
  }
}
