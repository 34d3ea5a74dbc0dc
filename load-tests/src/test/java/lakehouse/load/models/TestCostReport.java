package lakehouse.load.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import lakehouse.catalog.cli.Console;
import lakehouse.load.models.CostReport.Cost;
import org.junit.jupiter.api.Test;

class TestCostReport {
  private final Cost few = cost("silver", "1 % recent", 14);
  private final Cost full = cost("silver", CostReport.FULL, 50);
  private final CostReport report =
      new CostReport(1_000, 2, List.of(few, cost("gold", CostReport.FULL, 30), full));

  @Test
  void comparesWithTheFullBuildOfTheSameTable() {
    assertThat(report.ofFull(few)).hasValue(0.1);
    assertThat(report.ofFullWithStart(few)).hasValue(0.28);
    assertThat(report.ofFull(cost("silver", "next to nothing", 9))).hasValue(0);
    assertThat(report.ofFull(cost("bronze", "no full build", 9))).isEmpty();
  }

  @Test
  void printsALineForEachRun() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    report.print(new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8)));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .containsPattern("silver +1 % recent +7 +14.0 +4.0 +0.100 +0.280 +20.0 +25%")
        .contains("1,000 rows, 2 processors");
  }

  private static Cost cost(String layer, String what, int cpuSeconds) {
    return new Cost(
        layer,
        what,
        7,
        Duration.ofSeconds(cpuSeconds),
        Duration.ofSeconds(10),
        Duration.ofSeconds(20),
        0.25);
  }
}
