package lakehouse.models.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lakehouse.models.model.Audit;

/** Puts all audits of a model into one query. */
final class AuditSql {
  private AuditSql() {}

  /**
   * A query of one row with a count of bad rows for each audit, in their order: rules about single
   * rows of the same relation share one reading of it.
   *
   * @param of the relation that an audit is asked of: the table, or a part of it
   * @param published the table as it is published
   */
  static String counts(List<Audit> audits, Function<Audit, String> of, String published) {
    Map<String, List<String>> shared = new LinkedHashMap<>();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < audits.size(); i++) {
      Audit audit = audits.get(i);
      String relation = of.apply(audit);
      if (audit.badRow().isPresent()) {
        shared
            .computeIfAbsent(relation, any -> new ArrayList<>())
            .add("count_if(%s) AS a%d".formatted(audit.badRow().get(), i));
        columns.add("a" + i);
      } else {
        columns.add(
            "(SELECT count(*) FROM (%s)) AS a%d".formatted(audit.badRows(relation, published), i));
      }
    }
    List<String> readings = new ArrayList<>();
    shared.forEach(
        (relation, counts) ->
            readings.add("(SELECT %s FROM %s)".formatted(String.join(", ", counts), relation)));
    return "SELECT "
        + String.join(", ", columns)
        + (readings.isEmpty() ? "" : " FROM " + String.join(" CROSS JOIN ", readings));
  }
}
