package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import lakehouse.load.measure.ProcessMemory.Collections;
import org.junit.jupiter.api.Test;

class TestProcessMemory {
  @Test
  void takesTheFullestHeapAndAllPauses() throws Exception {
    Collections collections =
        Collections.of(
            List.of(
                "[0.005s][info][gc] Using Parallel",
                "[1.151s][info][gc] GC(0) Pause Young (Metadata GC Threshold) 210M->30M(981M) 15.5ms",
                "[2.284s][info][gc] GC(1) Pause Full (Ergonomics) 640M->31M(981M) 84.5ms",
                "[2.300s][info][gc] GC(2) Pause Young (Allocation Failure) 300M->31M(981M) 10ms"));

    assertThat(collections.peakHeap()).hasValue(640L << 20);
    assertThat(collections.standstill()).isEqualTo(Duration.ofMillis(110));
    assertThat(Collections.read(Path.of("no such log")).peakHeap()).isEmpty();
  }

  @Test
  void readsTheResidentMemoryOfAProcess() {
    assertThat(ProcessMemory.peakResident(ProcessHandle.current().pid()).orElseThrow())
        .isGreaterThan(10L << 20);
    assertThat(ProcessMemory.peakResident(Long.MAX_VALUE)).isEmpty();
  }
}
