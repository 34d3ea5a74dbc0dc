package lakehouse.ingest.capture.postgres;

import java.util.Map;
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
  /**
   * A message of this prefix in the source's log asks for a table to be loaded anew; it holds the
   * table's name, {@code schema.table}.
   */
  public static final String RESYNC = "lakehouse.resync";

  /** Readers of a load; the stream has one. */
  public static final int READERS = 2;

  private final CatalogConfig catalog;
  private final LoadEnumerator.@Nullable Resume resume;

  private NativeEngine(CatalogConfig catalog, LoadEnumerator.@Nullable Resume resume) {
    this.catalog = catalog;
    this.resume = resume;
  }

  /** Loads every table, and then streams. */
  public static NativeEngine loading(CatalogConfig catalog) {
    return new NativeEngine(catalog, null);
  }

  /**
   * Goes on with the stream; a table that is not whole is loaded meanwhile.
   *
   * @param position the log position that the catalog holds
   * @param shapes the shape of each table ({@code schema.table}) that the catalog holds whole, as
   *     its rows brought it there; a table without one is loaded anew
   */
  public static NativeEngine goingOn(
      CatalogConfig catalog, long position, Map<String, String> shapes) {
    return new NativeEngine(catalog, new LoadEnumerator.Resume(position, shapes));
  }

  @Override
  public SingleOutputStreamOperator<ChangeEvent> capture(
      StreamExecutionEnvironment environment, CaptureRun run) {
    // rows lie over the bytes as they came; nobody copies them on their way to the writer
    environment.getConfig().enableObjectReuse();
    return environment
        .fromSource(
            new PostgresSource(
                run, CatalogPosition.ofEpoch(catalog, run.source().name(), run.epoch()), resume),
            WatermarkStrategy.noWatermarks(),
            "postgres " + run.source().name(),
            ChangeEventTypeInfo.INSTANCE)
        .uid("source")
        .setParallelism(READERS);
  }
}
