package lakehouse.load.measure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CaptureEngineName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code lake load-test speed}: how fast the capture engines bring a table and a backlog of changes
 * into Iceberg, and how near they come to PostgreSQL itself.
 */
@Command(
    name = "speed",
    description = {
      "Measures how fast the capture engines load a table into Iceberg, and then a backlog of changes,"
          + " against floors of the same run: the same rows read by nobody.",
      "",
      "Figures are of this machine and of what else it does: compare the ratios. Nothing fails for"
          + " being slow.",
      ""
    })
final class SpeedCommand implements Callable<Integer> {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "5000000",
      description =
          "rows of the narrow table; the wide one has a fifth of them (default: ${DEFAULT-VALUE})")
  private long rows;

  @Option(
      names = "--changes",
      paramLabel = "N",
      defaultValue = "1000000",
      description =
          "changes of the narrow table, by transactions of 1000; the wide one has a fifth of them"
              + " (default: ${DEFAULT-VALUE}); 0 leaves the stream out")
  private long changes;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "only native, or flink-cdc; may be repeated (default: both)")
  private List<String> engines = List.of("native", "flink-cdc");

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description = "only narrow (8 columns), or wide (60); may be repeated (default: both)")
  private List<SpeedTable> tables = List.of(SpeedTable.values());

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      defaultValue = "PT1S",
      description = "of the ingest (default: ${DEFAULT-VALUE})")
  private Duration checkpointInterval = Duration.ofSeconds(1);

  @Option(
      names = "--jfr",
      paramLabel = "FOLDER",
      description =
          "record each ingest by Java's flight recorder, keep the recordings there, and tell where the"
              + " time went")
  private Optional<Path> recordings = Optional.empty();

  @Mixin private Measurement measurement = new Measurement();

  private final Console console = new Console();

  @Override
  public Integer call() throws Exception {
    checkOptions();
    try (MeasuredLake lake = measurement.lake()) {
      SpeedRun.Request request =
          new SpeedRun.Request(
              rows,
              changes,
              engines.stream().map(SpeedCommand::engine).toList(),
              tables,
              checkpointInterval,
              recordings);
      SpeedReport report = new SpeedRun(request, lake).run();
      report.print(console);
      measurement.write(report.json());
      lake.delete();
    }
    return ExitCode.DONE.value();
  }

  private void checkOptions() {
    engines.forEach(SpeedCommand::engine);
    if (rows < 1000 || changes < 0 || (changes > 0 && changes < 10L * SpeedTable.CHANGES)) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "--rows must be at least 1,000, and --changes 0 or at least 10,000; given %d and %d."
              .formatted(rows, changes));
    }
  }

  private static CaptureEngineName engine(String name) {
    return Stream.of(CaptureEngineName.values())
        .filter(engine -> engine.toString().equals(name) || label(engine).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new LakeException(
                    ExitCode.CONFIGURATION,
                    "--engine must be native or flink-cdc; given %s.".formatted(name)));
  }

  static String label(CaptureEngineName engine) {
    return switch (engine) {
      case NATIVE -> "native";
      case FLINK_CDC -> "flink-cdc";
    };
  }
}
