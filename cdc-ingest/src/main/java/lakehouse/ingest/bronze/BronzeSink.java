package lakehouse.ingest.bronze;

import lakehouse.catalog.config.CatalogConfig;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.OpaqueTypeInfo;
import lakehouse.ingest.state.JavaStateSerializer;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** Adds bronze's writers and committer to a job. */
public final class BronzeSink {
  private BronzeSink() {}

  /** Events ---> files, one writer chained to each subtask of the engine ---> one committer. */
  public static void append(
      SingleOutputStreamOperator<ChangeEvent> events,
      CatalogConfig catalog,
      SourceRun run,
      long maxBufferedBytes) {
    events
        .transform(
            "write bronze",
            new WritesTypeInfo(),
            new BronzeWriteOperator(catalog, run.source(), run.run(), maxBufferedBytes))
        .uid("write")
        .setParallelism(events.getParallelism())
        .global()
        .transform("commit bronze", Types.VOID, new BronzeCommitOperator(catalog, run))
        .uid("commit")
        .setParallelism(1)
        .setMaxParallelism(1);
  }

  /** Flink's type of {@link CheckpointWrites}. */
  private static final class WritesTypeInfo extends OpaqueTypeInfo<CheckpointWrites> {
    private static final long serialVersionUID = 1L;

    WritesTypeInfo() {
      super(CheckpointWrites.class);
    }

    @Override
    public TypeSerializer<CheckpointWrites> createSerializer(ExecutionConfig config) {
      return new JavaStateSerializer<>();
    }
  }
}
