package lakehouse.models.run;

import static java.util.stream.Collectors.joining;

import java.util.List;
import lakehouse.models.model.Names;

/** The statements that bring a change set into its table. */
final class MergeSql {
  private MergeSql() {}

  /**
   * Applies a run's change set.
   *
   * @param table the table, as SQL names it
   * @param changes the table of change sets, as SQL names it
   * @param run the run whose changes are applied
   * @param key the columns that tell rows apart
   * @param columns all columns of the table
   */
  static String merge(
      String table, String changes, String run, List<String> key, List<String> columns) {
    String source =
        key.stream()
            .map(Names::column)
            .map(k -> "coalesce(_new.%s, _old.%s) AS %s".formatted(k, k, k))
            .collect(joining(", "));
    String on =
        key.stream()
            .map(Names::column)
            .map(k -> "t.%s = c.%s".formatted(k, k))
            .collect(joining(" AND "));
    String set =
        columns.stream()
            .map(Names::column)
            .map(c -> "t.%s = c._new.%s".formatted(c, c))
            .collect(joining(", "));
    return """
        MERGE INTO %s t
        USING (SELECT %s, _op, _new FROM %s WHERE _run = %s) c
        ON %s
        WHEN MATCHED AND c._op = 'delete' THEN DELETE
        WHEN MATCHED THEN UPDATE SET %s
        WHEN NOT MATCHED AND c._op <> 'delete' THEN INSERT (%s) VALUES (%s)
        """
        .formatted(
            table,
            source,
            changes,
            Names.literal(run),
            on,
            set,
            Names.columns("", columns),
            Names.columns("c._new.", columns));
  }

  /** The rows that a run's change set adds, for a change set that only adds. */
  static String inserted(String changes, String run, List<String> columns) {
    return "SELECT %s FROM %s WHERE _run = %s"
        .formatted(Names.columns("_new.", columns), changes, Names.literal(run));
  }
}
