package lakehouse.ingest.job;

import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.JdbcTableConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.ingest.bronze.BronzeKeys;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.bronze.SourceRun.Positions;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.jdbc.JdbcEngine;
import lakehouse.ingest.event.ChangeEvent;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A database that is asked by queries; its positions are rounds of reading. */
final class JdbcKind implements SourceKind {
  /** The run of all captures whose positions are rounds. */
  static final String ROUNDS_RUN = "rounds";

  private final JdbcConfig source;
  private volatile long begin;

  JdbcKind(JdbcConfig source) {
    this.source = source;
  }

  @Override
  public JdbcConfig source() {
    return source;
  }

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
          Source %s is of kind jdbc, which goes on at the catalog's position alone; %s was not looked at.
          Start again without --from-savepoint. To go back in time, load anew with \
          `lake ingest --reload %s`."""
              .formatted(source.name(), savepoint.get(), source.name()));
    }
    Optional<SourceState> state;
    try (CatalogCommit commit = new CatalogCommit(catalog)) {
      state = commit.state(source.name());
    }
    if (state.isEmpty()) {
      return new SourceStart.NewLoad(
          run(source, folder, state), "the lake holds nothing of it yet");
    } else if (reload || !state.get().run().equals(ROUNDS_RUN) || state.get().position() == 0) {
      String reason =
          reload
              ? "asked for by --reload"
              : state.get().run().equals(ROUNDS_RUN)
                  ? "its load was not done"
                  : "another kind of source has had its name so far";
      return new SourceStart.NewLoad(run(source, folder, state), reason);
    }
    begin = state.get().position();
    return new SourceStart.GoOn(run(source, folder, state).at(state.get().epoch()));
  }

  /** The run of a state, with the next epoch. */
  static SourceRun run(JdbcConfig source, String folder, Optional<SourceState> state) {
    return new SourceRun(
        source.name(),
        ROUNDS_RUN,
        state.map(SourceState::epoch).orElse(0) + 1,
        source.url().replaceFirst("[?;].*", ""), // behind it there may be a secret
        0,
        "",
        folder,
        state.map(SourceRun.Before::of).orElse(null),
        Positions.LOG);
  }

  @Override
  public SourceRun begin(LakeCatalog catalog, SourceStart.NewLoad load) {
    return SourceStart.tell(catalog, load);
  }

  @Override
  public SingleOutputStreamOperator<ChangeEvent> events(
      StreamExecutionEnvironment environment, LakeConfig config, SourceRun run) {
    // queries of each round ---> change events
    CatalogConfig lake = config.catalog();
    String name = source.name();
    return JdbcEngine.capture(
        environment,
        source,
        config.ingest().maskKey().orElse(null),
        run.epoch(),
        CatalogPosition.ofEpoch(lake, name, run.epoch()),
        (table, wanted, output) -> {
          try (LakeCatalog catalog = LakeCatalog.open(lake)) {
            BronzeKeys.read(catalog, name, table, wanted, output);
          }
        },
        run.goesOnAt() == null ? 0 : run.goesOnAt(),
        run.goesOnWith());
  }

  @Override
  public boolean isLoaded(SourceState state) {
    return state
        .loaded()
        .containsAll(
            source.tables().stream().map(JdbcTableConfig::table).map(JdbcKind::qualified).toList());
  }

  private static String qualified(String table) {
    return table.contains(".") ? table : "public." + table;
  }

  @Override
  public boolean isCurrent(LakeCatalog catalog, SourceState state) {
    return state.position() > begin;
  }
}
