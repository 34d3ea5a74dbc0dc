package lakehouse.ingest;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.job.Resync;
import lakehouse.ingest.job.Resync.Asked;
import lakehouse.ingest.preflight.SourceFacts;
import lakehouse.ingest.preflight.Sources;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Loads tables of a source anew, while the others go on. */
@Command(
    name = "lake resync",
    description =
        "Loads tables of a source anew while its others go on; with the engine native only. What"
            + " the lake holds of them stays until the new load is whole.")
public final class ResyncCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;
  @Mixin private Console console;

  @Parameters(index = "0", paramLabel = "SOURCE", description = "the source's name")
  private String name;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "TABLE",
      description = "schema.table; schema public may be left out")
  private List<String> tables;

  @Option(names = "--no-wait", description = "do not wait until the tables are loaded")
  private boolean noWait;

  /** What is printed as JSON. */
  record Result(String source, Set<String> tables, String state) {}

  public static void main(String[] args) {
    Program.run(new ResyncCommand(), args);
  }

  @Override
  public Integer call() throws InterruptedException {
    LakeConfig lake = config.load();
    PostgresConfig source = Sources.database(lake, name, "lake resync");
    Set<String> wanted = wanted(source);
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog());
        Resync resync = new Resync(catalog, source)) {
      Asked asked = resync.ask(wanted);
      if (asked instanceof Asked.OfCapture capture) {
        console.say("The running ingest loads %s anew.", wanted);
        if (!noWait) {
          resync.await(capture, wanted);
          console.say("Loaded: %s", wanted);
        }
        return answer(wanted, noWait ? "asked" : "loaded");
      }
      console.say(
          "No ingest of source %s runs. Its next start loads %s: lake ingest --source %s",
          name, wanted, name);
      return answer(wanted, "at the next start");
    }
  }

  private Integer answer(Set<String> wanted, String state) {
    if (console.json()) {
      console.json(new Result(name, wanted, state));
    }
    return ExitCode.DONE.value();
  }

  private Set<String> wanted(PostgresConfig source) {
    SourceFacts facts = Sources.facts(source);
    List<String> captured =
        facts.captured(source).stream().map(CapturedTable::qualifiedName).toList();
    Set<String> wanted = new TreeSet<>();
    for (String table : tables) {
      String qualified = captured.contains(table) ? table : "public." + table;
      if (!captured.contains(qualified)) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            """
            Source %s captures no table %s; it captures %s.
            Correct the name, or add the table to the publication %s and to `tables` of the source."""
                .formatted(name, table, String.join(", ", captured), source.publication()));
      }
      wanted.add(qualified);
    }
    return wanted;
  }
}
