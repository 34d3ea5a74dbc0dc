package lakehouse.ingest.quarantine;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.table.QuarantineTable;
import lakehouse.ingest.preflight.Sources;
import lakehouse.ingest.quarantine.Quarantine.Rows;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells of rows that were not taken into bronze, and takes them in where that can be done. */
@Command(
    name = "lake quarantine",
    description = "Tells of rows that were not taken into bronze, and takes them in.",
    subcommands = {
      QuarantineCommand.ListCommand.class,
      QuarantineCommand.ShowCommand.class,
      ReplayCommand.class
    },
    footer = {
      "",
      "The same by SQL: lake query \"SELECT reason, count(*) FROM ops.quarantine GROUP BY reason\""
    })
public final class QuarantineCommand implements Callable<Integer> {
  public static void main(String[] args) {
    Program.run(new QuarantineCommand(), args);
  }

  @Override
  public Integer call() {
    throw new LakeException(
        ExitCode.CONFIGURATION, "Say what to do: lake quarantine list, show or replay.");
  }

  /** Which rows are meant. */
  static final class Which {
    @Option(names = "--table", paramLabel = "TABLE", description = "only of schema.table")
    Optional<String> table = Optional.empty();

    @Option(names = "--reason", paramLabel = "CODE", description = "only for that reason")
    Optional<String> reason = Optional.empty();

    Predicate<QuarantinedRow> wanted() {
      return row ->
          table.map(t -> row.table().equals(t) || row.table().equals("public." + t)).orElse(true)
              && reason.map(row.reason()::equals).orElse(true);
    }
  }

  /** Lists rows. */
  @Command(name = "list", description = "Lists rows, the newest first.")
  static final class ListCommand implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Console console;
    @Mixin private Which which;

    @Option(names = "--source", paramLabel = "NAME", description = "only this one; repeatable")
    private List<String> names = List.of();

    @Option(names = "--summary", description = "how many of each table for each reason")
    private boolean summary;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "rows to list (default: ${DEFAULT-VALUE}); 0 for all")
    private int limit;

    @Option(names = "--all", description = "also rows that were replayed")
    private boolean all;

    @Override
    public Integer call() {
      LakeConfig lake = config.load();
      if (!names.isEmpty()) {
        Sources.chosen(lake, names);
      }
      try (LakeCatalog catalog = LakeCatalog.open(lake.catalog())) {
        Quarantine quarantine = new Quarantine(catalog, all ? Rows.ALL : Rows.STANDING);
        List<String> sources = names.isEmpty() ? quarantine.sources() : names;
        Predicate<QuarantinedRow> wanted = which.wanted();
        if (summary) {
          print(quarantine.counts(sources, wanted));
        } else {
          print(quarantine.newest(sources, wanted, limit));
        }
      }
      return ExitCode.DONE.value();
    }

    private void print(Quarantine.Found found) {
      if (console.json()) {
        console.json(found);
        return;
      }
      console.table(
          List.of("id", "source", "table", "place", "reason", "at"),
          found.newest().stream()
              .map(
                  row ->
                      List.of(
                          row.id(), row.source(), row.table(), row.place(), row.reason(), row.at()))
              .toList());
      console.say("(%d of %d rows)", found.newest().size(), found.total());
    }

    private void print(List<Quarantine.Count> counts) {
      if (console.json()) {
        console.json(counts);
        return;
      }
      console.table(
          List.of("source", "table", "reason", "rows"),
          counts.stream().map(c -> List.of(c.source(), c.table(), c.reason(), c.rows())).toList());
    }
  }

  /** Shows a row. */
  @Command(name = "show", description = "Shows all that is kept of rows.")
  static final class ShowCommand implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Console console;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "as lake quarantine list has it")
    private List<String> ids;

    @Option(names = "--all", description = "also rows that were replayed")
    private boolean all;

    @Override
    public Integer call() {
      LakeConfig lake = config.load();
      try (LakeCatalog catalog = LakeCatalog.open(lake.catalog())) {
        Quarantine quarantine = new Quarantine(catalog, all ? Rows.ALL : Rows.STANDING);
        List<QuarantinedRow> rows =
            quarantine.sources().stream()
                .flatMap(s -> quarantine.whole(s, row -> ids.contains(row.id())).stream())
                .toList();
        List<String> found = rows.stream().map(QuarantinedRow::id).toList();
        List<String> missing = ids.stream().filter(id -> !found.contains(id)).toList();
        if (!missing.isEmpty()) {
          throw new LakeException(
              ExitCode.CONFIGURATION,
              "No quarantine has a row %s. `lake quarantine list` names those there are, and with --all those that were replayed."
                  .formatted(String.join(", ", missing)));
        }
        if (console.json()) {
          console.json(rows);
        }
        rows.forEach(this::print);
      }
      return ExitCode.DONE.value();
    }

    private void print(QuarantinedRow row) {
      console.say(row.id());
      console.say("  source   %s, table %s", row.source(), row.table());
      console.say("  place    %s", row.place());
      console.say("  reason   %s: %s", row.reason(), row.message());
      console.say("  met      %s by run %s", row.at(), row.run());
      console.say("  state    %s", row.replayed() ? "replayed" : "not in the lake, or not whole");
      console.say(
          "  order    _epoch %d, _commit_lsn %d, _seq %d", row.epoch(), row.commitLsn(), row.seq());
      console.say("  row      %s", row.row().orElse("(not kept)"));
      row.rowCharacters()
          .filter(length -> length > QuarantineTable.MAX_ROW_CHARACTERS)
          .ifPresent(length -> console.say("           cut; it has %d characters", length));
    }
  }
}
