package lakehouse.ingest.job;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.bronze.BronzeTable;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.capture.CaptureEngine;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.flinkcdc.FlinkCdcEngine;
import lakehouse.ingest.capture.postgres.NativeEngine;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.preflight.SourceFacts;
import lakehouse.ingest.preflight.TableWatch;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A PostgreSQL database, captured by its log. */
record PostgresKind(PostgresConfig source, SourceFacts facts) implements SourceKind {
  @Override
  public int tables() {
    return facts.captured(source).size();
  }

  @Override
  public Lock lock(LakeConfig config) {
    return SourceLock.take(source);
  }

  @Override
  public SourceStart start(
      LakeCatalog catalog, String folder, Optional<String> savepoint, boolean reload) {
    return SourceStart.decide(catalog, source, facts, folder, savepoint, reload);
  }

  @Override
  public SourceRun begin(LakeCatalog catalog, SourceStart.NewLoad load) {
    return SourceStart.begin(catalog, source, facts, load);
  }

  @Override
  public SingleOutputStreamOperator<ChangeEvent> events(
      StreamExecutionEnvironment environment, LakeConfig config, SourceRun run) {
    // PostgreSQL log and tables ---> change events in their order
    CaptureRun capture =
        new CaptureRun(
            source,
            config.ingest().maskKey().orElse(null),
            facts.captured(source),
            facts.domains(),
            run.epoch(),
            new TableWatch(source));
    return engine(config, run).capture(environment, capture);
  }

  private CaptureEngine engine(LakeConfig config, SourceRun run) {
    return switch (source.engine()) {
      case FLINK_CDC ->
          new FlinkCdcEngine(
              CatalogPosition.ofRun(config.catalog(), source.name(), run.run()), run.goesOnWith());
      case NATIVE ->
          run.goesOnAt() == null
              ? NativeEngine.loading(config.catalog())
              : NativeEngine.goingOn(
                  config.catalog(), run.goesOnAt(), shapes(config, facts.captured(source), run));
    };
  }

  private static Map<String, String> shapes(
      LakeConfig config, List<CapturedTable> captured, SourceRun run) {
    Map<String, String> shapes = new ConcurrentHashMap<>();
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      captured.parallelStream()
          .filter(table -> run.before().loaded().contains(table.qualifiedName()))
          .forEach(
              table ->
                  BronzeTable.shape(catalog, run.source(), table.schema(), table.table())
                      .ifPresent(shape -> shapes.put(table.qualifiedName(), shape)));
    }
    return shapes;
  }

  @Override
  public boolean isLoaded(SourceState state) {
    return state
        .loaded()
        .containsAll(facts.captured(source).stream().map(CapturedTable::qualifiedName).toList());
  }

  @Override
  public boolean isCurrent(LakeCatalog catalog, SourceState state) {
    return state.lsn() >= facts.server().lsn();
  }
}
