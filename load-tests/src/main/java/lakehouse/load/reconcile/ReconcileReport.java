package lakehouse.load.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lakehouse.load.reconcile.KeyDifference.ColumnDifference;
import lakehouse.load.reconcile.KeyDifference.Different;
import lakehouse.load.reconcile.Reconciliation.Result;
import lakehouse.load.reconcile.TableReport.Verdict;

/** Shows the result of a reconciliation, to people and to programs. */
final class ReconcileReport {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Result result;
  private final boolean withValues;

  private ReconcileReport(Result result, boolean withValues) {
    this.result = result;
    this.withValues = withValues;
  }

  /** Names keys and columns, and no other value of a row. */
  static ReconcileReport of(Result result) {
    return new ReconcileReport(result, false);
  }

  /** Shows the differing values too. */
  static ReconcileReport withValues(Result result) {
    return new ReconcileReport(result, true);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    int sourceWidth = width("source", result.tables().stream().map(TableReport::source).toList());
    int tableWidth = width("table", result.tables().stream().map(TableReport::table).toList());
    String row = "%-" + sourceWidth + "s  %-" + tableWidth + "s  %12s  %12s  %8s  %s%n";
    text.append(row.formatted("source", "table", "PostgreSQL", "silver", "seconds", "verdict"));
    for (TableReport table : result.tables()) {
      boolean counted = table.verdict() == Verdict.EQUAL || table.verdict() == Verdict.DIFFERENT;
      text.append(
          row.formatted(
              table.source(),
              table.table(),
              counted ? count(table.rowsInSource()) : "",
              counted ? count(table.rowsInLake()) : "",
              String.format(Locale.ROOT, "%.1f", table.seconds()),
              verdict(table.verdict())));
    }
    notes(text);
    differences(text);
    text.append(
        "%nsource = silver for %d of %d tables (%s at %s)%n"
            .formatted(
                result.equalTables(),
                result.tables().size(),
                result.reference(),
                result.hash().substring(0, Math.min(12, result.hash().length()))));
    return text.toString();
  }

  private void notes(StringBuilder text) {
    boolean first = true;
    for (TableReport table : result.tables()) {
      for (String note : table.notes()) {
        text.append(first ? "\n" : "");
        first = false;
        text.append("note: %s.%s: %s%n".formatted(table.source(), table.table(), note));
      }
    }
  }

  private void differences(StringBuilder text) {
    for (TableReport table : result.tables()) {
      if (table.differences().isEmpty()) {
        continue;
      }
      text.append("%n%s.%s%n".formatted(table.source(), table.table()));
      for (KeyDifference difference : table.differences()) {
        text.append("  %s: %s%n".formatted(difference.key(), difference.description()));
        if (withValues && difference instanceof Different different) {
          for (ColumnDifference column : different.columns()) {
            text.append(
                "    %s: %s in PostgreSQL, %s in silver%n"
                    .formatted(column.column(), column.inSource(), column.inLake()));
          }
        }
      }
      if (!table.allDifferences()) {
        text.append("  ... and more (--limit shows them)\n");
      }
    }
  }

  String json() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("reference", result.reference());
    report.put("hash", result.hash());
    report.put("equal", result.equal());
    report.put("equalTables", result.equalTables());
    report.put("tables", result.tables().stream().map(this::json).toList());
    try {
      return JSON.writeValueAsString(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A map of texts and numbers is JSON", e);
    }
  }

  private Map<String, Object> json(TableReport table) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("source", table.source());
    report.put("table", table.table());
    report.put("verdict", verdict(table.verdict()));
    report.put("rowsInSource", table.rowsInSource());
    report.put("rowsInLake", table.rowsInLake());
    report.put("seconds", Math.round(table.seconds() * 1_000) / 1_000.0);
    report.put("notes", table.notes());
    report.put("differences", table.differences().stream().map(this::json).toList());
    report.put("allDifferences", table.allDifferences());
    return report;
  }

  private Map<String, Object> json(KeyDifference difference) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("key", difference.key());
    report.put("kind", difference.kind());
    report.put("description", difference.description());
    if (difference instanceof Different different) {
      List<Object> columns = new ArrayList<>();
      for (ColumnDifference column : different.columns()) {
        columns.add(
            withValues
                ? Map.of(
                    "column", column.column(),
                    "inSource", column.inSource(),
                    "inLake", column.inLake())
                : Map.of("column", column.column()));
      }
      report.put("columns", columns);
    }
    return report;
  }

  private static String verdict(Verdict verdict) {
    return switch (verdict) {
      case EQUAL -> "equal";
      case DIFFERENT -> "DIFFERENT";
      case NOT_IN_SILVER -> "NOT IN SILVER";
      case NOT_COMPARABLE -> "NOT COMPARABLE";
    };
  }

  private static String count(long rows) {
    return String.format(Locale.ROOT, "%,d", rows);
  }

  private static int width(String header, List<String> cells) {
    return cells.stream().mapToInt(String::length).reduce(header.length(), Math::max);
  }
}
