package lakehouse.ingest.job;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.bronze.BronzeSink;
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
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.CheckpointConfig;
import org.apache.flink.streaming.api.environment.CheckpointConfig.ExternalizedCheckpointCleanup;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The Flink job of one source. */
final class SourceJob {
  private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(30);

  private SourceJob() {}

  /** Adds the capture of a source to an environment. */
  static void build(
      StreamExecutionEnvironment environment,
      LakeConfig config,
      SourceConfig source,
      SourceFacts facts,
      SourceRun run,
      Duration checkpointInterval) {
    configure(environment, run, checkpointInterval);

    // PostgreSQL log and tables ---> change events in their order
    CaptureRun capture =
        new CaptureRun(
            source,
            config.ingest().maskKey().orElse(null),
            facts.captured(source),
            facts.domains(),
            run.epoch(),
            new TableWatch(source));
    SingleOutputStreamOperator<ChangeEvent> changes =
        engine(config, source, facts, run).capture(environment, capture);

    // change events ---> data files ---> one catalog commit for each checkpoint
    BronzeSink.append(changes, config.catalog(), run, maxBufferedBytes(config));
  }

  // An eighth of the heap is for open files; all sources of a process share it.
  private static long maxBufferedBytes(LakeConfig config) {
    long share = Runtime.getRuntime().maxMemory() / 8 / Math.max(1, config.sources().size());
    return Math.min(config.ingest().maxBufferedBytes(), share);
  }

  private static CaptureEngine engine(
      LakeConfig config, SourceConfig source, SourceFacts facts, SourceRun run) {
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

  private static void configure(
      StreamExecutionEnvironment environment, SourceRun run, Duration checkpointInterval) {
    environment.enableCheckpointing(checkpointInterval.toMillis(), CheckpointingMode.EXACTLY_ONCE);
    environment.getConfig().enableObjectReuse(); // events pass by reference
    environment.setParallelism(1);
    CheckpointConfig checkpoints = environment.getCheckpointConfig();
    checkpoints.setMaxConcurrentCheckpoints(1);
    checkpoints.setMinPauseBetweenCheckpoints(checkpointInterval.toMillis() / 4);
    checkpoints.setCheckpointTimeout(CHECKPOINT_TIMEOUT.toMillis());
    checkpoints.setTolerableCheckpointFailureNumber(3);
    checkpoints.setExternalizedCheckpointCleanup(
        ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION);
    checkpoints.setCheckpointStorage(new Path("file", null, run.stateFolder() + "/" + run.run()));
    Configuration options = restarts();
    options.set(PipelineOptions.NAME, "ingest " + run.source());
    environment.configure(options);
  }

  private static Configuration restarts() {
    Configuration restarts = new Configuration();
    restarts.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    restarts.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofSeconds(1));
    restarts.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(15));
    restarts.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
        Duration.ofMinutes(10));
    return restarts;
  }
}
