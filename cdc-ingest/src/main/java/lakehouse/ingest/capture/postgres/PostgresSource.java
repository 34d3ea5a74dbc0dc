package lakehouse.ingest.capture.postgres;

import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.state.SplitSerializer;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/** Flink's source of a PostgreSQL database: a load by {@code COPY}, then the stream of changes. */
final class PostgresSource implements Source<ChangeEvent, PostgresSplit, LoadEnumerator.State> {
  private static final long serialVersionUID = 1L;

  private final CaptureRun run;
  private final CatalogPosition catalog;
  private final LoadEnumerator.@Nullable Resume resume;

  /**
   * @param catalog what the catalog holds while the capture runs
   * @param resume where the stream goes on; null to load
   */
  PostgresSource(CaptureRun run, CatalogPosition catalog, LoadEnumerator.@Nullable Resume resume) {
    this.run = run;
    this.catalog = catalog;
    this.resume = resume;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<ChangeEvent, PostgresSplit> createReader(SourceReaderContext context) {
    return new PostgresReader(
        context,
        new PostgresSessions(run.source()),
        run.epoch(),
        ColumnMasks.of(run.source().masks(), run.maskKey()),
        catalog);
  }

  @Override
  public SplitEnumerator<PostgresSplit, LoadEnumerator.State> createEnumerator(
      SplitEnumeratorContext<PostgresSplit> context) {
    return enumerator(context, null);
  }

  @Override
  public SplitEnumerator<PostgresSplit, LoadEnumerator.State> restoreEnumerator(
      SplitEnumeratorContext<PostgresSplit> context, LoadEnumerator.State restored) {
    return enumerator(context, restored);
  }

  private LoadEnumerator enumerator(
      SplitEnumeratorContext<PostgresSplit> context, LoadEnumerator.@Nullable State restored) {
    return new LoadEnumerator(context, new PostgresSessions(run.source()), run, resume, restored);
  }

  @Override
  public SimpleVersionedSerializer<PostgresSplit> getSplitSerializer() {
    return new SplitSerializer<>();
  }

  @Override
  public SimpleVersionedSerializer<LoadEnumerator.State> getEnumeratorCheckpointSerializer() {
    return new SplitSerializer<>();
  }
}
