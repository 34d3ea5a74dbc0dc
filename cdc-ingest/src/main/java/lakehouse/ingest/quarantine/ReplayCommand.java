package lakehouse.ingest.quarantine;

import java.util.List;
import java.util.concurrent.Callable;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.catalog.quarantine.QuarantineView;
import lakehouse.ingest.capture.files.FilesReplay;
import lakehouse.ingest.job.Replay;
import lakehouse.ingest.preflight.Sources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes rejected rows of a source into the lake, once what they broke was corrected. */
@Command(
    name = "replay",
    description = {
      "Takes rejected rows of a source in that are accepted now.",
      "Of files, they are read again and get the place that they had, so that a newer row stays the"
          + " newer one; stop the ingest before. Of a database, their tables are loaded anew."
    })
final class ReplayCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;
  @Mixin private Console console;

  @Parameters(paramLabel = "SOURCE", description = "the source's name")
  private String name;

  @Override
  public Integer call() throws InterruptedException {
    LakeConfig lake = config.load();
    SourceConfig source = Sources.chosen(lake, List.of(name)).get(0);
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog())) {
      Quarantine quarantine = new Quarantine(catalog, Quarantine.Rows.STANDING);
      Replay replay =
          new Replay(
              lake,
              catalog,
              () ->
                  quarantine.whole(name, row -> true).stream()
                      .map(QuarantinedRow::replay)
                      .toList());
      if (source instanceof FilesConfig files) {
        return answer(replay.files(files));
      }
      Replay.Anew anew;
      if (source instanceof JdbcConfig database) {
        anew = replay.queries(database);
      } else if (source instanceof PostgresConfig database) {
        anew = replay.log(database);
      } else {
        throw new IllegalStateException(source.kind());
      }
      if (!anew.tables().isEmpty()) {
        QuarantineView.bringUpToDate(catalog); // one of before shows what was replayed
      }
      return answer(anew);
    }
  }

  private int answer(FilesReplay.Report report) {
    if (console.json()) {
      console.json(report);
    }
    console.say(
        "replayed %d, still rejected %d, file gone %d",
        report.replayed(), report.rejected(), report.gone());
    return (report.isWhole() ? ExitCode.DONE : ExitCode.DATA_CHECK).value();
  }

  private int answer(Replay.Anew anew) {
    if (console.json()) {
      console.json(anew);
    } else if (anew.tables().isEmpty()) {
      console.say("Nothing of source %s is to be replayed.", name);
    } else if (anew.loaded()) {
      console.say("Loaded anew for %d rejected rows: %s", anew.rows(), anew.tables());
    } else {
      console.say(
          "For %d rejected rows the next start of the ingest loads %s anew: lake ingest --source %s",
          anew.rows(), anew.tables(), name);
    }
    return ExitCode.DONE.value();
  }
}
