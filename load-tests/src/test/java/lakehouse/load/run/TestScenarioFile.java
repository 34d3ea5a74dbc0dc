package lakehouse.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestScenarioFile {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "smoke-1m",
        "steady-120m",
        "burst-120m",
        "backfill-120m",
        "wide-10m",
        "many-tables",
        "endurance"
      })
  void readsWhatIsBuiltIn(String name) {
    Scenario scenario = ScenarioFile.read(name);
    assertThat(scenario.name()).isEqualTo(name);
    assertThat(scenario.stream()).isPresent();
    assertThat(scenario.withRows(5_000).data().rows()).isEqualTo(5_000);
    assertThat(ScenarioFile.print(scenario)).contains("insertPercent");
  }

  @Test
  void hasAllThatAreNamed() {
    assertThat(ScenarioFile.NAMES).hasSize(7);
    assertThat(ScenarioFile.read("burst-120m").stream().orElseThrow().burst()).isPresent();
  }

  @Test
  void refusesAnUnknownKeyAndPercentagesThatAreNoWhole() {
    assertThatThrownBy(() -> ScenarioFile.parse("x", "description: y"))
        .hasMessage("Scenario x has no key data.");
    String smoke =
        """
        description: x
        data: {kind: utility, rows: 1000, seed: 1, interval-months: 1, partitioned: true, tables: 1, columns: 8, text-bytes: 0, null-percent: 0}
        stream: {changes-per-second: 100, seconds: 1, rows-per-transaction: 10, insert-percent: 80, update-percent: 15, delete-percent: %d, recent-percent: 90, recent-days: 7, hot-percent: 20}
        """;
    assertThat(ScenarioFile.parse("x", smoke.formatted(5)).nights()).isEmpty();
    assertThatThrownBy(() -> ScenarioFile.parse("x", smoke.formatted(5) + "nigths: {count: 1}"))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
        .hasMessageContaining("nigths");
    assertThatThrownBy(() -> ScenarioFile.parse("x", smoke.formatted(6)))
        .hasMessageContaining("must be 100 together");
    assertThatThrownBy(() -> ScenarioFile.read("no-such"))
        .hasMessageContaining("There is no scenario no-such");
  }
}
