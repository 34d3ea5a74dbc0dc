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
import lakehouse.ingest.job.ClusterSubmission;
import lakehouse.ingest.job.SourceKind;
import lakehouse.ingest.preflight.Preflight;
import lakehouse.ingest.preflight.Sources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Captures sources into bronze, continuously: one Flink job for each source. */
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
      description = "restore this instead of the newest; with exactly one --source")
  private Optional<String> savepoint = Optional.empty();

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      description = "time between two commits, e.g. PT5S (default: ingest.checkpoint-interval)")
  private Optional<Duration> checkpointInterval = Optional.empty();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "of Flink's web page on 127.0.0.1 (default: any free one)")
  private int port;

  public static void main(String[] args) {
    int exitCode = Program.execute(new CdcIngestJob(), args);
    if (exitCode != ExitCode.DONE.value() || !ClusterSubmission.intended()) {
      System.exit(exitCode); // a client of a cluster is to return
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    LakeConfig lake = config.load();
    List<SourceConfig> sources = Sources.chosen(lake, names);
    checkOptions(lake, sources);

    // sources and catalog ---> what would stop the capture
    List<SourceKind> ready = Preflight.require(lake, sources).stream().map(SourceKind::of).toList();

    // each source ---> one job, of the cluster that `flink run` speaks to ---> bronze
    Duration interval = checkpointInterval.orElse(lake.ingest().checkpointInterval());
    if (ClusterSubmission.intended()) {
      for (SourceKind source : ready) {
        boolean anew = reload.contains(source.source().name());
        ClusterSubmission.submit(lake, source, savepoint, anew, interval);
      }
      return ExitCode.DONE.value();
    }

    // or of one within this process
    try (Capture capture = Capture.start(lake, sources.size(), port, interval)) {
      for (SourceKind source : ready) {
        capture.add(source, savepoint, reload.contains(source.source().name()));
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

  private void checkOptions(LakeConfig lake, List<SourceConfig> sources) {
    Sources.chosen(lake, reload);
    if (savepoint.isPresent() && sources.size() != 1) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "--from-savepoint restores one source; name it with exactly one --source.");
    }
  }
}
