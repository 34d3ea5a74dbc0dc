package lakehouse.load.reconcile;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.cli.Progress;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.load.reconcile.Reconciliation.Request;
import lakehouse.load.reconcile.Reconciliation.Result;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Proves that silver equals the sources, or names what differs. Both are read as they are now: at
 * rest, when the ingest has caught up and the models have run, they must be equal.
 */
@Command(
    name = "lake reconcile",
    description = "Compares PostgreSQL with silver, value for value, and names what differs.",
    footer = {
      "",
      "Both sides digest their own rows; only sums travel, and the rows of buckets that differ.",
      "Exit code 0: all equal; 4: something differs."
    })
public final class Reconcile implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "only this source; may be repeated (default: all)")
  private List<String> sources = List.of();

  @Option(
      names = "--table",
      paramLabel = "PATTERN",
      description = "only such tables, [schema.]table with *; may be repeated (default: all)")
  private List<String> tables = List.of();

  @Option(
      names = "--buckets",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "parts that keys fall into; differing parts are read (default: ${DEFAULT-VALUE})")
  private int buckets;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "differing keys to name of each table (default: ${DEFAULT-VALUE})")
  private int limit;

  @Option(names = "--show-values", description = "show differing values, not only their columns")
  private boolean showValues;

  @Mixin private Console console;

  public static void main(String[] args) {
    Program.run(new Reconcile(), args);
  }

  @Override
  public Integer call() {
    Request request = new Request(sources, tables, buckets, limit);
    Result result;
    // (PostgreSQL, silver) ---> digests ---> differing buckets ---> differing keys
    try (TablesDone done = new TablesDone()) {
      result = new Reconciliation(config.load(), request).run(done::begin, table -> done.add());
    }
    (showValues ? ReconcileReport.withValues(result) : ReconcileReport.of(result)).print(console);
    return (result.equal() ? ExitCode.DONE : ExitCode.DATA_CHECK).value();
  }

  /** Progress whose total is known only when it begins. */
  private final class TablesDone implements AutoCloseable {
    private @Nullable Progress progress;

    void begin(int tables) {
      progress = console.progress("comparing", tables, "tables");
    }

    void add() {
      requireNonNull(progress).add(1);
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }
}
