package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import lakehouse.load.measure.MachineLoad.Counts;
import org.junit.jupiter.api.Test;

class TestMachineLoad {
  @Test
  void givesTheShareThatWasNeitherOursNorIdle() {
    Counts before = new Counts(true, 1_000, 500, 100);
    assertThat(new Counts(true, 1_200, 650, 200).othersSince(before).orElseThrow())
        .isCloseTo(0.25, within(1e-9));
    assertThat(new Counts(true, 1_200, 580, 200).othersSince(before)).hasValue(0);
    assertThat(new Counts(true, 1_000, 500, 100).othersSince(before)).isEmpty();
    assertThat(new Counts(true, 1_200, 650, 200).othersSince(new Counts(false, 0, 0, 0))).isEmpty();
  }
}
