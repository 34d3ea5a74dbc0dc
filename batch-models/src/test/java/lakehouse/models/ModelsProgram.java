package lakehouse.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code lake models} as a process of its own, which can be killed. */
public final class ModelsProgram implements AutoCloseable {
  private static final Duration EXIT = Duration.ofMinutes(5);

  private final Process process;
  private final Path log;

  private ModelsProgram(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it. */
  public static ModelsProgram start(Path config, String verb, String... arguments) {
    return start(List.of(), config, verb, arguments);
  }

  /** Starts it with a fault, as {@link lakehouse.catalog.Faults} spells it. */
  public static ModelsProgram startWithFault(
      String fault, Path config, String verb, String... arguments) {
    return start(List.of("-Dlakehouse.fault=" + fault), config, verb, arguments);
  }

  /** Runs it to its end. */
  public static ModelsProgram run(Path config, String verb, String... arguments) {
    ModelsProgram program = start(config, verb, arguments);
    program.exitCode();
    return program;
  }

  private static ModelsProgram start(
      List<String> options, Path config, String verb, String... arguments) {
    try {
      Path module = Path.of("").toAbsolutePath();
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // as this very JVM, with which the build starts all of ours
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(argument -> argument.matches("--add-opens.*|-D(user|file)\\..*|-X.*"))
          .forEach(command::add);
      command.addAll(options);
      command.addAll(
          List.of(
              "-cp",
              module.resolve("target/classes")
                  + ":"
                  + Files.readString(module.resolve("target/classpath"), UTF_8).strip(),
              "lakehouse.models.ModelsJob",
              verb,
              "--config",
              config.toString()));
      command.addAll(List.of(arguments));
      Path log = Files.createTempFile(config.getParent(), "models", ".log");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new ModelsProgram(process, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it has printed so far. */
  public String output() {
    try {
      return Files.readString(log, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What each of its threads is at. */
  public String threads() {
    try {
      Process dump =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(process.pid()),
                  "Thread.print")
              .redirectErrorStream(true)
              .start();
      return new String(dump.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    exitCode();
  }

  /** Waits for the end. */
  public int exitCode() {
    try {
      if (!process.waitFor(EXIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("The program did not end:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
