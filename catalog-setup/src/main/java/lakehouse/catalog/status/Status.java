package lakehouse.catalog.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.status.LakeStatus.CommitStatus;
import lakehouse.catalog.status.LakeStatus.ServerStatus;
import lakehouse.catalog.status.LakeStatus.SourceStatus;
import lakehouse.catalog.status.LakeStatus.StateStatus;
import org.projectnessie.model.Branch;
import org.projectnessie.model.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says how far the sources have come, how large the tables are, and what the models last did. */
@Command(
    name = "lake status",
    description = "Says how far sources and models are, and how large the tables.")
public final class Status implements Callable<Integer> {
  @Mixin private ConfigOption option;
  @Mixin private Console console;

  public static void main(String[] args) {
    Program.run(new Status(), args);
  }

  @Override
  public Integer call() {
    LakeStatus status = read(option.load());
    if (console.json()) {
      console.json(status);
    } else {
      print(status);
    }
    return ExitCode.DONE.value();
  }

  /** Looks at catalog and servers; a server that does not answer is said so, and is no failure. */
  static LakeStatus read(LakeConfig config) {
    String reference = config.catalog().reference();
    try (LakeCatalog main = LakeCatalog.open(config.catalog());
        CatalogCommit commits = new CatalogCommit(main)) {
      Reference head = main.requireReference(reference);
      SourceReader sources = new SourceReader(main, commits, head);
      List<SourceStatus> sourceStatus = config.sources().stream().map(sources::read).toList();
      List<Reference> references = new CatalogBranches(main).all();
      try (LakeCatalog pinned =
          LakeCatalog.open(config.catalog(), reference, Optional.of(head.getHash()))) {
        TableReader tables = new TableReader(pinned);
        return new LakeStatus(
            reference,
            head.getHash(),
            Instant.now(),
            sourceStatus,
            tables.tables(head),
            tables.models(),
            names(references, Branch.class, reference),
            names(references, org.projectnessie.model.Tag.class, reference));
      }
    }
  }

  private static List<String> names(
      List<Reference> references, Class<? extends Reference> kind, String without) {
    return references.stream()
        .filter(kind::isInstance)
        .map(Reference::getName)
        .filter(name -> !name.equals(without))
        .sorted()
        .toList();
  }

  private void print(LakeStatus status) {
    console.say("Branch %s at %s", status.reference(), status.hash());
    console.say("");
    console.table(
        List.of(
            "source",
            "epoch",
            "position",
            "lsn",
            "loaded",
            "lag",
            "last change",
            "last commit",
            "slot",
            "kept for it"),
        status.sources().stream().map(source -> row(source, status.at())).toList());
    for (SourceStatus source : status.sources()) {
      remarks(source, status.at()).forEach(say -> console.say("  %s: %s", source.source(), say));
    }
    console.say("");
    if (status.tables().isEmpty()) {
      console.say("No tables yet.");
    } else {
      console.table(
          List.of("table", "rows", "files", "size", "delete files", "changed"),
          status.tables().stream()
              .map(
                  table ->
                      Arrays.<Object>asList(
                          table.table(),
                          table.rows(),
                          table.files(),
                          Console.bytes(table.bytes()),
                          table.deleteFiles(),
                          table.changedAt()))
              .toList());
    }
    console.say("");
    if (status.models().isEmpty()) {
      console.say("No model has run yet.");
    } else {
      console.table(
          List.of("model", "last run", "ended", "rows written", "last published", "tag"),
          status.models().stream()
              .map(
                  model ->
                      Arrays.<Object>asList(
                          model.model(),
                          model.lastRunAt(),
                          model.lastStatus(),
                          model.rowsWritten(),
                          model.lastPublishedAt(),
                          model.lastTag()))
              .toList());
    }
    console.say("");
    console.say(
        "Branches of runs under way or kept: %s",
        status.branches().isEmpty() ? "none" : String.join(", ", status.branches()));
    console.say(
        "Tags: %s",
        status.tags().isEmpty()
            ? "none"
            : "%d, the last %s"
                .formatted(status.tags().size(), status.tags().get(status.tags().size() - 1)));
  }

  private static List<Object> row(SourceStatus source, Instant now) {
    Optional<StateStatus> state = source.state();
    Optional<ServerStatus> server = source.server();
    List<Object> row = new ArrayList<>();
    row.add(source.source());
    row.add(state.map(StateStatus::epoch));
    row.add(state.map(StateStatus::position));
    row.add(state.flatMap(StateStatus::lsn).orElse(state.isPresent() ? "loading" : ""));
    row.add(state.map(s -> s.tablesLoaded() + " tables"));
    row.add(
        server
            .flatMap(ServerStatus::lagBytes)
            .map(
                bytes ->
                    Console.bytes(bytes)
                        + server
                            .flatMap(ServerStatus::lagSeconds)
                            .map(s -> ", " + Console.duration(Duration.ofSeconds(s)))
                            .orElse("")));
    row.add(state.flatMap(StateStatus::lastChangeAt).map(at -> ago(at, now)));
    row.add(source.lastCommit().flatMap(CommitStatus::at).map(at -> ago(at, now)));
    row.add(
        server.isEmpty()
            ? source.problem().isPresent() ? "?" : ""
            : server.get().slot().isEmpty()
                ? "none"
                : server.get().slotActive() ? "active" : "idle");
    row.add(server.flatMap(ServerStatus::retainedBytes).map(Console::bytes));
    return row;
  }

  private static List<String> remarks(SourceStatus source, Instant now) {
    List<String> remarks = new ArrayList<>();
    source.problem().ifPresent(remarks::add);
    source.server().flatMap(ServerStatus::load).ifPresent(load -> remarks.add(load(load, now)));
    source.server().ifPresent(server -> slot(source.source(), server).ifPresent(remarks::add));
    return remarks;
  }

  private static String load(LoadNotice load, Instant now) {
    return "loads; %d %% of %s read, %,d rows, %,d rows/s%s"
        .formatted(
            load.ofMebibytes() == 0 ? 0 : 100 * load.mebibytes() / load.ofMebibytes(),
            Console.bytes(load.ofMebibytes() << 20),
            load.rows(),
            load.rowsPerSecond(now),
            load.left(now)
                .map(left -> ", about %s left".formatted(Console.duration(left)))
                .orElse(""));
  }

  private static Optional<String> slot(String source, ServerStatus server) {
    if (server.walStatus().filter("lost"::equals).isPresent()) {
      return Optional.of(
          "the server has dropped log that the lake had not read; load anew with"
              + " `lake ingest --reload %s`".formatted(source));
    }
    if (server.slotActive() || server.roomBytes().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "nobody reads from the slot; the server drops it after %s more of log, in about %s"
            .formatted(
                Console.bytes(server.roomBytes().get()),
                Console.duration(Duration.ofSeconds(server.roomSeconds().orElse(0L)))));
  }

  private static String ago(Instant at, Instant now) {
    return Console.duration(Duration.between(at, now).abs()) + " ago";
  }
}
