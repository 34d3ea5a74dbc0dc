package lakehouse.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.LakeState;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.publish.RunId;
import lakehouse.models.publish.RunListener;
import lakehouse.models.publish.WriteAuditPublish;
import lakehouse.models.publish.WriteAuditPublish.Mode;
import lakehouse.models.run.Differences;
import lakehouse.models.run.LakeRun;
import lakehouse.models.run.ModelRunner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells row by row what a run would publish. */
@Command(
    name = "diff",
    description =
        "Tells row by row what a run would publish: it makes and audits everything on a branch, compares, and"
            + " drops the branch.")
final class DiffCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;
  @Mixin private Console console;
  @Mixin private Selection selection;

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "5",
      description = "rows to show of each table (default: ${DEFAULT-VALUE})")
  private int examples;

  @Override
  public Integer call() {
    LakeConfig lake = config.load();
    Compare compare = new Compare(lake, examples);
    new WriteAuditPublish(lake, ModelLibrary.load(lake.models().paths()), compare)
        .run(selection.request(Mode.DRY_RUN));
    if (console.json()) {
      console.json(compare.differences);
    } else {
      print(compare.differences);
    }
    return ExitCode.DONE.value();
  }

  private void print(List<Differences.OfTable> differences) {
    List<Differences.OfTable> differing =
        differences.stream().filter(table -> table.changes().rows() > 0).toList();
    if (differing.isEmpty()) {
      console.say("A run would publish no difference.");
      return;
    }
    console.table(
        List.of("table", "inserted", "updated", "deleted"),
        differing.stream()
            .map(
                d ->
                    List.of(
                        d.table(),
                        d.changes().inserted(),
                        d.changes().updated(),
                        d.changes().deleted()))
            .toList());
    for (Differences.OfTable table : differing) {
      console.say("%s:", table.table());
      for (Differences.Example row : table.examples()) {
        console.say(
            "  %s %s%s",
            row.operation(),
            row.key().entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" ")),
            columns(row));
      }
      long more = table.changes().rows() - table.examples().size();
      if (more > 0) {
        console.say("  and %,d more", more);
      }
    }
  }

  private static String columns(Differences.Example row) {
    return row.columns().isEmpty()
        ? ""
        : row.columns().entrySet().stream()
            .map(e -> e.getKey() + " " + difference(row.operation(), e))
            .collect(Collectors.joining(", ", ": ", ""));
  }

  private static String difference(
      String operation, Map.Entry<String, Differences.Difference> column) {
    return switch (operation) {
      case "insert" -> column.getValue().after();
      case "delete" -> column.getValue().before();
      default -> column.getValue().before() + " -> " + column.getValue().after();
    };
  }

  /** Compares while the session is open. */
  private static final class Compare implements RunListener {
    private final LakeConfig lake;
    private final int examples;
    private final List<Differences.OfTable> differences = new ArrayList<>();

    Compare(LakeConfig lake, int examples) {
      this.lake = lake;
      this.examples = examples;
    }

    @Override
    public void planned(RunPlan plan) {}

    @Override
    public void started(RunId run) {}

    @Override
    public void done(ModelRunner.Done model) {}

    @Override
    public void audited(List<AuditResult> results) {}

    @Override
    public void built(LakeRun run, String hash, List<ModelRunner.Done> models) {
      String reference = lake.catalog().reference();
      try (LakeCatalog main = LakeCatalog.open(lake.catalog());
          LakeCatalog pinned = LakeCatalog.open(lake.catalog(), reference, Optional.of(hash))) {
        Differences compare = new Differences(run, LakeState.at(main, pinned, reference, hash));
        models.stream()
            .filter(model -> model.outcome().decision().action() != Action.SKIP)
            .forEach(model -> differences.add(compare.of(model.model(), examples)));
      }
    }
  }
}
