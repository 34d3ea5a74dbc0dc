package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement measures: by the launcher, for some seconds. */
class ITFreshness {
  @TempDir private Path folder;

  @Test
  void seesEveryTransactionComeThrough() throws Exception {
    LoadTestProgram.Result result =
        LoadTestProgram.run(folder, "freshness", "--rate=500", "--tables=3", "--duration=PT5S");

    JsonNode whole = result.figures().get("whole");
    assertThat(whole.get("transactions").asLong()).isEqualTo(50);
    assertThat(result.figures().get("minutes")).hasSize(1);
    assertThat(result.figures().get("commits").asLong()).isPositive();
    double p50 = whole.get("p50").asDouble();
    assertThat(p50).isPositive();
    assertThat(whole.get("p99").asDouble()).isBetween(p50, whole.get("max").asDouble());
    assertThat(result.output()).contains("500 changes/s were due");
  }
}
