package lakehouse.ingest.quarantine;

import java.util.List;
import java.util.concurrent.Callable;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.capture.files.FilesReplay;
import lakehouse.ingest.event.ChangeEvent.Replayed;
import lakehouse.ingest.job.FilesReplaying;
import lakehouse.ingest.preflight.Sources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes rejected rows of a source into the lake, once what they broke was corrected. */
@Command(
    name = "replay",
    description =
        "Takes rejected rows of a source in that are accepted now. Of files, they are read again and"
            + " get the place that they had, so that a newer row stays the newer one; stop the ingest"
            + " before.")
final class ReplayCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;
  @Mixin private Console console;

  @Parameters(paramLabel = "SOURCE", description = "the source's name")
  private String name;

  @Override
  public Integer call() {
    LakeConfig lake = config.load();
    SourceConfig source = Sources.chosen(lake, List.of(name)).get(0);
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog())) {
      if (source instanceof FilesConfig files) {
        return replay(lake, catalog, files);
      }
    }
    throw new LakeException(
        ExitCode.CONFIGURATION,
        "Rows of source %s, which is of kind %s, are not replayed: one that comes late could win over what is newer.\n%s"
            .formatted(name, source.kind(), remedy(source)));
  }

  private int replay(LakeConfig lake, LakeCatalog catalog, FilesConfig source) {
    FilesReplay.Report report =
        FilesReplaying.replay(lake, catalog, source, epoch -> standing(catalog, epoch));
    if (console.json()) {
      console.json(report);
    }
    console.say(
        "replayed %d, still rejected %d, file gone %d",
        report.replayed(), report.rejected(), report.gone());
    return (report.isWhole() ? ExitCode.DONE : ExitCode.DATA_CHECK).value();
  }

  private List<Replayed> standing(LakeCatalog catalog, int epoch) {
    return new Quarantine(catalog, Quarantine.Rows.STANDING)
        .whole(name, row -> row.epoch() == epoch).stream().map(QuarantinedRow::replayed).toList();
  }

  private static String remedy(SourceConfig source) {
    if (source instanceof PostgresConfig) {
      return "Bronze has the row without its largest values. Make the row smaller in the source, and"
          + " the change brings it.";
    } else if (source instanceof JdbcConfig) {
      return "Correct the row in the source so that its watermark rises, and it comes again by"
          + " itself; or read the source anew: lake ingest --reload "
          + source.name();
    }
    throw new IllegalStateException(source.kind());
  }
}
