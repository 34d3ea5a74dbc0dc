package lakehouse.models.run;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import lakehouse.models.model.Reach;

/** The queries that find what changes can alter. */
final class ReachSql {
  private ReachSql() {}

  /**
   * The former and the present self of each changed row, from a view of change sets. Beside its
   * columns a row has both selves whole, as {@code _old} and {@code _new}.
   *
   * @param watches expressions; an update that alters none of them is left out. Empty: none is
   */
  static String rows(String changes, List<String> watches) {
    return """
        WITH changes AS (%s)
        SELECT _old.*, _old, _new FROM changes WHERE _old IS NOT NULL
        UNION ALL
        SELECT _new.*, _old, _new FROM changes WHERE _new IS NOT NULL
        """
        .formatted(
            watches.isEmpty() ? "SELECT _old, _new FROM " + changes : watched(changes, watches));
  }

  private static String watched(String changes, List<String> watches) {
    String watch =
        IntStream.range(0, watches.size())
            .mapToObj(i -> "'w%d', %s".formatted(i, watches.get(i)))
            .collect(joining(", ", "named_struct(", ")"));
    return """
        SELECT _old, _new
        FROM (
          SELECT %1$s AS _after, _before, _old, _new
          FROM (
            SELECT _new.*, _before, _old, _new
            FROM (SELECT %1$s AS _before, _old, _new FROM (SELECT _old.*, _old, _new FROM %2$s))
          )
        )
        WHERE _old IS NULL OR _new IS NULL OR NOT (_before <=> _after)
        """
        .formatted(watch, changes);
  }

  /**
   * For each part of a reach a query of one or two columns: {@code target}, a value or an array of
   * them, or {@code first} and {@code last}.
   */
  static List<String> parts(Reach reach, String rows) {
    List<String> queries = new ArrayList<>();
    for (Reach.Part part : reach.parts()) {
      if (part instanceof Reach.At at) {
        queries.add("SELECT DISTINCT %s AS target FROM %s".formatted(at.expression(), rows));
      } else if (part instanceof Reach.Span span) {
        queries.add(
            "SELECT DISTINCT %s AS first, %s AS last FROM %s"
                .formatted(span.from().orElse("NULL"), span.to().orElse("NULL"), rows));
      }
    }
    return queries;
  }
}
