package lakehouse.ingest.bronze;

import java.util.List;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.ingest.bronze.CheckpointWrites.Reached;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.BeginsAnew;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.ChangeEvent.LoadBegins;
import lakehouse.ingest.event.ChangeEvent.Progress;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.metrics.IngestMetrics;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Writes change events to files, which it closes at each checkpoint and hands to the committer
 * ahead of the checkpoint's barrier. It keeps no state: what a failed checkpoint had written is
 * nobody's.
 */
final class BronzeWriteOperator extends AbstractStreamOperator<CheckpointWrites>
    implements OneInputStreamOperator<ChangeEvent, CheckpointWrites> {
  private static final long serialVersionUID = 1L;

  private final CatalogConfig config;
  private final String source;
  private final String run;
  private final long maxBufferedBytes;

  private transient LakeCatalog catalog;
  private transient TableWriters writers;
  private transient QuarantineWriter quarantine;
  private transient Reached reached;
  private transient IngestMetrics.Writing metrics;

  BronzeWriteOperator(CatalogConfig config, String source, String run, long maxBufferedBytes) {
    this.config = config;
    this.source = source;
    this.run = run;
    this.maxBufferedBytes = maxBufferedBytes;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  public void open() throws Exception {
    super.open();
    catalog = LakeCatalog.open(config);
    int subtask = getRuntimeContext().getIndexOfThisSubtask();
    writers = new TableWriters(catalog, source, run, subtask + "-", maxBufferedBytes);
    quarantine = new QuarantineWriter(catalog, source, run, subtask + "-");
    reached = Reached.NOTHING;
    metrics = IngestMetrics.writing(getMetricGroup());
  }

  @Override
  public void processElement(StreamRecord<ChangeEvent> element) {
    ChangeEvent event = element.getValue();
    if (event instanceof Change change) {
      writers.write(change);
      metrics.row(change.operation());
    } else if (event instanceof Rejected rejected) {
      quarantine.write(rejected);
      metrics.rejected();
    } else if (event instanceof Progress progress) {
      reached =
          reached.plus(
              new Reached(
                  progress.lsn(),
                  progress.committedAtMicros(),
                  progress.loaded(),
                  0,
                  progress.resume()));
    } else if (event instanceof BeginsAnew) {
      reached = reached.plus(Reached.ANEW);
    } else if (event instanceof LoadBegins load) {
      reached = reached.plus(new Reached(0, Long.MIN_VALUE, Set.of(), load.point(), null));
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    List<TableWrites> tables = writers.finish();
    List<RejectedWrites> rejected = quarantine.finish();
    if (!tables.isEmpty() || !rejected.isEmpty() || !reached.equals(Reached.NOTHING)) {
      output.collect(new StreamRecord<>(new CheckpointWrites(tables, rejected, reached)));
      reached = Reached.NOTHING;
    }
  }

  @Override
  public void close() throws Exception {
    if (writers != null) {
      writers.abandon();
    }
    if (quarantine != null) {
      quarantine.abandon();
    }
    if (catalog != null) {
      catalog.close();
    }
    super.close();
  }
}
