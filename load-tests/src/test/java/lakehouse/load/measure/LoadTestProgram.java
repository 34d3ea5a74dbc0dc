package lakehouse.load.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.platform.ProgramProcess;

/** Runs a measurement by the launcher, as a user would. */
final class LoadTestProgram {
  private static final long PATIENCE_MINUTES = 30;

  private LoadTestProgram() {}

  /**
   * What a measurement gave.
   *
   * @param figures those for programs
   * @param output what it said
   */
  record Result(JsonNode figures, String output) {}

  /** Runs one to its end, which leaves nothing behind. */
  static Result run(Path folder, String measurement, String... options) throws Exception {
    Path figures = folder.resolve("figures.json");
    Path log = folder.resolve("log");
    Path data = folder.resolve("data");
    List<String> command = new ArrayList<>();
    command.add(ProgramProcess.checkout().resolve("lake").toString());
    command.addAll(List.of("load-test", measurement, "--data=" + data, "--json=" + figures));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as(() -> read(log)).isTrue();
    } finally {
      process.destroy();
    }
    assertThat(process.exitValue()).as(() -> read(log)).isZero();
    assertThat(data).doesNotExist();
    return new Result(JsonMapper.builder().build().readTree(figures.toFile()), read(log));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
