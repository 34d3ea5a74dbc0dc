package lakehouse.ingest.quarantine;

import java.util.concurrent.Callable;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.preflight.Sources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes rejected rows of a source again. */
@Command(name = "replay", description = "Takes rejected rows of a source that can be taken now.")
final class ReplayCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Parameters(paramLabel = "SOURCE", description = "the source's name")
  private String name;

  @Override
  public Integer call() {
    LakeConfig lake = config.load();
    SourceConfig source = Sources.chosen(lake, java.util.List.of(name)).get(0);
    throw new LakeException(
        ExitCode.CONFIGURATION,
        """
        Source %s is a database: what it holds now is nearer to the truth than what was rejected.
        Correct the row in the source, and it comes again by itself; or read the table anew with \
        `lake resync %s TABLE` or `lake ingest --reload %s`."""
            .formatted(source.name(), source.name(), source.name()));
  }
}
