package lakehouse.load.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TestSteps {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Steps steps(boolean terminal) {
    return new Steps(new PrintStream(out, true, StandardCharsets.UTF_8), terminal, 2);
  }

  @Test
  void printsLinesWithoutControlCharactersWhereNobodyWatches() throws Exception {
    try (Steps steps = steps(false)) {
      steps.run("platform", now -> "is up");
      assertThatThrownBy(
              () ->
                  steps.run(
                      "models",
                      now -> {
                        throw new IllegalStateException("no");
                      }))
          .hasMessage("no");
      assertThat(steps.timings()).extracting(Steps.Timing::name).containsExactly("platform");
    }
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .extracting(line -> line.strip().replaceAll("\\d+\\.\\d s", "0.0 s").replaceAll(" +", " "))
        .containsExactly(
            "1/2 platform ...",
            "1/2 platform is up 0.0 s",
            "2/2 models ...",
            "2/2 models failed after 0.0 s");
  }

  @Test
  void movesOneLineAtATerminal() throws Exception {
    try (Steps steps = steps(true)) {
      steps.run("platform", now -> "is up");
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("\r\u001b[K 1/2 platform")
        .contains("is up")
        .endsWith("s\n");
  }
}
