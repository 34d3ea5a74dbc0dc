package lakehouse.ingest.job;

import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.event.ChangeEvent;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A database that is asked by queries; not captured yet. */
record JdbcKind(JdbcConfig source) implements SourceKind {
  @Override
  public int tables() {
    return 0;
  }

  @Override
  public Lock lock(LakeConfig config) {
    return FolderLock.take(source.name(), config.ingest().stateFolder());
  }

  @Override
  public SourceStart start(
      LakeCatalog catalog, String folder, Optional<String> savepoint, boolean reload) {
    throw notYet();
  }

  @Override
  public SourceRun begin(LakeCatalog catalog, SourceStart.NewLoad load) {
    throw notYet();
  }

  @Override
  public SingleOutputStreamOperator<ChangeEvent> events(
      StreamExecutionEnvironment environment, LakeConfig config, SourceRun run) {
    throw notYet();
  }

  @Override
  public boolean isLoaded(SourceState state) {
    return false;
  }

  @Override
  public boolean isCurrent(LakeCatalog catalog, SourceState state) {
    return false;
  }

  private LakeException notYet() {
    return new LakeException(
        ExitCode.CONFIGURATION,
        "Source %s is of kind jdbc, which is not captured yet.".formatted(source.name()));
  }
}
