package lakehouse.load.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.load.measure.MeasuredLake;
import lakehouse.load.measure.Measurement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code lake load-test models}: what a run of models costs after changes of several sizes, in
 * terms of a full build, and what that costs in terms of DuckDB's.
 */
@Command(
    name = "models",
    description = {
      "Measures the processor time of runs after 0.01 %% and 1 %% of a table changed: within its newest"
          + " day, nine of ten within its newest seven days, or spread over all of it; against that of a full build; and"
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
      names = "--jfr",
      paramLabel = "FOLDER",
      description = "record each run by Java's flight recorder, and keep the recordings there")
  private Optional<Path> recordings = Optional.empty();

  @Mixin private Measurement measurement = new Measurement();

  private final Console console = new Console();

  @Override
  public Integer call() throws Exception {
    if (rows < 100_000) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "--rows must be at least 100,000; given %d.".formatted(rows));
    }
    if (recordings.isPresent()) {
      Files.createDirectories(recordings.get());
    }
    try (MeasuredLake lake = measurement.lake()) {
      CostReport report = new ModelsRun(rows, lake, recordings.map(Path::toAbsolutePath)).run();
      report.print(console);
      measurement.write(report.json());
      lake.delete();
    }
    return ExitCode.DONE.value();
  }
}
