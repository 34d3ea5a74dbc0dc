package lakehouse.load.measure;

import java.time.Duration;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private Measurement measurement = new Measurement();

  private final Console console = new Console();

  @Override
  public Integer call() throws Exception {
    if (rate < FreshnessRun.CHANGES || tables < 1 || duration.toSeconds() < 1) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "--rate must be at least %d, --tables at least 1, --duration at least PT1S."
              .formatted(FreshnessRun.CHANGES));
    }
    try (MeasuredLake lake = measurement.lake()) {
      FreshnessReport report =
          new FreshnessRun(rate, tables, duration, checkpointInterval, lake).run();
      report.print(console);
      measurement.write(report);
      lake.delete();
    }
    return ExitCode.DONE.value();
  }
}
