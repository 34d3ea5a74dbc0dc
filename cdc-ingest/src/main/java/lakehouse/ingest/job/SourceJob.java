package lakehouse.ingest.job;

import java.time.Duration;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.ingest.bronze.BronzeSink;
import lakehouse.ingest.bronze.SourceRun;
import lakehouse.ingest.event.ChangeEvent;
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
      SourceKind source,
      SourceRun run,
      Duration checkpointInterval) {
    configure(environment, run, checkpointInterval);

    // the source ---> change events in their order
    SingleOutputStreamOperator<ChangeEvent> changes = source.events(environment, config, run);

    // change events ---> data files ---> one catalog commit for each checkpoint
    BronzeSink.append(changes, config.catalog(), run, maxBufferedBytes(config));
  }

  // An eighth of the heap is for open files; all sources of a process share it.
  private static long maxBufferedBytes(LakeConfig config) {
    long share = Runtime.getRuntime().maxMemory() / 8 / Math.max(1, config.sources().size());
    return Math.min(config.ingest().maxBufferedBytes(), share);
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
