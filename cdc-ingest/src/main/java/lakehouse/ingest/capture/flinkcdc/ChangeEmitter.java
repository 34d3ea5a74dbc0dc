package lakehouse.ingest.capture.flinkcdc;

import io.debezium.relational.TableId;
import io.debezium.relational.history.TableChanges.TableChange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.ChangeEvent.Progress;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.cdc.connectors.base.source.meta.offset.Offset;
import org.apache.flink.cdc.connectors.base.source.meta.offset.OffsetFactory;
import org.apache.flink.cdc.connectors.base.source.meta.split.SourceRecords;
import org.apache.flink.cdc.connectors.base.source.meta.split.SourceSplitState;
import org.apache.flink.cdc.connectors.base.source.meta.split.StreamSplitState;
import org.apache.flink.cdc.connectors.base.source.meta.wartermark.WatermarkEvent;
import org.apache.flink.cdc.connectors.base.source.metrics.SourceReaderMetrics;
import org.apache.flink.cdc.connectors.base.source.reader.IncrementalSourceRecordEmitter;
import org.apache.flink.cdc.connectors.base.utils.SourceRecordUtils;
import org.apache.flink.cdc.connectors.postgres.source.offset.PostgresOffset;
import org.apache.flink.cdc.debezium.DebeziumDeserializationSchema;
import org.apache.flink.table.data.TimestampData;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Hands the connector's records on as change events, and keeps the connector's position in step.
 *
 * <p>Two things differ from the connector's own emitter. It is called for empty batches too, which
 * is how the end of the load shows on an idle database. And it holds the records of the newest log
 * position back until a later position is seen: the rows of one {@code COPY} record share their
 * position, and so do both halves of a key change, while a restart resumes only <em>after</em> a
 * position. A checkpoint therefore never parts them.
 */
final class ChangeEmitter extends IncrementalSourceRecordEmitter<ChangeEvent> {
  private final DebeziumDecoder decoder;
  private final Set<String> tables;
  private final IdleHeartbeat heartbeat;

  /** Records of one position, not yet handed on and not in the split's state. */
  private final List<SourceRecord> held = new ArrayList<>();

  private boolean streaming;
  private long loadedUpTo;
  private boolean behindLoad;
  private long committedAt = Long.MIN_VALUE;

  /**
   * @param heartbeat started when the stream begins
   */
  ChangeEmitter(
      CaptureRun run,
      DebeziumDeserializationSchema<ChangeEvent> unused,
      SourceReaderMetrics metrics,
      OffsetFactory offsetFactory,
      IdleHeartbeat heartbeat) {
    super(unused, metrics, false, offsetFactory);
    this.decoder = new DebeziumDecoder(run);
    this.heartbeat = heartbeat;
    this.tables =
        run.tables().stream()
            .map(CaptureRun.CapturedTable::qualifiedName)
            .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public void emitRecord(
      SourceRecords records, SourceOutput<ChangeEvent> output, SourceSplitState state) {
    TimestampData capturedAt = TimestampData.fromEpochMillis(System.currentTimeMillis());
    if (state.isSnapshotSplitState()) {
      emitChunk(records.iterator(), output, state, capturedAt);
    } else {
      emitBatch(records.iterator(), output, state.asStreamSplitState(), capturedAt);
    }
  }

  private void emitChunk(
      Iterator<SourceRecord> records,
      SourceOutput<ChangeEvent> output,
      SourceSplitState state,
      TimestampData capturedAt) {
    while (records.hasNext()) {
      SourceRecord record = records.next();
      if (WatermarkEvent.isLowWatermarkEvent(record)) {
        Map<TableId, TableChange> schemas =
            state.asSnapshotSplitState().toSourceSplit().getTableSchemas();
        for (TableChange schema : schemas.values()) {
          decoder.loadBegins(schema.getTable(), capturedAt).ifPresent(output::collect);
        }
      } else if (WatermarkEvent.isHighWatermarkEvent(record)) {
        state.asSnapshotSplitState().setHighWatermark(getOffsetPosition(record));
      } else {
        emit(record, output, capturedAt);
      }
    }
  }

  private void emitBatch(
      Iterator<SourceRecord> records,
      SourceOutput<ChangeEvent> output,
      StreamSplitState state,
      TimestampData capturedAt) {
    if (!streaming) {
      streaming = true;
      heartbeat.start();
      state.getTableSchemas().values().forEach(schema -> decoder.learn(schema.getTable()));
      loadedUpTo =
          state.toSourceSplit().getFinishedSnapshotSplitInfos().stream()
              .mapToLong(chunk -> lsn(chunk.getHighWatermark()))
              .max()
              .orElse(0);
      // all that was committed before the stream's first position is in the load
      tell(lsn(state.getStartingOffset()), state, output);
    }
    @Nullable SourceRecord last = null; // the newest record that was handed on whole
    while (records.hasNext()) {
      SourceRecord record = records.next();
      if (SourceRecordUtils.isDataChangeRecord(record)) {
        if (!held.isEmpty() && DebeziumDecoder.lsn(held.get(0)) != DebeziumDecoder.lsn(record)) {
          last = release(output, capturedAt);
        }
        held.add(record);
      } else if (SourceRecordUtils.isHeartbeatEvent(record) && isCommit(record)) {
        release(output, capturedAt);
        last = record;
      }
    }
    if (last != null) {
      Offset offset = getOffsetPosition(last);
      state.setStartingOffset(
          SourceRecordUtils.isHeartbeatEvent(last) ? StreamPosition.behindCommit(offset) : offset);
      committedAt = Math.max(committedAt, DebeziumDecoder.committedAt(last));
      tell(DebeziumDecoder.commitLsn(last), state, output);
    }
  }

  /**
   * Whether a heartbeat stands at a commit, where all that is held is whole. One that comes after
   * the first change of a transaction looks the same if that began where the former one ended.
   */
  private boolean isCommit(SourceRecord heartbeat) {
    long lsn = DebeziumDecoder.lsn(heartbeat);
    return lsn == DebeziumDecoder.commitLsn(heartbeat)
        && (held.isEmpty() || DebeziumDecoder.lsn(held.get(0)) != lsn);
  }

  private @Nullable SourceRecord release(
      SourceOutput<ChangeEvent> output, TimestampData capturedAt) {
    if (held.isEmpty()) {
      return null;
    }
    heartbeat.active();
    for (SourceRecord record : held) {
      emit(record, output, capturedAt);
    }
    SourceRecord last = held.get(held.size() - 1);
    held.clear();
    return last;
  }

  private void emit(
      SourceRecord record, SourceOutput<ChangeEvent> output, TimestampData capturedAt) {
    Change change = decoder.decode(record, capturedAt);
    if (change != null) {
      output.collect(change);
    }
  }

  private void tell(long lsn, StreamSplitState state, SourceOutput<ChangeEvent> output) {
    Offset offset = state.getStartingOffset();
    // before that, the connector needs its knowledge of the load to leave out what was loaded
    behindLoad = behindLoad || lsn(offset) >= loadedUpTo;
    String resume = behindLoad ? StreamPosition.text(offset) : null;
    output.collect(new Progress(lsn, committedAt, tables, resume));
  }

  private static long lsn(Offset offset) {
    return ((PostgresOffset) offset).getLsn().asLong();
  }
}
