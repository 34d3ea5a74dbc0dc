package lakehouse.load.measure;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code lake load-test freshness}: how long after its commit in PostgreSQL a change can be read
 * through the catalog, at a steady rate.
 */
@Command(
    name = "freshness",
    description = {
      "Measures how long after its commit in PostgreSQL a change can be read through the catalog, while"
          + " changes come at a steady rate whatever the lake does.",
      "",
      "Figures are of this machine and of what else it does. Nothing fails for being slow.",
      ""
    })
final class FreshnessCommand implements Callable<Integer> {
  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "5000",
      description = "changes in a second, by transactions of 50 (default: ${DEFAULT-VALUE})")
  private int rate;

  @Option(
      names = "--tables",
      paramLabel = "N",
      defaultValue = "20",
      description = "tables that they are of (default: ${DEFAULT-VALUE})")
  private int tables;

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      defaultValue = "PT30M",
      description = "how long they come, such as PT5M (default: ${DEFAULT-VALUE})")
  private Duration duration = Duration.ofMinutes(30);

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      defaultValue = "PT1S",
      description = "of the ingest (default: ${DEFAULT-VALUE})")
  private Duration checkpointInterval = Duration.ofSeconds(1);

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "write the figures there too, for programs")
  private Optional<Path> json = Optional.empty();

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
    if (rate < FreshnessRun.CHANGES || tables < 1 || duration.toSeconds() < 1) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "--rate must be at least %d, --tables at least 1, --duration at least PT1S."
              .formatted(FreshnessRun.CHANGES));
    }
    try (MeasuredLake lake = MeasuredLake.in(folder)) {
      FreshnessReport report =
          new FreshnessRun(rate, tables, duration, checkpointInterval, lake).run();
      report.print(console);
      write(report);
      lake.delete();
    }
    return ExitCode.DONE.value();
  }

  private void write(FreshnessReport report) throws IOException {
    if (json.isPresent()) {
      try (PrintStream out =
          new PrintStream(Files.newOutputStream(json.get()), false, StandardCharsets.UTF_8)) {
        new Console(out).json(report);
      }
    }
  }
}
