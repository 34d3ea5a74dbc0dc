package lakehouse.models;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.models.docs.Site;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.ops.OpsRows;
import lakehouse.models.plan.LakeState;
import lakehouse.models.publish.ModelSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the documentation of the models. */
@Command(
    name = "docs",
    description =
        "Writes a static site: the graph of the models, their columns, where they come from and go to,"
            + " their last runs and audits.")
final class DocsCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;
  @Mixin private Console console;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "lake-docs",
      description = "where to (default: ${DEFAULT-VALUE})")
  private Path folder = Path.of("lake-docs");

  @Override
  public Integer call() {
    LakeConfig lake = config.load();
    String reference = lake.catalog().reference();
    try (LakeCatalog main = LakeCatalog.open(lake.catalog())) {
      String hash = main.requireReference(reference).getHash();
      try (LakeCatalog pinned = LakeCatalog.open(lake.catalog(), reference, Optional.of(hash))) {
        LakeState state = LakeState.at(main, pinned, reference, hash);
        ModelSet models = ModelSet.of(state, ModelLibrary.load(lake.models().paths()));
        Path index = new Site(models.graph(), state, new OpsRows(pinned)).write(folder);
        if (console.json()) {
          console.json(Map.of("index", index.toString()));
        } else {
          console.say("Written: %s", index);
        }
      }
    }
    return ExitCode.DONE.value();
  }
}
