package lakehouse.load.reconcile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lakehouse.catalog.cli.Console;
import lakehouse.load.reconcile.KeyDifference.ColumnDifference;
import lakehouse.load.reconcile.KeyDifference.Different;
import lakehouse.load.reconcile.Reconciliation.Result;
import lakehouse.load.reconcile.TableReport.Verdict;
import org.jspecify.annotations.Nullable;

/** Shows the result of a reconciliation, to people and to programs. */
public final class ReconcileReport {
  /** What the line on tables that are not captured begins with. */
  public static final String LEFT_OUT = "Not captured, so not compared: ";

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

  /** Prints it, as text for people or as JSON for programs. */
  void print(Console console) {
    if (console.json()) {
      console.json(json());
      return;
    }
    console.table(
        List.of(
            "source",
            "table",
            "PostgreSQL",
            result.places().isEmpty() ? "silver" : "lake",
            "seconds",
            "verdict"),
        result.tables().stream().map(ReconcileReport::row).toList());
    result
        .places()
        .forEach(
            place ->
                console.say(
                    "%s%s at position %s of server %s, timeline %d",
                    place.equals(result.places().get(0)) ? "\n" : "",
                    place.source(),
                    place.position(),
                    place.systemIdentifier(),
                    place.timeline()));
    notes(console);
    differences(console);
    console.say(
        "%nsource = %s for %d of %d tables (%s at %s)",
        result.places().isEmpty() ? "silver" : "lake",
        result.equalTables(),
        result.tables().size(),
        result.reference(),
        result.hash().substring(0, Math.min(12, result.hash().length())));
  }

  private static List<@Nullable Object> row(TableReport table) {
    boolean counted = table.verdict() == Verdict.EQUAL || table.verdict() == Verdict.DIFFERENT;
    return Arrays.asList(
        table.source(),
        table.table(),
        counted ? table.rowsInSource() : null,
        counted ? table.rowsInLake() : null,
        String.format(Locale.ROOT, "%.1f", table.seconds()),
        verdict(table.verdict()));
  }

  private void notes(Console console) {
    List<String> notes =
        result.tables().stream()
            .flatMap(
                table ->
                    table.notes().stream()
                        .map(note -> "%s.%s: %s".formatted(table.source(), table.table(), note)))
            .toList();
    if (!notes.isEmpty()) {
      console.say("\nNotes");
      notes.forEach(note -> console.say("  %s", note));
    }
    if (!result.leftOut().isEmpty()) {
      console.say("%n%s%s", LEFT_OUT, String.join(", ", result.leftOut()));
    }
  }

  private void differences(Console console) {
    for (TableReport table : result.tables()) {
      if (table.differences().isEmpty()) {
        continue;
      }
      console.say("%nDifferences in %s.%s", table.source(), table.table());
      for (KeyDifference difference : table.differences()) {
        console.say("  %s: %s", difference.key(), difference.description());
        if (withValues && difference instanceof Different different) {
          for (ColumnDifference column : different.columns()) {
            console.say(
                "    %s: %s in PostgreSQL, %s in silver",
                column.column(), column.inSource(), column.inLake());
          }
        }
      }
      if (!table.allDifferences()) {
        console.say("  ... and more (--limit shows them)");
      }
    }
  }

  private Map<String, Object> json() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("reference", result.reference());
    report.put("hash", result.hash());
    report.put("positions", result.places());
    report.put("equal", result.equal());
    report.put("equalTables", result.equalTables());
    report.put("leftOut", result.leftOut());
    report.put("tables", result.tables().stream().map(this::json).toList());
    return report;
  }

  private Map<String, Object> json(TableReport table) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("source", table.source());
    report.put("table", table.table());
    report.put("verdict", verdict(table.verdict()));
    report.put("rowsInSource", table.rowsInSource());
    report.put("rowsInLake", table.rowsInLake());
    report.put("seconds", Math.round(table.seconds() * 1_000) / 1_000.0);
    report.put("digestInSource", table.digestInSource());
    report.put("digestInLake", table.digestInLake());
    report.put("basis", table.basis());
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
}
