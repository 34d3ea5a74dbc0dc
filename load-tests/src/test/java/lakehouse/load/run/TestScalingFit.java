package lakehouse.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.load.run.RunRecord.PhaseRecord;
import org.junit.jupiter.api.Test;

class TestScalingFit {
  @Test
  void findsTheLawThatRunsFollow() {
    ScalingFit fit =
        ScalingFit.of(
                List.of(
                    run(1_000_000, 1, 12),
                    run(10_000_000, 1, 30),
                    run(120_000_000, 1, 250),
                    run(10_000_000, 2, 10 + 20 / Math.pow(2, 0.8))))
            .get(0);
    assertThat(fit.phase()).isEqualTo(Phase.LOAD);
    assertThat(fit.fixed()).isCloseTo(10, within(0.2));
    assertThat(fit.perMillion()).isCloseTo(2, within(0.02));
    assertThat(fit.exponent()).isCloseTo(0.8, within(0.021));
    assertThat(fit.residuals())
        .allSatisfy(it -> assertThat(Math.abs(it.relative())).isLessThan(0.01));
    assertThat(fit.seconds(1e10, 1)).isCloseTo(20_010, within(200.0));
  }

  @Test
  void showsTheRunThatDoesNotFollow() {
    ScalingFit fit =
        ScalingFit.of(
                List.of(run(1_000_000, 2, 12), run(10_000_000, 2, 30), run(100_000_000, 2, 500)))
            .get(0);
    assertThat(fit.exponent()).isNaN();
    assertThat(fit.residuals()).anySatisfy(it -> assertThat(it.relative()).isGreaterThan(0.2));
  }

  @Test
  void fitsNothingToOneSize() {
    assertThat(ScalingFit.of(List.of(run(1_000_000, 2, 12), run(1_000_000, 1, 20)))).isEmpty();
  }

  private static RunRecord run(long rows, int processors, double seconds) {
    return new RunRecord(
        ScenarioFile.read("steady-120m").withRows(rows),
        Map.of(),
        processors,
        List.of(
            new PhaseRecord(
                Phase.LOAD,
                Instant.EPOCH,
                seconds,
                rows,
                Optional.empty(),
                Map.of(),
                Map.of(),
                0,
                Map.of(),
                List.of(),
                List.of(),
                List.of())));
  }
}
