package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.platform.ProgramProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement measures: by the launcher, for some seconds. */
class ITFreshness {
  @TempDir private Path folder;

  @Test
  void seesEveryTransactionComeThrough() throws Exception {
    Path figures = folder.resolve("figures.json");
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                ProgramProcess.checkout().resolve("lake").toString(),
                "load-test",
                "freshness",
                "--rate=500",
                "--tables=3",
                "--duration=PT5S",
                "--data=" + folder.resolve("data"),
                "--json=" + figures)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(20, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroy();
    }

    assertThat(process.exitValue()).as(log.toString()).isZero();
    JsonNode measured = JsonMapper.builder().build().readTree(figures.toFile());
    assertThat(measured.get("whole").get("transactions").asLong()).isEqualTo(50);
    assertThat(measured.get("minutes")).hasSize(1);
    assertThat(measured.get("commits").asLong()).isPositive();
    double p50 = measured.get("whole").get("p50").asDouble();
    double p99 = measured.get("whole").get("p99").asDouble();
    assertThat(p50).isPositive();
    assertThat(p99).isBetween(p50, measured.get("whole").get("max").asDouble());
    assertThat(log).content().contains("500 changes/s were due");
    assertThat(folder.resolve("data")).doesNotExist();
  }
}
