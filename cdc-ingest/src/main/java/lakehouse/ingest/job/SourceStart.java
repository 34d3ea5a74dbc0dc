package lakehouse.ingest.job;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.commit.StateMismatchException;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.bronze.BronzeTable;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.bronze.SourceRun.Positions;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.SourceConnection;
import lakehouse.ingest.preflight.SourceFacts;
import lakehouse.ingest.state.Checkpoints;
import org.postgresql.replication.LogSequenceNumber;

/** How the capture of a source begins. */
public sealed interface SourceStart {
  /** The run that the job is of. */
  SourceRun run();

  /**
   * It goes on from a checkpoint or savepoint.
   *
   * @param path the checkpoint's folder
   * @param owned whether Flink may delete the checkpoint when it is no longer needed
   */
  record Resume(SourceRun run, String path, boolean owned) implements SourceStart {}

  /** It goes on at the catalog's position in the source's log; no checkpoint is needed. */
  record GoOn(SourceRun run) implements SourceStart {}

  /** It loads every table, under a new epoch. */
  record NewLoad(SourceRun run, String reason) implements SourceStart {}

  /**
   * Decides by what the catalog holds and which checkpoints there are.
   *
   * @param folder the folder of the source's checkpoints
   * @param savepoint the checkpoint or savepoint the user asks for
   * @param reload whether the user asks for a new load
   */
  static SourceStart decide(
      LakeCatalog catalog,
      PostgresConfig source,
      SourceFacts facts,
      String folder,
      Optional<String> savepoint,
      boolean reload) {
    Optional<SourceState> state;
    try (CatalogCommit commit = new CatalogCommit(catalog)) {
      state = commit.state(source.name());
    }
    requireNotActive(source, facts);
    if (source.engine() == CaptureEngineName.NATIVE) {
      requireNoSavepoint(source, savepoint);
      return ofLog(source, facts, folder, state, reload);
    }
    if (savepoint.isPresent()) {
      SourceRun run =
          run(source, facts, folder, state, state.map(SourceState::run).orElse(newRun()));
      if (Checkpoints.read(savepoint.get()).isEmpty()) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "%s is no complete checkpoint or savepoint: there is no _metadata that can be read."
                .formatted(savepoint.get()));
      }
      return new Resume(run, savepoint.get(), false);
    }
    if (state.isPresent() && !reload) {
      Optional<SourceStart> on = goOn(catalog, source, facts, folder, state.get());
      if (on.isPresent()) {
        return on.get();
      }
    }
    String reason =
        state.isEmpty()
            ? "the lake holds nothing of it yet"
            : reload
                ? "asked for by --reload"
                : "no checkpoint of run %s is in %s, and its load was not done"
                    .formatted(state.get().run(), folder);
    return new NewLoad(run(source, facts, folder, state, newRun()), reason);
  }

  /** From the newest checkpoint; without one, where the catalog is, unless that is in a load. */
  private static Optional<SourceStart> goOn(
      LakeCatalog catalog,
      PostgresConfig source,
      SourceFacts facts,
      String folder,
      SourceState state) {
    Optional<SourceState> found = Optional.of(state);
    Optional<Checkpoints.Found> newest = Checkpoints.newest(folder, state.run());
    boolean streams = !state.loaded().isEmpty();
    if (newest.isEmpty() && state.resume().isEmpty()) {
      return Optional.empty();
    }
    requireResumable(source, facts, state);
    if (streams) {
      requireLoaded(source, facts, state);
    }
    if (newest.isPresent()) {
      return Optional.of(
          new Resume(run(source, facts, folder, found, state.run()), newest.get().path(), true));
    }
    requireSameKeys(catalog, source, facts);
    // a run of its own, so that a checkpoint of before, wherever it turns up, is not taken for it
    return Optional.of(new GoOn(run(source, facts, folder, found, newRun()).at(state.epoch())));
  }

  private static SourceRun run(
      PostgresConfig source,
      SourceFacts facts,
      String folder,
      Optional<SourceState> state,
      String run) {
    return new SourceRun(
        source.name(),
        run,
        state.map(SourceState::epoch).orElse(0) + 1,
        facts.server().systemIdentifier(),
        facts.server().timeline(),
        source.slot(),
        folder,
        state.map(SourceRun.Before::of).orElse(null),
        source.engine() == CaptureEngineName.NATIVE ? Positions.LOG : Positions.CHECKPOINTS);
  }

  /** The run of all captures whose positions are the log's. */
  String LOG_RUN = "wal";

  private static void requireNoSavepoint(PostgresConfig source, Optional<String> savepoint) {
    if (savepoint.isPresent()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          """
          Source %s is captured by the engine native, which goes on at the catalog's position alone; \
          %s was not looked at.
          Start again without --from-savepoint. To go back in time, load anew with \
          `lake ingest --reload %s`."""
              .formatted(source.name(), savepoint.get(), source.name()));
    }
  }

  private static SourceStart ofLog(
      PostgresConfig source,
      SourceFacts facts,
      String folder,
      Optional<SourceState> state,
      boolean reload) {
    if (state.isEmpty()
        || reload
        || !state.get().run().equals(LOG_RUN)
        || state.get().position() == 0) {
      String reason =
          state.isEmpty()
              ? "the lake holds nothing of it yet"
              : reload
                  ? "asked for by --reload"
                  : state.get().run().equals(LOG_RUN)
                      ? "its load was not done"
                      : "another engine has captured it so far";
      return new NewLoad(run(source, facts, folder, state, LOG_RUN), reason);
    }
    requireResumable(source, facts, state.get());
    return new GoOn(run(source, facts, folder, state, LOG_RUN).at(state.get().epoch()));
  }

  private static void requireLoaded(PostgresConfig source, SourceFacts facts, SourceState state) {
    List<String> missing =
        facts.captured(source).stream()
            .map(CaptureRun.CapturedTable::qualifiedName)
            .filter(table -> !state.loaded().contains(table))
            .toList();
    if (!missing.isEmpty()) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          Source %s: the tables %s are to be captured now, and the lake holds no load of them.
          Leave them out by `exclude`, or load every table anew: `lake ingest --reload %s`."""
              .formatted(source.name(), missing, source.name()));
    }
  }

  /** Rows of one table cannot be told apart by two keys. */
  private static void requireSameKeys(
      LakeCatalog catalog, PostgresConfig source, SourceFacts facts) {
    for (SourceFacts.Table table : facts.capturedTables(source)) {
      List<String> before = BronzeTable.key(catalog, source.name(), table.schema(), table.name());
      if (!Set.copyOf(before).equals(Set.copyOf(table.key()))) {
        throw new LakeException(
            ExitCode.CONFLICT,
            """
            The key of table %s has changed from %s to %s since it was captured.
            Rows of one table cannot be told apart by two keys. Load the source anew with \
            `lake ingest --reload %s`."""
                .formatted(table.qualifiedName(), before, table.key(), source.name()));
      }
    }
  }

  private static String newRun() {
    return UUID.randomUUID().toString().substring(0, 13);
  }

  private static void requireNotActive(PostgresConfig source, SourceFacts facts) {
    facts.slots().stream()
        .filter(slot -> slot.activePid().isPresent())
        .findFirst()
        .ifPresent(
            slot -> {
              throw new StateMismatchException(
                  """
                  Source %s is being captured already: server process %d streams from slot %s.
                  Stop the other ingest, or, if it is gone and its session hangs, end it with \
                  SELECT pg_terminate_backend(%d);"""
                      .formatted(
                          source.name(),
                          slot.activePid().get(),
                          slot.name(),
                          slot.activePid().get()));
            });
  }

  private static void requireResumable(
      PostgresConfig source, SourceFacts facts, SourceState state) {
    String cause = null;
    if (!state.systemIdentifier().equals(facts.server().systemIdentifier())) {
      cause =
          "the server is another one (system identifier %s, not %s)"
              .formatted(facts.server().systemIdentifier(), state.systemIdentifier());
    } else if (state.timeline() != facts.server().timeline()) {
      cause =
          "the server has changed its timeline from %d to %d, as a promoted standby does"
              .formatted(state.timeline(), facts.server().timeline());
    } else if (facts.slot(source).isEmpty()) {
      cause = "its replication slot %s is gone".formatted(source.slot());
    } else if (facts.slot(source).get().walStatus().equals("lost")) {
      cause = "the server has dropped log that its slot %s still needed".formatted(source.slot());
    } else if (state.lsn() > 0 && facts.slot(source).get().confirmedLsn() > state.lsn()) {
      cause =
          "its replication slot %s begins at %s, and the lake holds the source up to %s"
              .formatted(
                  source.slot(),
                  LogSequenceNumber.valueOf(facts.slot(source).get().confirmedLsn()).asString(),
                  LogSequenceNumber.valueOf(state.lsn()).asString());
    }
    if (cause != null) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          Source %s cannot go on from position %d: %s.
          Changes since then may be missing, so every table has to be loaded anew: \
          `lake ingest --reload %s`."""
              .formatted(source.name(), state.position(), cause, source.name()));
    }
  }

  /**
   * Begins a new load: tells the catalog, and then drops the slots that an earlier run left. If the
   * process ends before anything of the load is in the lake, the next one does not go on with what
   * was before, whose changes nobody has kept since.
   *
   * @return the run of the load
   */
  static SourceRun begin(
      LakeCatalog catalog, PostgresConfig source, SourceFacts facts, NewLoad load) {
    SourceRun run = tell(catalog, load);
    dropSlots(source, facts);
    return run;
  }

  /** Tells the catalog that a load begins, unless it holds nothing of the source. */
  static SourceRun tell(LakeCatalog catalog, NewLoad load) {
    SourceRun run = load.run();
    try (CatalogCommit commit = new CatalogCommit(catalog)) {
      Optional<SourceState> before = commit.state(run.source());
      if (before.isPresent()) {
        SourceState begun = run.begun();
        commit.commit(
            new CatalogCommit.Request(
                before,
                begun,
                List.of(),
                "ingest %s: a load begins (%s)".formatted(run.source(), load.reason()),
                Map.of()));
        run = run.after(begun);
      }
    }
    return run;
  }

  private static void dropSlots(PostgresConfig source, SourceFacts facts) {
    if (facts.slots().isEmpty()) {
      return;
    }
    try (Connection connection = SourceConnection.open(source, "lakehouse ingest");
        PreparedStatement drop =
            connection.prepareStatement("SELECT pg_drop_replication_slot(?)")) {
      for (SourceFacts.Slot slot : facts.slots()) {
        drop.setString(1, slot.name());
        drop.execute();
      }
    } catch (SQLException e) {
      throw new LakeException(
          ExitCode.CONFLICT,
          "A replication slot that an earlier capture of source %s left cannot be dropped (%s)."
              .formatted(source.name(), e.getMessage()),
          e);
    }
  }
}
