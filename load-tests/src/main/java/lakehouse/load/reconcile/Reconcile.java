package lakehouse.load.reconcile;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.cli.Progress;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SecretReferences;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.load.reconcile.Reconciliation.Patience;
import lakehouse.load.reconcile.Reconciliation.Request;
import lakehouse.load.reconcile.Reconciliation.Result;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Proves that the lake equals the sources, or names what differs: at a position of each source's
 * log, which holds while the sources change; or silver as it stands, which can only be equal at
 * rest, when the ingest has caught up and the models have run.
 */
@Command(
    name = "lake reconcile",
    subcommands = VerifyCommand.class,
    description = {
      "Compares PostgreSQL with the lake, value for value, and names what differs.",
      "",
      "By default at a position: what each source held at one place of its log, against what the lake"
          + " holds up to that very place, by silver and the changes after it. Sources may change meanwhile;"
          + " their ingest must run. With --at-rest silver is compared as it stands."
    },
    footer = {
      "",
      "Both sides digest their own rows; only sums travel, and the rows of buckets that differ.",
      "Exit code 0: all equal; 4: something differs; 5: the lake does not come to the position."
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

  @Option(
      names = "--at-rest",
      description = "compare silver as it stands with the sources as they are now")
  private boolean atRest;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "PT5M",
      description =
          "how long the lake may take to come to the position (default: ${DEFAULT-VALUE})")
  private Duration wait = Duration.ofMinutes(5);

  @Option(
      names = "--patience",
      paramLabel = "DURATION",
      defaultValue = "PT2M",
      description =
          "how long to wait for transactions that write, which a position needs to have ended"
              + " (default: ${DEFAULT-VALUE})")
  private Duration patience = Duration.ofMinutes(2);

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "write there what was found, for those who were not there")
  private Optional<Path> certificate = Optional.empty();

  @Option(
      names = "--signing-key",
      paramLabel = "REFERENCE",
      description =
          "what signs the certificate: an Ed25519 private key as PEM, or a key of 32 characters or more;"
              + " $${env:NAME} or $${file:/path} (default: it is unsigned)")
  private Optional<String> signingKey = Optional.empty();

  @Mixin private Console console;

  public static void main(String[] args) {
    Program.run(new Reconcile(), args);
  }

  @Override
  public Integer call() throws IOException {
    Optional<Secret> key =
        signingKey.map(
            reference ->
                SecretReferences.resolve(
                    "--signing-key", reference, DataFolder.of(Optional.empty())));
    Request request =
        new Request(
            sources,
            tables,
            buckets,
            limit,
            atRest ? Optional.empty() : Optional.of(new Patience(patience, wait)));
    Instant began = Instant.now();
    Result result;
    // (PostgreSQL, lake) ---> digests ---> differing buckets ---> differing keys
    try (TablesDone done = new TablesDone()) {
      result = new Reconciliation(config.load(), request).run(done::begin, table -> done.add());
    }
    if (certificate.isPresent()) {
      Certificate.write(
          certificate.get(), Certificate.statement(result, began, Instant.now(), buckets), key);
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
