package lakehouse.models.run;

import static java.util.stream.Collectors.joining;

import java.util.List;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Names;

/** The queries that find in which rows two states of a table differ. */
final class ChangeSetSql {
  /** The columns of a change set, in their order. */
  static final List<String> COLUMNS =
      List.of(
          "_run",
          "_op",
          ChangeColumns.EPOCH,
          ChangeColumns.COMMIT_LSN,
          ChangeColumns.SEQ,
          "_old",
          "_new");

  private ChangeSetSql() {}

  /**
   * The changes between two relations of the same columns.
   *
   * @param before a relation with the former rows
   * @param after a relation with the present rows
   * @param key the columns that tell rows apart
   * @param columns all columns
   * @param position whether {@code after} also has the position of each row's last change
   */
  static String difference(
      String run,
      String before,
      String after,
      List<String> key,
      List<String> columns,
      boolean position) {
    String on =
        key.stream()
            .map(Names::column)
            .map(k -> "o.%s <=> n.%s".formatted(k, k))
            .collect(joining(" AND "));
    return """
        SELECT %s AS _run,
          CASE WHEN o._row IS NULL THEN 'insert' WHEN n._row IS NULL THEN 'delete' ELSE 'update' END AS _op,
          %s,
          o._row AS _old,
          n._row AS _new
        FROM (SELECT %s, %s AS _row FROM %s) o
        FULL OUTER JOIN (SELECT %s, %s%s AS _row FROM %s) n
        ON %s
        WHERE %s
        """
        .formatted(
            Names.literal(run),
            positionColumns(position ? "n." : null),
            Names.columns("", key),
            row("", columns),
            before,
            Names.columns("", key),
            position ? Names.columns("", POSITION) + ", " : "",
            row("", columns),
            after,
            on,
            differs("o._row", "n._row", columns));
  }

  static final List<String> POSITION =
      List.of(ChangeColumns.EPOCH, ChangeColumns.COMMIT_LSN, ChangeColumns.SEQ);

  /** The position columns, null where there is no relation to take them from. */
  static String positionColumns(@org.jspecify.annotations.Nullable String qualifier) {
    return qualifier == null
        ? "CAST(NULL AS INT) AS _epoch, CAST(NULL AS BIGINT) AS _commit_lsn, CAST(NULL AS BIGINT) AS _seq"
        : POSITION.stream().map(c -> qualifier + c).collect(joining(", "));
  }

  /** A struct of all columns. */
  static String row(String qualifier, List<String> columns) {
    return columns.stream()
        .map(c -> "%s, %s%s".formatted(Names.literal(c), qualifier, Names.column(c)))
        .collect(joining(", ", "named_struct(", ")"));
  }

  /** Whether two structs, either of which may be null, differ. Maps compare by their text. */
  static String differs(String old, String now, List<String> columns) {
    if (!columns.contains(ChangeColumns.UNREPRESENTABLE)) {
      return "NOT (%s <=> %s)".formatted(old, now);
    }
    List<String> plain =
        columns.stream().filter(c -> !c.equals(ChangeColumns.UNREPRESENTABLE)).toList();
    return "(%s IS NULL) <> (%s IS NULL) OR NOT (%s <=> %s) OR NOT (%s <=> %s)"
        .formatted(
            old,
            now,
            row(old + ".", plain),
            row(now + ".", plain),
            "to_json(%s.%s)".formatted(old, ChangeColumns.UNREPRESENTABLE),
            "to_json(%s.%s)".formatted(now, ChangeColumns.UNREPRESENTABLE));
  }
}
