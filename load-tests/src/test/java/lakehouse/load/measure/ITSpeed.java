package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import lakehouse.catalog.platform.ProgramProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement measures: by the launcher, on a small table. */
class ITSpeed {
  @TempDir private Path folder;

  @Test
  void measuresFloorsAndBothEnginesOverLoadAndStream() throws Exception {
    Path figures = folder.resolve("figures.json");
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                ProgramProcess.checkout().resolve("lake").toString(),
                "load-test",
                "speed",
                "--rows=20000",
                "--changes=10000",
                "--table=narrow",
                "--data=" + folder.resolve("data"),
                "--json=" + figures)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(30, TimeUnit.MINUTES)).as(() -> read(log)).isTrue();
    } finally {
      process.destroy();
    }

    assertThat(process.exitValue()).as(() -> read(log)).isZero();
    JsonNode measured = JsonMapper.builder().build().readTree(figures.toFile()).get("figures");
    assertThat(
            StreamSupport.stream(measured.spliterator(), false)
                .filter(figure -> figure.has("cpuSeconds"))
                .map(
                    figure ->
                        figure.get("stage").asText()
                            + " "
                            + figure.get("by").asText()
                            + " "
                            + figure.get("rows").asLong()))
        .containsExactly(
            "load native 20000",
            "load flink_cdc 20000",
            "stream native 10000",
            "stream flink_cdc 10000");
    assertThat(measured)
        .allSatisfy(figure -> assertThat(figure.get("ofFlinkCdc").asDouble()).isPositive());
    assertThat(log).content().contains("native into Iceberg", "COPY to a client that drops it");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
