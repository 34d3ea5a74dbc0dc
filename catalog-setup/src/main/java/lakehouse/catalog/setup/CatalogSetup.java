package lakehouse.catalog.setup;

import java.util.List;
import java.util.concurrent.Callable;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Brings the catalog to where the lake can work: its branch, its namespaces and the tables of the
 * audit trail. Says first what it will do; doing it again changes nothing.
 */
@Command(
    name = "lake setup",
    description = "Makes the catalog's branch, namespaces and tables.",
    subcommands = {CatalogSetup.Plan.class, CatalogSetup.Apply.class},
    synopsisSubcommandLabel = "COMMAND")
public final class CatalogSetup {
  public static void main(String[] args) {
    Program.run(new CatalogSetup(), args);
  }

  /** Sets the catalog up and returns how many steps that took. */
  public static int apply(LakeConfig config) {
    SetupPlan plan = SetupPlan.of(config, CatalogState.read(config.catalog()));
    apply(config, plan);
    return plan.steps().size();
  }

  private static void apply(LakeConfig config, SetupPlan plan) {
    List<SetupStep> first =
        plan.steps().stream().filter(SetupStep.CreateBranch.class::isInstance).toList();
    if (!first.isEmpty()) {
      try (LakeCatalog catalog = LakeCatalog.openDefault(config.catalog())) {
        first.forEach(step -> step.apply(catalog));
      }
    }
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      plan.steps().stream()
          .filter(step -> !first.contains(step))
          .forEach(step -> step.apply(catalog));
    }
  }

  /** Says what would be done. */
  @Command(name = "plan", description = "Says what is missing in the catalog; changes nothing.")
  static final class Plan implements Callable<Integer> {
    @Mixin private ConfigOption option;
    @Mixin private Console console;

    @Override
    public Integer call() {
      LakeConfig config = option.load();
      SetupPlan plan = SetupPlan.of(config, CatalogState.read(config.catalog()));
      print(plan, false, console);
      console.say(plan.steps().isEmpty() ? "" : "\nDo it with `lake setup apply`.");
      return ExitCode.DONE.value();
    }
  }

  /** Says what is to be done, and does it. */
  @Command(name = "apply", description = "Makes what is missing in the catalog.")
  static final class Apply implements Callable<Integer> {
    @Mixin private ConfigOption option;
    @Mixin private Console console;

    @Override
    public Integer call() {
      LakeConfig config = option.load();
      SetupPlan plan = SetupPlan.of(config, CatalogState.read(config.catalog()));
      if (!console.json()) {
        print(plan, false, console);
      }
      CatalogSetup.apply(config, plan);
      if (console.json()) {
        print(plan, true, console);
      }
      console.say(plan.steps().isEmpty() ? "" : "\n%d steps done.", plan.steps().size());
      return ExitCode.DONE.value();
    }
  }

  /** A plan as JSON. */
  private record Report(List<String> steps, boolean applied) {}

  private static void print(SetupPlan plan, boolean applied, Console console) {
    List<String> steps = plan.steps().stream().map(SetupStep::description).toList();
    if (console.json()) {
      console.json(new Report(steps, applied));
    }
    steps.forEach(step -> console.say("+ %s", step));
    if (steps.isEmpty()) {
      console.say("The catalog has all it needs: nothing to do.");
    }
  }
}
