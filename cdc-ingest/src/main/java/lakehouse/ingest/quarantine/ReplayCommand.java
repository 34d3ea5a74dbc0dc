package lakehouse.ingest.quarantine;

import java.util.List;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.preflight.Sources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Says how rejected rows of a source come into the lake. No kind of source has a replay: a row that
 * came late would win over what is newer, since silver takes changes of several runs in the order
 * in which they come.
 */
@Command(name = "replay", description = "Says how rejected rows of a source come into the lake.")
final class ReplayCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Parameters(paramLabel = "SOURCE", description = "the source's name")
  private String name;

  @Override
  public Integer call() {
    LakeConfig lake = config.load();
    SourceConfig source = Sources.chosen(lake, List.of(name)).get(0);
    throw new LakeException(
        ExitCode.CONFIGURATION,
        "Rows of source %s, which is of kind %s, are not replayed: one that comes late could win over what is newer.\n%s"
            .formatted(name, source.kind(), remedy(source)));
  }

  private static String remedy(SourceConfig source) {
    if (source instanceof PostgresConfig) {
      return "Bronze has the row without its largest values. Make the row smaller in the source, and"
          + " the change brings it.";
    } else if (source instanceof JdbcConfig) {
      return "Correct the row in the source so that its watermark rises, and it comes again by"
          + " itself; or read the source anew: lake ingest --reload "
          + source.name();
    } else if (source instanceof FilesConfig) {
      return "Put the corrected rows into a file of another name in the source's folder; it is"
          + " taken in as any other.";
    }
    throw new IllegalStateException(source.kind());
  }
}
