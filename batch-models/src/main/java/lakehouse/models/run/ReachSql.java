package lakehouse.models.run;

import java.util.ArrayList;
import java.util.List;
import lakehouse.models.model.Reach;

/** The queries that find what changes can alter. */
final class ReachSql {
  private ReachSql() {}

  /** The former and the present self of each changed row, from a view of change sets. */
  static String rows(String changes) {
    return """
        SELECT _old.* FROM %1$s WHERE _old IS NOT NULL
        UNION ALL
        SELECT _new.* FROM %1$s WHERE _new IS NOT NULL
        """
        .formatted(changes);
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
