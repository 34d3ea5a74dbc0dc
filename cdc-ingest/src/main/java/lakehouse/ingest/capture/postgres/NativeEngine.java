package lakehouse.ingest.capture.postgres;

import lakehouse.catalog.config.CatalogConfig;
import lakehouse.ingest.capture.CaptureEngine;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEventTypeInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Captures with our own reader of PostgreSQL: whole transactions, in the order of their commits, at
 * positions of the server's log.
 */
public final class NativeEngine implements CaptureEngine {
  /** Readers of a load; the stream has one. */
  public static final int READERS = 2;

  private final CatalogConfig catalog;
  private final @Nullable Long resumeAt;

  /**
   * @param resumeAt the log position that the catalog holds, at which the stream goes on; null to
   *     load every table
   */
  public NativeEngine(CatalogConfig catalog, @Nullable Long resumeAt) {
    this.catalog = catalog;
    this.resumeAt = resumeAt;
  }

  @Override
  public SingleOutputStreamOperator<ChangeEvent> capture(
      StreamExecutionEnvironment environment, CaptureRun run) {
    // rows lie over the bytes as they came; nobody copies them on their way to the writer
    environment.getConfig().enableObjectReuse();
    return environment
        .fromSource(
            new PostgresSource(
                run, CatalogPosition.ofEpoch(catalog, run.source().name(), run.epoch()), resumeAt),
            WatermarkStrategy.noWatermarks(),
            "postgres " + run.source().name(),
            ChangeEventTypeInfo.INSTANCE)
        .uid("source")
        .setParallelism(READERS);
  }
}
