package lakehouse.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.models.publish.KeptRuns;
import lakehouse.models.publish.Rollback;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a person decides about what is or is not published. */
final class KeptCommands {
  private KeptCommands() {}

  /** Publishes a failed run. */
  @Command(
      name = "promote",
      description = "Publishes a run that an audit stopped, in spite of it. That is recorded.",
      footer = {"", "Exit code 5: something else was published since; run again instead."})
  static final class Promote implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Console console;

    @Parameters(
        paramLabel = "BRANCH",
        description = "the branch of the run, as its message named it")
    private String branch = "";

    @Override
    public Integer call() {
      String tag = new KeptRuns(config.load()).promote(branch);
      if (console.json()) {
        console.json(Map.of("tag", tag));
      } else {
        console.say("Published as %s, in spite of its audits.", tag);
      }
      return ExitCode.DONE.value();
    }
  }

  /** Drops failed runs. */
  @Command(name = "discard", description = "Drops the branches of runs that an audit stopped.")
  static final class Discard implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Console console;

    @Parameters(paramLabel = "BRANCH", arity = "0..*", description = "branches of failed runs")
    private List<String> branches = new ArrayList<>();

    @Option(names = "--all", description = "all of them")
    private boolean all;

    @Override
    public Integer call() {
      if (all != branches.isEmpty()) {
        throw new LakeException(
            ExitCode.CONFIGURATION, "Name the branches to drop, or say --all; not both.");
      }
      KeptRuns runs = new KeptRuns(config.load());
      List<String> dropped = all ? runs.branches() : branches;
      if (!dropped.isEmpty()) {
        runs.discard(dropped);
      }
      if (console.json()) {
        console.json(Map.of("discarded", dropped));
      } else {
        console.say(
            dropped.isEmpty() ? "There is none." : "Dropped %s.", String.join(", ", dropped));
      }
      return ExitCode.DONE.value();
    }
  }

  /** Publishes an earlier state again. */
  @Command(
      name = "rollback",
      description = {
        "Publishes silver and gold again as they were at a tag.",
        "The next run does again what came after it: mend the models or the data first."
      })
  static final class RollBack implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Console console;

    @Parameters(paramLabel = "TAG", description = "the tag of an earlier publication")
    private String tag = "";

    @Override
    public Integer call() {
      Optional<Rollback.RolledBack> done = new Rollback(config.load()).to(tag);
      if (console.json()) {
        console.json(done);
      } else if (done.isEmpty()) {
        console.say("Nothing differs from %s.", tag);
      } else {
        console.say(
            "%d tables are as they were at %s again; published as %s.",
            done.get().tables(), tag, done.get().tag());
      }
      return ExitCode.DONE.value();
    }
  }
}
