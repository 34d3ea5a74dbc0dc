package lakehouse.load.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfigs;
import lakehouse.catalog.platform.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lake's programs, each a process of its own, started by the launcher as a user would. What
 * they say goes into a log each. Closing stops those that still run, the youngest first, and waits
 * until they are gone.
 */
public final class LakePrograms implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LakePrograms.class);

  /**
   * Options for Java where a program of Spark's has little data: the optimising compiler would take
   * more time than it saves, and without it Java would reserve less room for code than Spark
   * generates, and interpret the rest.
   */
  public static final String LITTLE_DATA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m";

  /** What the launcher passes to Java. */
  private static final String JAVA_OPTIONS = "LAKE_JAVA_OPTIONS";

  /** The checkout that the launcher stands in, by its own word. */
  private static final String HOME = "LAKE_HOME";

  private static final int EVIDENCE_LINES = 20;
  private static final long LOOK_EVERY_MILLIS = 200;
  private static final long STOP_SECONDS = 90;

  private final Path launcher;
  private final DataFolder data;
  private final String javaOptions;
  private final Deque<Running> running = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param launcher the script {@code lake}
   * @param data the platform's folder
   * @param javaOptions for each program, before those that the user sets; may be empty
   */
  public LakePrograms(Path launcher, DataFolder data, String javaOptions) {
    this.launcher = launcher;
    this.data = data;
    this.javaOptions = javaOptions;
  }

  /**
   * The folder of the launcher that started this process.
   *
   * @throws LakeException if it was started some other way
   */
  public static Path home() {
    String home = System.getenv(HOME);
    if (home == null || !Files.isExecutable(Path.of(home, "lake"))) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "This verb runs the launcher, and LAKE_HOME names no folder with one: start it with"
              + " ./lake.");
    }
    return Path.of(home);
  }

  /** A program that was started. */
  public static final class Running {
    private final String name;
    private final Process process;
    private final Path log;

    private Running(String name, Process process, Path log) {
      this.name = name;
      this.process = process;
      this.log = log;
    }

    /** What it is told to do: the verb. */
    public String verb() {
      return name.split(" ", 2)[0];
    }

    /** The process's id. */
    public long pid() {
      return process.pid();
    }

    /**
     * Throws if it has ended, though nobody asked it to.
     *
     * @throws LakeException with its exit code
     */
    public void requireAlive() {
      if (!process.isAlive()) {
        throw failed("has ended by itself");
      }
    }

    /**
     * Waits for its end and returns what it printed.
     *
     * @param now told the last line that it has printed so far
     */
    public String await(Consumer<String> now) throws InterruptedException {
      Duration cpu = Duration.ZERO;
      while (!process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        lastLine(output()).ifPresent(now);
        cpu = process.info().totalCpuDuration().orElse(cpu);
      }
      LOG.debug("lake {}: {} of CPU", name, Console.duration(cpu));
      if (process.exitValue() != 0) {
        throw failed("failed");
      }
      return output();
    }

    /** What it has printed so far. */
    public String output() {
      try {
        return Files.readString(log, UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** That it does not do what it should, though it still runs. */
    public LakeException failure(String what) {
      return failure(ExitCode.DATA_CHECK, what);
    }

    private LakeException failed(String what) {
      int exit = process.exitValue();
      ExitCode code =
          Arrays.stream(ExitCode.values())
              .filter(known -> known.value() == exit && known != ExitCode.DONE)
              .findFirst()
              .orElse(ExitCode.BUG);
      return failure(code, "%s, with exit code %d".formatted(what, exit));
    }

    private LakeException failure(ExitCode code, String what) {
      return new LakeException(
          code,
          """
          `lake %s` %s. What it said:

            %s

          All of it is in %s."""
              .formatted(name, what, String.join("\n  ", evidence()), log));
    }

    /** From its last word on an error; without one, the end of what it said. */
    private List<String> evidence() {
      List<String> lines = output().strip().lines().toList();
      int first = Math.max(0, lines.size() - EVIDENCE_LINES);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith("error:")) {
          first = i;
        }
      }
      return lines.subList(first, Math.min(lines.size(), first + EVIDENCE_LINES));
    }

    /** Processor time that it has used so far; empty where the system does not tell. */
    public Optional<Duration> cpu() {
      return process.info().totalCpuDuration();
    }

    /** SIGTERM, then patience, then SIGKILL. */
    public void stop() {
      LOG.debug(
          "lake {}: {} of CPU so far",
          name,
          process.info().totalCpuDuration().map(Console::duration).orElse("unknown"));
      process.destroy();
      try {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Those that run now. */
  public synchronized List<Running> alive() {
    return running.stream().filter(program -> program.process.isAlive()).toList();
  }

  /** Runs a program to its end; see {@link Running#await}. */
  public String run(Consumer<String> now, String log, String... arguments)
      throws InterruptedException {
    return start(log, arguments).await(now);
  }

  /** The last line that says anything. */
  public static Optional<String> lastLine(String output) {
    return output
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .reduce((first, second) -> second);
  }

  /**
   * Starts a program.
   *
   * @param log the name of its log
   * @param arguments verb and options
   */
  public Running start(String log, String... arguments) {
    return startWith("", log, arguments);
  }

  /**
   * Starts a program.
   *
   * @param options for Java, after those of every program; may be empty
   * @param log the name of its log
   * @param arguments verb and options
   */
  public synchronized Running startWith(String options, String log, String... arguments) {
    if (closed) {
      throw new IllegalStateException("The programs are being stopped");
    }
    List<String> command = new ArrayList<>();
    // Ctrl-C reaches every process of the terminal at once; these are to be stopped in their order.
    command.addAll(List.of("sh", "-c", "trap '' INT; exec \"$0\" \"$@\"", launcher.toString()));
    command.addAll(List.of(arguments));
    try {
      Path file = data.logs().resolve(log + ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(data.path().toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(file.toFile());
      builder.environment().put(DataFolder.VARIABLE, data.toString());
      builder.environment().remove(LakeConfigs.VARIABLE);
      builder
          .environment()
          .merge(
              JAVA_OPTIONS,
              (javaOptions + " " + options).strip(),
              (set, ours) -> (ours + " " + set).strip());
      Running program = new Running(String.join(" ", arguments), builder.start(), file);
      running.push(program);
      return program;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    List<Running> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(running);
    }
    left.forEach(Running::stop);
  }
}
