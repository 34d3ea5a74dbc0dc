package lakehouse.ingest.capture.jdbc;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEventTypeInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** Captures a database by queries: whole tables, or what a watermark column tells to be new. */
public final class JdbcEngine {
  /** The reason of what stands in the quarantine and is no row, but a notice. */
  public static final String NOTICE = "watermark-went-back";

  private JdbcEngine() {}

  /** What the catalog keeps of a source, so that the next capture reads tables whole. */
  public static String readAnew(String resume, Set<String> tables) {
    Map<String, JdbcPosition.Table> left = new HashMap<>(JdbcPosition.parse(0, resume).tables());
    left.keySet().removeAll(tables);
    return new JdbcPosition(0, left).text();
  }

  /**
   * Adds the capture to a job.
   *
   * @param maskKey the key of tokens, or null if no column is masked by token
   * @param epoch the epoch of every change
   * @param catalog tells the last round that the catalog holds
   * @param lakeKeys tells the keys that the lake has
   * @param round the last round that the lake holds; 0 for none
   * @param resume what the catalog keeps of it; null for none
   */
  public static SingleOutputStreamOperator<ChangeEvent> capture(
      StreamExecutionEnvironment environment,
      JdbcConfig source,
      @Nullable Secret maskKey,
      int epoch,
      CatalogPosition catalog,
      LakeKeys lakeKeys,
      long round,
      @Nullable String resume) {
    JdbcPosition from = resume == null ? JdbcPosition.NOTHING : JdbcPosition.parse(round, resume);
    return environment
        .fromSource(
            new JdbcSource(new JdbcCapture(source, maskKey, epoch, catalog, lakeKeys, from)),
            WatermarkStrategy.noWatermarks(),
            "capture " + source.name(),
            ChangeEventTypeInfo.INSTANCE)
        .uid("capture")
        .setParallelism(1)
        .setMaxParallelism(1);
  }
}
