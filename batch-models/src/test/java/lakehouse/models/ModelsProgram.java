package lakehouse.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import lakehouse.catalog.platform.ProgramProcess;

/** {@code lake models} as a process of its own, which can be killed. */
final class ModelsProgram {
  private ModelsProgram() {}

  /** Starts it. */
  static ProgramProcess start(Path config, String verb, String... arguments) {
    return start(List.of(), config, verb, arguments);
  }

  /** Starts it with a fault, as {@link lakehouse.catalog.Faults} spells it. */
  static ProgramProcess startWithFault(
      String fault, Path config, String verb, String... arguments) {
    return start(List.of("-Dlakehouse.fault=" + fault), config, verb, arguments);
  }

  /** Runs it to its end. */
  static ProgramProcess run(Path config, String verb, String... arguments) {
    ProgramProcess program = start(config, verb, arguments);
    program.exitCode();
    return program;
  }

  private static ProgramProcess start(
      List<String> options, Path config, String verb, String... arguments) {
    try {
      return ProgramProcess.start(
          "batch-models",
          "lakehouse.models.ModelsJob",
          Files.createTempFile(config.getParent(), "models", ".log"),
          options,
          Stream.concat(Stream.of(verb, "--config", config.toString()), Stream.of(arguments))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
