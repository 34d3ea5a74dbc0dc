package lakehouse.ingest.capture.files;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.RejectionConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.metrics.IngestMetrics;
import lakehouse.ingest.state.JavaStateSerializer;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes change events of what is read of files. Ahead of each checkpoint's barrier it logs how far
 * each file is, so that the catalog commit of the checkpoint holds exactly the rows that its log
 * tells of. One subtask.
 */
final class TakeInOperator extends AbstractStreamOperator<ChangeEvent>
    implements OneInputStreamOperator<FileRecord, ChangeEvent> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(TakeInOperator.class);

  private final Drop drop;
  private final int epoch;
  private final @Nullable Secret maskKey;
  private final FilesPosition start;

  private transient ColumnMasks masks;
  private transient ListState<FilesPosition> stored;
  private transient FilesPosition position;
  private transient Map<String, FileTable> tables;
  private transient Set<String> loaded;
  private transient IngestMetrics.Taking metrics;
  private transient long accepted;
  private transient long rejected;
  private transient boolean news;
  private transient long nowMillis;
  private transient TimestampData now;
  private transient @Nullable StringData openPath;
  private transient TimestampData openModified;

  /**
   * @param maskKey the key of tokens, or null if no column is masked by token
   * @param start where a start without Flink's state goes on
   */
  TakeInOperator(Drop drop, int epoch, @Nullable Secret maskKey, FilesPosition start) {
    this.drop = drop;
    this.maskKey = maskKey;
    this.epoch = epoch;
    this.start = start;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    stored =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("files", new JavaStateSerializer<FilesPosition>()));
    position = start;
    if (context.isRestored()) {
      for (FilesPosition restored : stored.get()) {
        position = restored;
      }
    }
    masks = ColumnMasks.of(drop.config().masks(), maskKey);
    tables = new HashMap<>();
    drop.tables().forEach(table -> tables.put(table.config().name(), table));
    loaded =
        drop.tables().stream()
            .map(table -> table.schema().qualifiedName())
            .collect(Collectors.toUnmodifiableSet());
    metrics = IngestMetrics.taking(getMetricGroup());
    if (position.open != null) {
      keep(position.open);
    }
  }

  @Override
  public void processElement(StreamRecord<FileRecord> element) {
    begin();
    FileRecord record = element.getValue();
    DropFile file = record.file();
    if (record instanceof FileRecord.Row row) {
      open(file);
      FileTable table = tables.get(file.table());
      table.hide(row.row(), masks);
      row.row().setField(table.file(), openPath);
      emit(table.schema(), Operation.INSERT, row.row(), row.ordinal(), row.position());
      accepted++;
      position.openRecords = row.ordinal();
      metrics.accepted();
    } else if (record instanceof FileRecord.Rejected line) {
      open(file);
      position.openRecords = line.ordinal();
      String rule = line.rule().name().toLowerCase(Locale.ROOT);
      reject(file, line.ordinal(), rule, rule, line.reason(), line.text());
    } else if (record instanceof FileRecord.End end && !isToldAgain(end)) {
      open(file);
      end(end);
    }
  }

  /** A reader that begins anew does not know that it had read the file whole. */
  private boolean isToldAgain(FileRecord.End end) {
    return position.open == null
        && end.file().equals(position.ended)
        && (end.status() == TakeStatus.DELETED || end.status() == TakeStatus.CHANGED);
  }

  private void open(DropFile file) {
    if (position.open != null && position.open.path().equals(file.path())) {
      return;
    }
    position.open = file;
    position.openOrdinal = ++position.ordinal;
    position.openRecords = 0;
    position.loggedRecords = 0;
    position.openRejected = 0;
    keep(file);
  }

  private void keep(DropFile file) {
    openPath = StringData.fromString(file.path());
    openModified = PlacedRow.timestamp(file.modifiedAtMicros());
  }

  private void end(FileRecord.End end) {
    if (end.status() != TakeStatus.DONE) {
      reject(
          end.file(),
          end.ordinal(),
          "file-" + end.status().text(),
          "file",
          String.valueOf(end.reason()),
          null);
      LOG.warn(
          "Source {}: file {} is {}: {}",
          drop.config().name(),
          end.file().path(),
          end.status().text(),
          end.reason());
    }
    log(end.file(), end.status(), end.reason());
    position.finished++;
    position.ended = end.file();
    position.open = null;
    openPath = null;
  }

  private void reject(
      DropFile file, long ordinal, String code, String rule, String reason, @Nullable String text) {
    FileTable table = tables.get(file.table());
    output.collect(
        new StreamRecord<>(
            new ChangeEvent.Rejected(
                table.schema().qualifiedName(),
                new ChangeEvent.Rejected.Place(file.path(), ordinal, null),
                new ChangeEvent.Rejected.Reason(code, reason),
                table.masked() ? null : text, // what could not be read cannot be hidden in part
                new ChangeEvent.Rejected.Position(epoch, position.openOrdinal, ordinal))));
    news = true;
    rejected++;
    position.openRejected++;
    metrics.rejected(rule);
    RejectionConfig policy = drop.config().rejected();
    if (policy.policy() == RejectionConfig.Policy.STOP
        && position.openRejected > policy.threshold()) {
      throw new NonRecoverableException(
          new LakeException(
              ExitCode.DATA_CHECK,
              """
              Source %s has stopped, as its policy for rejected rows is stop and more than %d of \
              file %s are.
              The last is record %d: %s.
              Mend the file and give it another name, or set `rejected` of the source."""
                  .formatted(
                      drop.config().name(), policy.threshold(), file.path(), ordinal, reason)));
    }
  }

  /** Each table begins with a load, by which whatever it had under an earlier epoch is void. */
  private void begin() {
    if (!position.begun) {
      position.begun = true;
      openModified = PlacedRow.timestamp(System.currentTimeMillis() * 1_000);
      position.openOrdinal = FilesPosition.LOAD_ORDINAL;
      for (FileTable table : drop.tables()) {
        emit(table.schema(), Operation.LOAD, new GenericRowData(table.schema().arity()), 0, 0);
      }
      emit(FilesLog.SCHEMA, Operation.LOAD, new GenericRowData(FilesLog.SCHEMA.arity()), 0, 0);
    }
    if (position.openGone && position.open != null) {
      position.openGone = false;
      end(
          new FileRecord.End(
              position.open,
              position.openRecords + 1,
              TakeStatus.DELETED,
              "the file was deleted after record %d of it was taken in"
                  .formatted(position.openRecords)));
    }
  }

  private void emit(
      TableSchema schema, Operation operation, GenericRowData row, long seq, long at) {
    output.collect(
        new StreamRecord<>(
            new PlacedRow(epoch, position.openOrdinal, seq)
                .change(schema, operation, row, at, openModified, now())));
    news = true;
  }

  /** Logs what was taken of a file since the last time. */
  private void log(DropFile file, TakeStatus status, @Nullable String reason) {
    GenericRowData row =
        FilesLog.row(
            file,
            status,
            position.loggedRecords + 1,
            position.openRecords,
            accepted,
            rejected,
            reason);
    emit(FilesLog.SCHEMA, Operation.INSERT, row, position.openRecords, -1);
    position.loggedRecords = position.openRecords;
    accepted = 0;
    rejected = 0;
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    begin();
    if (position.open != null && accepted + rejected > 0) {
      log(position.open, TakeStatus.READING, null);
    }
    if (news) {
      news = false;
      output.collect(
          new StreamRecord<>(
              new ChangeEvent.Progress(
                  position.ordinal,
                  micros(openModified),
                  loaded,
                  Long.toString(position.finished))));
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    stored.update(List.of(position));
  }

  private TimestampData now() {
    long millis = System.currentTimeMillis();
    if (millis != nowMillis) {
      nowMillis = millis;
      now = TimestampData.fromEpochMillis(millis);
    }
    return now;
  }

  private static long micros(TimestampData timestamp) {
    return timestamp.getMillisecond() * 1_000 + timestamp.getNanoOfMillisecond() / 1_000;
  }
}
