package lakehouse.ingest.capture.flinkcdc;

import java.util.ArrayList;
import java.util.HashMap;
import org.apache.flink.cdc.connectors.base.config.SourceConfig;
import org.apache.flink.cdc.connectors.base.dialect.DataSourceDialect;
import org.apache.flink.cdc.connectors.base.source.assigner.StreamSplitAssigner;
import org.apache.flink.cdc.connectors.base.source.assigner.state.StreamPendingSplitsState;
import org.apache.flink.cdc.connectors.base.source.meta.offset.OffsetFactory;
import org.apache.flink.cdc.connectors.base.source.meta.split.StreamSplit;
import org.jspecify.annotations.Nullable;

/** Assigns a stream that goes on at a position of the catalog, after no load of its own. */
final class GoneOnAssigner extends StreamSplitAssigner {
  private final OffsetFactory offsets;
  private final @Nullable StreamPosition position;

  /**
   * @param position where to go on; null if a reader has the stream in its state already
   */
  GoneOnAssigner(
      SourceConfig config,
      StreamPendingSplitsState state,
      DataSourceDialect<?> dialect,
      OffsetFactory offsets,
      @Nullable StreamPosition position) {
    super(config, state, dialect, offsets);
    this.offsets = offsets;
    this.position = position;
  }

  @Override
  public StreamSplit createStreamSplit() {
    if (position == null) {
      throw new IllegalStateException(
          "The checkpoint holds no stream, and the catalog no position");
    }
    return new StreamSplit(
        StreamSplit.STREAM_SPLIT_ID,
        position.asOffset(),
        offsets.createNoStoppingOffset(),
        new ArrayList<>(),
        new HashMap<>(),
        0);
  }
}
