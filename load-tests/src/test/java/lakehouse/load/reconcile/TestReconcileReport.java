package lakehouse.load.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import lakehouse.catalog.cli.Console;
import lakehouse.load.reconcile.KeyDifference.ColumnDifference;
import lakehouse.load.reconcile.KeyDifference.Different;
import lakehouse.load.reconcile.KeyDifference.Missing;
import lakehouse.load.reconcile.Reconciliation.Result;
import lakehouse.load.reconcile.TableReport.Verdict;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class TestReconcileReport {
  private static final Result RESULT =
      new Result(
          "main",
          "0123456789abcdef",
          List.of(
              new TableReport(
                  "billing", "ibc", 3, 3, Verdict.EQUAL, 0.26, List.of(), List.of(), true),
              new TableReport(
                  "billing",
                  "bill",
                  1_234_567,
                  1_234_566,
                  Verdict.DIFFERENT,
                  1.5,
                  List.of("no longer in PostgreSQL, so left out: note_no"),
                  List.of(
                      new Missing("bill_id=7", 1, 0),
                      new Different(
                          "bill_id=9", List.of(new ColumnDifference("amount_rs", "1.50", "1.51")))),
                  false),
              new TableReport(
                  "service",
                  "complaint",
                  0,
                  0,
                  Verdict.NOT_IN_SILVER,
                  0,
                  List.of(),
                  List.of(),
                  true)),
          List.of("billing.bill_adjustment"));

  @Test
  void namesKeysAndColumnsButNoValues() {
    assertThat(printed(ReconcileReport.of(RESULT), false))
        .isEqualTo(
            """
            source   table      PostgreSQL     silver  seconds  verdict
            -----------------------------------------------------------------
            billing  ibc                 3          3      0.3  equal
            billing  bill        1,234,567  1,234,566      1.5  DIFFERENT
            service  complaint           -          -      0.0  NOT IN SILVER

            Notes
              billing.bill: no longer in PostgreSQL, so left out: note_no

            Not captured, so not compared: billing.bill_adjustment

            Differences in billing.bill
              bill_id=7: missing in silver
              bill_id=9: different in amount_rs
              ... and more (--limit shows them)

            source = silver for 1 of 3 tables (main at 0123456789ab)
            """);
    assertThat(printed(ReconcileReport.of(RESULT), true))
        .contains("\"equalTables\" : 1", "\"kind\" : \"different\"", "\"amount_rs\"")
        .doesNotContain("1.51");
  }

  @Test
  void showsValuesToWhoAskedForThem() {
    assertThat(printed(ReconcileReport.withValues(RESULT), false))
        .contains("    amount_rs: 1.50 in PostgreSQL, 1.51 in silver\n");
    assertThat(printed(ReconcileReport.withValues(RESULT), true)).contains("\"inLake\" : \"1.51\"");
  }

  private static String printed(ReconcileReport report, boolean json) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Console console = new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    new CommandLine(
            CommandSpec.create().addMixin("console", CommandSpec.forAnnotatedObject(console)))
        .parseArgs(json ? new String[] {"--json"} : new String[0]);
    report.print(console);
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
