package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement measures: by the launcher, on a small table. */
class ITSpeed {
  @TempDir private Path folder;

  @Test
  void measuresFloorsAndBothEnginesOverLoadAndStream() throws Exception {
    LoadTestProgram.Result result =
        LoadTestProgram.run(folder, "speed", "--rows=20000", "--changes=10000", "--table=narrow");

    JsonNode measured = result.figures().get("figures");
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
    assertThat(result.output()).contains("native into Iceberg", "COPY to a client that drops it");
  }
}
