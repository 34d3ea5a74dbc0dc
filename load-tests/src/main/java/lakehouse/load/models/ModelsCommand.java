package lakehouse.load.models;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.load.programs.LakePrograms;
import org.apache.commons.io.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code lake load-test models}: what a run of models costs after changes of several sizes, in
 * terms of a full build, and what that costs in terms of DuckDB's.
 */
@Command(
    name = "models",
    description = {
      "Measures the processor time of runs after 0.01 % and 1 % of a table changed, nine of ten changes"
          + " within its newest seven days or spread over all of it, against that of a full build; and"
          + " that of a full build against DuckDB's for the same query over the same files.",
      "",
      "Each result is compared with DuckDB's. It fails where they differ, never for being slow.",
      ""
    })
public final class ModelsCommand implements Callable<Integer> {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "rows of the table (default: ${DEFAULT-VALUE})")
  private long rows;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "write the figures there too, for programs")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--jfr",
      paramLabel = "FOLDER",
      description = "record each run by Java's flight recorder, and keep the recordings there")
  private Optional<Path> recordings = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "where the platform of the test is made; not there yet, or empty, and deleted at the end"
              + " (default: .lake/load-test)")
  private Optional<Path> folder = Optional.empty();

  private final Console console = new Console();

  @Override
  public Integer call() throws Exception {
    if (rows < 100_000) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "--rows must be at least 100,000; given %d.".formatted(rows));
    }
    Path home = LakePrograms.home();
    DataFolder data =
        new DataFolder(folder.orElse(home.resolve(".lake").resolve("load-test")).toAbsolutePath());
    requireEmpty(data.path());
    data.create();
    if (recordings.isPresent()) {
      Files.createDirectories(recordings.get());
    }
    LakePrograms programs = new LakePrograms(home.resolve("lake"), data, "");
    Thread onSignal = new Thread(programs::close, "load-test-stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      CostReport report =
          new ModelsRun(rows, programs, data, recordings.map(Path::toAbsolutePath)).run();
      report.print(console);
      if (json.isPresent()) {
        try (PrintStream out =
            new PrintStream(Files.newOutputStream(json.get()), false, StandardCharsets.UTF_8)) {
          new Console(out).json(report.json());
        }
      }
    } finally {
      programs.close();
    }
    FileUtils.deleteDirectory(data.path().toFile()); // a run that failed leaves its logs
    return ExitCode.DONE.value();
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            """
            %s holds something, perhaps of a load test that failed; nothing was touched.
            Delete it, or choose another folder with --data."""
                .formatted(folder));
      }
    }
  }
}
