package lakehouse.ingest.job;

import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.preflight.FilesFindings;
import lakehouse.ingest.preflight.JdbcFindings;
import lakehouse.ingest.preflight.Preflight;
import lakehouse.ingest.preflight.SourceFacts;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A source that was looked at and can be captured: where its capture begins, what of it makes
 * change events, and how far it is. What writes and commits them is the same for all kinds.
 */
public sealed interface SourceKind permits PostgresKind, FilesKind, JdbcKind {
  /** Of a source in which nothing was found that stops its capture. */
  static SourceKind of(Preflight.Report ready) {
    SourceConfig source = ready.source();
    Object found = ready.findings().orElseThrow();
    if (source instanceof PostgresConfig database && found instanceof SourceFacts facts) {
      return new PostgresKind(database, facts);
    } else if (source instanceof FilesConfig files && found instanceof FilesFindings paths) {
      return new FilesKind(files, paths);
    } else if (source instanceof JdbcConfig database && found instanceof JdbcFindings) {
      return new JdbcKind(database);
    }
    throw new IllegalStateException(source.name() + " was looked at as another kind");
  }

  /** The source as configured. */
  SourceConfig source();

  /** How many tables are captured. */
  int tables();

  /**
   * Keeps a second capture of the source away until it is closed.
   *
   * @throws lakehouse.catalog.commit.StateMismatchException if one is at it
   */
  Lock lock(LakeConfig config);

  /**
   * How its capture begins, by what the catalog holds and which checkpoints there are.
   *
   * @param folder the folder of the source's checkpoints
   * @param savepoint the checkpoint or savepoint the user asks for
   * @param reload whether the user asks for a new load
   */
  SourceStart start(LakeCatalog catalog, String folder, Optional<String> savepoint, boolean reload);

  /** Begins a new load. */
  SourceRun begin(LakeCatalog catalog, SourceStart.NewLoad load);

  /** Adds what makes the source's change events to a job. */
  SingleOutputStreamOperator<ChangeEvent> events(
      StreamExecutionEnvironment environment, LakeConfig config, SourceRun run);

  /** Whether a state of the catalog holds all tables. */
  boolean isLoaded(SourceState state);

  /** Whether a state of the catalog holds all that was there when the source was looked at. */
  boolean isCurrent(LakeCatalog catalog, SourceState state);

  /** Something held; it can be let go of more than once. */
  interface Lock extends AutoCloseable {
    @Override
    void close();
  }
}
