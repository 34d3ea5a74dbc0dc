package lakehouse.models.run;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Names;

/**
 * The queries for a change log without a key: its state is a bag, in which equal rows are told
 * apart only by their number. A deletion removes one copy.
 */
final class BagSql {
  private BagSql() {}

  /**
   * The bag after a piece of log.
   *
   * @param floats those of the columns that hold floats
   */
  static String rows(
      List<String> columns,
      Set<String> floats,
      String view,
      Optional<ChangeLogFacts.Position> marker) {
    return """
        SELECT %s FROM (%s) LATERAL VIEW explode(sequence(1, _copies)) AS _copy
        WHERE _copies > 0
        """
        .formatted(Names.columns("", columns), copies(columns, floats, view, marker));
  }

  private static String copies(
      List<String> columns,
      Set<String> floats,
      String view,
      Optional<ChangeLogFacts.Position> marker) {
    // a map cannot be grouped by, and among floats 0 and -0 are one group; their texts tell
    List<String> plain =
        columns.stream().filter(c -> !c.equals(ChangeColumns.UNREPRESENTABLE)).toList();
    String selected =
        plain.stream()
            .map(
                c ->
                    floats.contains(c)
                        ? "any_value(%1$s) AS %1$s".formatted(Names.column(c))
                        : Names.column(c))
            .collect(joining(", "));
    String grouped =
        plain.stream()
            .map(c -> floats.contains(c) ? asText(c) : Names.column(c))
            .map(c -> c + ", ")
            .collect(joining());
    return """
        SELECT %s, any_value(_unrepresentable) AS _unrepresentable,
          CAST(sum(CASE WHEN _op = 'd' THEN -1 ELSE 1 END) AS INT) AS _copies
        FROM %s
        WHERE %s
        GROUP BY %sto_json(_unrepresentable)
        """
        .formatted(selected, view, CurrentStateSql.after(marker), grouped);
  }

  private static String asText(String column) {
    return "CAST(%s AS STRING)".formatted(Names.column(column));
  }
}
