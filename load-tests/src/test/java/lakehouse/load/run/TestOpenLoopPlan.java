package lakehouse.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import lakehouse.load.run.Scenario.Burst;
import lakehouse.load.run.Scenario.Stream;
import org.junit.jupiter.api.Test;

class TestOpenLoopPlan {
  @Test
  void comesEvenlyWithoutBursts() {
    OpenLoopPlan plan = new OpenLoopPlan(stream(Optional.empty()));
    assertThat(plan.transactions()).isEqualTo(1_000);
    assertThat(plan.dueNanos(0)).isZero();
    assertThat(plan.dueNanos(500)).isEqualTo(50_000_000_000L);
    assertThat(plan.dueNanos(999)).isLessThan(100_000_000_000L);
  }

  @Test
  void comesFasterInABurstAndNoLaterThanTheEnd() {
    OpenLoopPlan plan = new OpenLoopPlan(stream(Optional.of(new Burst(40, 10, 5))));
    // 40 s with a burst of 10 s count as 80; so do the next; the last 20 s as 60
    assertThat(plan.transactions()).isEqualTo(2_200);
    assertThat(plan.dueNanos(500)).isEqualTo(10_000_000_000L);
    assertThat(plan.dueNanos(800)).isEqualTo(40_000_000_000L);
    assertThat(plan.dueNanos(1_300)).isEqualTo(50_000_000_000L);
    for (int i = 1; i < plan.transactions(); i++) {
      assertThat(plan.dueNanos(i)).isGreaterThan(plan.dueNanos(i - 1));
    }
    assertThat(plan.dueNanos(plan.transactions())).isLessThanOrEqualTo(100_000_000_000L);
  }

  private static Stream stream(Optional<Burst> burst) {
    return new Stream(100, 100, 10, 100, 0, 0, 0, 7, 0, burst);
  }
}
