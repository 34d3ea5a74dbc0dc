package lakehouse.models;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LogEvents;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.publish.RunId;
import lakehouse.models.publish.RunListener;
import lakehouse.models.publish.WriteAuditPublish;
import lakehouse.models.publish.WriteAuditPublish.Mode;
import lakehouse.models.publish.WriteAuditPublish.Published;
import lakehouse.models.run.ModelRunner;
import lakehouse.models.test.ModelTestRunner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes silver and gold from bronze. */
@Command(
    name = "lake models",
    description = "Plans, runs and tests the models: silver and gold.",
    subcommands = {
      ModelsJob.Plan.class,
      DiffCommand.class,
      ModelsJob.Run.class,
      ModelsJob.Test.class,
      DocsCommand.class,
      KeptCommands.Promote.class,
      KeptCommands.Discard.class,
      KeptCommands.RollBack.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class ModelsJob {
  public static void main(String[] args) {
    Program.run(new ModelsJob(), args);
  }

  /** Tells what a run would do. */
  @Command(name = "plan", description = "Tells what a run would do, and why. Reads no data.")
  static final class Plan implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Console console;
    @Mixin private Selection selection;

    @Override
    public Integer call() {
      LakeConfig lake = config.load();
      RunPlan plan =
          new WriteAuditPublish(lake, ModelLibrary.load(lake.models().paths()), RunListener.SILENT)
              .plan(selection.request(Mode.PUBLISH));
      if (console.json()) {
        console.json(PlanReport.of(plan));
      } else {
        PlanReport.print(plan, console);
      }
      return ExitCode.DONE.value();
    }
  }

  /** Runs the models. */
  @Command(
      name = "run",
      description =
          "Runs the models on a branch, audits them there and publishes them by one merge.",
      footer = {
        "",
        "Exit code 4: an audit failed; the branch is kept and named. 5: another run is under way."
      })
  static final class Run implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Console console;
    @Mixin private Selection selection;

    @Option(
        names = "--dry-run",
        description = "make and audit everything on the branch, publish nothing and drop it")
    private boolean dryRun;

    @Override
    public Integer call() {
      LakeConfig lake = config.load();
      List<Model> models = ModelLibrary.load(lake.models().paths());
      long start = System.nanoTime();
      // bronze at one hash ---> plan ---> branch: silver, gold, audits ---> one merge, one tag
      Optional<Published> published =
          new WriteAuditPublish(
                  lake, models, LogEvents.json() ? new RunEvents() : new Progress(console))
              .run(selection.request(dryRun ? Mode.DRY_RUN : Mode.PUBLISH));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      if (LogEvents.json()) {
        published.ifPresent(RunEvents::published);
      }
      if (console.json()) {
        console.json(RunReport.of(published, took));
      } else {
        RunReport.print(published, took, console);
      }
      return ExitCode.DONE.value();
    }
  }

  /** Runs the tests of the models. */
  @Command(
      name = "test",
      description = "Runs the models' tests, given rows to expected rows, without any lake.")
  static final class Test implements Callable<Integer> {
    @Mixin private Console console;

    @Option(
        names = "--select",
        paramLabel = "MODEL",
        split = ",",
        description = "only the tests of this model")
    private List<String> select = List.of();

    @Option(
        names = "--tests",
        paramLabel = "DIR",
        description = "a folder of tests (default: those of the built-in models)")
    private List<Path> folders = new ArrayList<>();

    @Option(names = "--models", paramLabel = "DIR", description = "a folder of further models")
    private List<Path> models = new ArrayList<>();

    @Override
    public Integer call() {
      List<ModelTestRunner.Result> results =
          ModelTestRunner.run(
              ModelLibrary.load(models),
              folders.isEmpty() ? List.of(ModelTestRunner.builtInTests()) : folders,
              select);
      if (console.json()) {
        console.json(results);
      } else {
        for (ModelTestRunner.Result result : results) {
          console.say(
              "%s  %s: %s", result.passed() ? "ok  " : "FAIL", result.model(), result.test());
          result.differences().forEach(difference -> console.say("        %s", difference));
        }
        console.say(
            "%d of %d tests passed",
            results.stream().filter(ModelTestRunner.Result::passed).count(), results.size());
      }
      return (results.stream().allMatch(ModelTestRunner.Result::passed)
              ? ExitCode.DONE
              : ExitCode.DATA_CHECK)
          .value();
    }
  }

  /** Says how a run goes on, as it does. */
  private static final class Progress implements RunListener {
    private final Console console;
    private int total;
    private int done;

    Progress(Console console) {
      this.console = console;
    }

    @Override
    public void planned(RunPlan plan) {
      if (!console.json()) {
        PlanReport.print(plan, console);
      }
      total = (int) plan.steps().stream().filter(s -> s.decision().action() != Action.SKIP).count();
    }

    @Override
    public void started(RunId run) {
      console.say("Running %d models on branch %s", total, run.branch());
    }

    @Override
    public void done(ModelRunner.Done model) {
      if (model.outcome().decision().action() == Action.SKIP) {
        return;
      }
      done++;
      console.say(
          "  [%d/%d] %s: %s, %s",
          done,
          total,
          model.model().name(),
          RunReport.what(model),
          Console.duration(Duration.ofMillis(model.millis())));
    }

    @Override
    public void audited(List<AuditResult> results) {
      long failed = results.stream().filter(AuditResult::blocks).count();
      console.say("Audited: %d rules, %d broken", results.size(), failed);
      results.stream()
          .filter(r -> r.failedRows() > 0 && !r.blocks())
          .forEach(
              r ->
                  console.say(
                      "  warning: %s %s: %d rows",
                      r.model().name(), r.audit().name(), r.failedRows()));
    }
  }
}
