package lakehouse.models.run;

import java.util.List;
import java.util.Optional;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Names;

/**
 * The queries for a change log without a key: its state is a bag, in which equal rows are told
 * apart only by their number. A deletion removes one copy.
 */
final class BagSql {
  private BagSql() {}

  /** The bag after a piece of log. */
  static String rows(List<String> columns, String view, Optional<ChangeLogFacts.Position> marker) {
    return """
        SELECT %s FROM (%s) LATERAL VIEW explode(sequence(1, _copies)) AS _copy
        WHERE _copies > 0
        """
        .formatted(Names.columns("", columns), copies(columns, view, marker));
  }

  private static String copies(
      List<String> columns, String view, Optional<ChangeLogFacts.Position> marker) {
    // a map cannot be grouped by; its text can
    List<String> plain =
        columns.stream().filter(c -> !c.equals(ChangeColumns.UNREPRESENTABLE)).toList();
    return """
        SELECT %s, any_value(_unrepresentable) AS _unrepresentable,
          CAST(sum(CASE WHEN _op = 'd' THEN -1 ELSE 1 END) AS INT) AS _copies
        FROM %s
        WHERE %s
        GROUP BY %s, to_json(_unrepresentable)
        """
        .formatted(
            Names.columns("", plain),
            view,
            CurrentStateSql.after(marker),
            Names.columns("", plain));
  }
}
