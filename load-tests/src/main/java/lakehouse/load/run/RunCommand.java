package lakehouse.load.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.Secret;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.programs.LakePrograms;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lake load-test run}: a whole scenario, its phases measured one by one, and a report. */
@Command(
    name = "run",
    description = {
      "Runs a scenario: PostgreSQL is filled, loaded, changed and modelled, the marts are asked and the lake"
          + " is compared with its sources; each phase is measured, and a report is written.",
      "",
      "Scenarios: smoke-1m, steady-120m, burst-120m, backfill-120m, wide-10m, many-tables, endurance, or a"
          + " YAML file.",
      ""
    })
public final class RunCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SCENARIO", description = "a built-in scenario, or a file")
  private String scenario = "";

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "about how many rows the largest table has (default: as the scenario says)")
  private Optional<Long> rows = Optional.empty();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "a lake.yaml whose catalog is used instead of an embedded platform; its sources are not"
              + " touched; needs --postgres")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--postgres",
      paramLabel = "USER@HOST:PORT",
      description =
          "the server on which databases of the scenario are made ANEW, as its superuser; the password"
              + " is taken from the environment variable PGPASSWORD")
  private Optional<String> postgres = Optional.empty();

  @Option(names = "--resume", description = "go on with a run that was broken off")
  private boolean resume;

  @Option(
      names = "--skip",
      paramLabel = "PHASE",
      split = ",",
      description = "leave out: ${COMPLETION-CANDIDATES}")
  private List<Phase> skipped = List.of();

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "DURATION",
      defaultValue = "PT1S",
      description = "of the ingest (default: ${DEFAULT-VALUE})")
  private Duration checkpointInterval = Duration.ofSeconds(1);

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "where the run is: run.json, report.html, and lake, which is deleted at the end (default:"
              + " .lake/load-test-SCENARIO)")
  private Optional<Path> data = Optional.empty();

  @Option(names = "--keep", description = "keep the lake of the run")
  private boolean keep;

  @Override
  public Integer call() throws Exception {
    Scenario wanted = ScenarioFile.read(scenario);
    Scenario sized = rows.map(wanted::withRows).orElse(wanted);
    RunFolder folder =
        new RunFolder(
            data.orElseGet(
                    () -> LakePrograms.home().resolve(".lake").resolve("load-test-" + sized.name()))
                .toAbsolutePath());
    if (!resume) {
      folder.requireEmpty();
    }
    Optional<RunRecord> before = folder.read();
    if (before.isPresent() && !before.get().scenario().equals(sized)) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "The run in %s is of another scenario or size (%s, %d rows): go on with that, or choose another folder with --data."
              .formatted(
                  folder.path(),
                  before.get().scenario().name(),
                  before.get().scenario().data().rows()));
    }
    RunRecord done;
    try (RunLake lake = RunLake.open(folder, own())) {
      RunRecord run =
          before.isPresent()
              ? before.get()
              : new RunRecord(
                  sized, environment(lake), Runtime.getRuntime().availableProcessors(), List.of());
      try (ScenarioRun scenarioRun = new ScenarioRun(folder, lake, run, checkpointInterval)) {
        done = scenarioRun.run(skips());
      } catch (Exception e) {
        try {
          tellHowToGoOn(folder);
        } catch (Exception alsoFailed) {
          e.addSuppressed(alsoFailed);
        }
        throw e;
      }
    }
    Files.writeString(folder.report(), RunPage.of(done));
    if (!keep) {
      folder.deleteLake();
    }
    Console console = new Console();
    RunSummary.print(done, console);
    console.say("%nThe report is %s", folder.report());
    return ExitCode.DONE.value();
  }

  private void tellHowToGoOn(RunFolder folder) throws IOException {
    Optional<RunRecord> until = folder.read();
    if (until.isPresent()) {
      Files.writeString(folder.report(), RunPage.of(until.get()));
      ScenarioRun.say(
          "The run was broken off; what was measured before is in %s. The same command with --resume goes"
              + " on with the phase that was not done.",
          folder.report());
    }
  }

  private Set<Phase> skips() {
    EnumSet<Phase> phases = EnumSet.noneOf(Phase.class);
    phases.addAll(skipped);
    return phases;
  }

  private Map<String, String> environment(RunLake lake) throws java.sql.SQLException {
    Map<String, String> environment = Environment.of(lake.database("postgres"));
    environment.put("checkpoint interval", checkpointInterval.toString());
    environment.put("lake", config.isPresent() ? "of the given lake.yaml" : "embedded platform");
    return environment;
  }

  private Optional<RunLake.Own> own() {
    if (config.isPresent() != postgres.isPresent()) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "--config and --postgres are needed together, or neither.");
    }
    return config.map(
        file -> {
          String[] parts = postgres.get().split("[@:]");
          if (parts.length != 3 || !parts[2].matches("\\d+")) {
            throw new LakeException(
                ExitCode.CONFIGURATION, "--postgres must be USER@HOST:PORT: " + postgres.get());
          }
          String password = Optional.ofNullable(System.getenv("PGPASSWORD")).orElse("");
          return new RunLake.Own(
              file.toAbsolutePath(),
              new PostgresDatabase(
                  parts[1],
                  Integer.parseInt(parts[2]),
                  parts[0],
                  new Secret(password),
                  "postgres"));
        });
  }
}
