package lakehouse.ingest.job;

import java.util.Optional;
import java.util.UUID;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.capture.files.FilesEngine;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.preflight.FilesFindings;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A folder of files. A start always goes on where the catalog is, whatever checkpoints there are:
 * its log tells how far each file is taken in.
 */
record FilesKind(FilesConfig source, FilesFindings findings) implements SourceKind {
  @Override
  public int tables() {
    return source.tables().size();
  }

  @Override
  public Lock lock(LakeConfig config) {
    return FolderLock.take(source.name(), config.ingest().stateFolder());
  }

  @Override
  public SourceStart start(
      LakeCatalog catalog, String folder, Optional<String> savepoint, boolean reload) {
    if (savepoint.isPresent()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          """
          Source %s is of kind files, which goes on at the catalog's position alone; %s was not \
          looked at.
          Start again without --from-savepoint."""
              .formatted(source.name(), savepoint.get()));
    }
    Optional<SourceState> state;
    try (CatalogCommit commit = new CatalogCommit(catalog)) {
      state = commit.state(source.name());
    }
    SourceRun run = run(source, folder, state);
    if (state.isPresent() && !reload && state.get().resume().isPresent()) {
      return new SourceStart.GoOn(run.at(state.get().epoch()));
    }
    return new SourceStart.NewLoad(
        run,
        state.isEmpty()
            ? "the lake holds nothing of it yet"
            : reload ? "asked for by --reload" : "its load was not begun");
  }

  /** A run of its own, so that a checkpoint of before is not taken for it. */
  static SourceRun run(FilesConfig source, String folder, Optional<SourceState> state) {
    return new SourceRun(
        source.name(),
        UUID.randomUUID().toString().substring(0, 13),
        state.map(SourceState::epoch).orElse(0) + 1,
        source.location(),
        0,
        "none",
        folder,
        state.map(SourceRun.Before::of).orElse(null),
        SourceRun.Positions.CHECKPOINTS);
  }

  @Override
  public SourceRun begin(LakeCatalog catalog, SourceStart.NewLoad load) {
    return SourceStart.tell(catalog, load);
  }

  @Override
  public SingleOutputStreamOperator<ChangeEvent> events(
      StreamExecutionEnvironment environment, LakeConfig config, SourceRun run) {
    return FilesEngine.capture(
        environment,
        config.catalog(),
        source,
        config.ingest().maskKey().orElse(null),
        run.epoch(),
        run.goesOnWith() != null);
  }

  @Override
  public boolean isLoaded(SourceState state) {
    return state
        .loaded()
        .containsAll(source.tables().stream().map(table -> "public." + table.name()).toList());
  }

  @Override
  public boolean isCurrent(LakeCatalog catalog, SourceState state) {
    return state.resume().isPresent()
        && FilesEngine.holds(catalog, source.name(), state.epoch(), findings.paths());
  }
}
