package lakehouse.ingest;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.job.Capture;
import lakehouse.ingest.preflight.Preflight;
import lakehouse.ingest.preflight.SourceFacts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Captures PostgreSQL sources into bronze, continuously: one Flink job for each source. */
@Command(
    name = "lake ingest",
    description = "Captures the sources into bronze until it is stopped; goes on where it was.")
public final class CdcIngestJob implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Option(names = "--source", paramLabel = "NAME", description = "only this one; repeatable")
  private List<String> names = List.of();

  @Option(names = "--until-loaded", description = "stop when all tables are loaded")
  private boolean untilLoaded;

  @Option(
      names = "--until-current",
      description = "stop when all that was committed before the start is in the lake")
  private boolean untilCurrent;

  @Option(
      names = "--reload",
      paramLabel = "SOURCE",
      description = "load all tables of this source anew; repeatable")
  private List<String> reload = List.of();

  @Option(
      names = "--from-savepoint",
      paramLabel = "PATH",
      description = "restore this instead of the newest; with one --source")
  private Optional<String> savepoint = Optional.empty();

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      description = "time between two commits, e.g. PT5S; default: ingest.checkpoint-interval")
  private Optional<Duration> checkpointInterval = Optional.empty();

  @Option(names = "--port", paramLabel = "PORT", description = "of Flink's web page; default: any")
  private int port;

  public static void main(String[] args) {
    Program.run(new CdcIngestJob(), args);
  }

  @Override
  public Integer call() throws Exception {
    return run(config.load());
  }

  int run(LakeConfig config) throws Exception {
    List<SourceConfig> sources = chosen(config);
    List<SourceFacts> facts = sources.stream().map(Preflight::read).toList();
    Duration interval = checkpointInterval.orElse(config.ingest().checkpointInterval());
    try (Capture capture = Capture.start(config, sources.size(), port, interval)) {
      for (int i = 0; i < sources.size(); i++) {
        SourceConfig source = sources.get(i);
        capture.add(source, facts.get(i), savepoint, reload.contains(source.name()));
      }
      await(capture);
      return capture.exitCode();
    }
  }

  private void await(Capture capture) throws InterruptedException {
    if (untilCurrent) {
      capture.awaitCurrent();
      capture.stop();
    } else if (untilLoaded) {
      capture.awaitLoaded();
      capture.stop();
    } else {
      capture.await();
    }
  }

  private List<SourceConfig> chosen(LakeConfig config) {
    List<SourceConfig> chosen =
        config.sources().stream()
            .filter(source -> names.isEmpty() || names.contains(source.name()))
            .toList();
    List<String> known = config.sources().stream().map(SourceConfig::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "There is no source %s; the configuration has %s.".formatted(name, known));
      }
    }
    return chosen;
  }
}
