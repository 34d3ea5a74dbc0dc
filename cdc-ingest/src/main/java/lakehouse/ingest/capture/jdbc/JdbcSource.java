package lakehouse.ingest.capture.jdbc;

import java.util.List;
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

/** Flink's source of a database that is asked by queries: one reader, with threads of its own. */
final class JdbcSource implements Source<ChangeEvent, JdbcSplit, Boolean> {
  private static final long serialVersionUID = 1L;

  private final JdbcCapture capture;

  JdbcSource(JdbcCapture capture) {
    this.capture = capture;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<ChangeEvent, JdbcSplit> createReader(SourceReaderContext context) {
    return new JdbcReader(context, capture);
  }

  @Override
  public SplitEnumerator<JdbcSplit, Boolean> createEnumerator(
      SplitEnumeratorContext<JdbcSplit> context) {
    return new OneSplit(context, new JdbcSplit(capture.from()));
  }

  @Override
  public SplitEnumerator<JdbcSplit, Boolean> restoreEnumerator(
      SplitEnumeratorContext<JdbcSplit> context, Boolean assigned) {
    return new OneSplit(context, assigned ? null : new JdbcSplit(capture.from()));
  }

  @Override
  public SimpleVersionedSerializer<JdbcSplit> getSplitSerializer() {
    return new SplitSerializer<>();
  }

  @Override
  public SimpleVersionedSerializer<Boolean> getEnumeratorCheckpointSerializer() {
    return new SplitSerializer<>();
  }

  /** Gives the split to the reader that asks for it; its state is whether it has done so. */
  private static final class OneSplit implements SplitEnumerator<JdbcSplit, Boolean> {
    private final SplitEnumeratorContext<JdbcSplit> context;
    private @Nullable JdbcSplit split;

    OneSplit(SplitEnumeratorContext<JdbcSplit> context, @Nullable JdbcSplit split) {
      this.context = context;
      this.split = split;
    }

    @Override
    public void start() {
      // the reader asks
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
      if (split != null) {
        context.assignSplit(split, subtask);
        split = null;
      }
    }

    @Override
    public void addSplitsBack(List<JdbcSplit> splits, int subtask) {
      if (!splits.isEmpty()) {
        split = splits.get(0);
      }
    }

    @Override
    public void addReader(int subtask) {
      // it asks by itself
    }

    @Override
    public Boolean snapshotState(long checkpointId) {
      return split == null;
    }

    @Override
    public void close() {
      // holds nothing
    }
  }
}
