package lakehouse.models.audit;

import java.util.ArrayList;
import java.util.List;
import lakehouse.models.model.Audit;

/** Puts all audits of a model into one query. */
final class AuditSql {
  private AuditSql() {}

  /**
   * A query of one row with a count of bad rows for each audit, in their order: rules about single
   * rows share one reading of the table.
   */
  static String counts(List<Audit> audits, String table, String published) {
    List<String> shared = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < audits.size(); i++) {
      Audit audit = audits.get(i);
      if (audit.badRow().isPresent()) {
        shared.add("count_if(%s) AS a%d".formatted(audit.badRow().get(), i));
        columns.add("rows.a" + i);
      } else {
        columns.add(
            "(SELECT count(*) FROM (%s)) AS a%d".formatted(audit.badRows(table, published), i));
      }
    }
    if (shared.isEmpty()) {
      return "SELECT " + String.join(", ", columns);
    }
    return "SELECT %s FROM (SELECT %s FROM %s) rows"
        .formatted(String.join(", ", columns), String.join(", ", shared), table);
  }
}
