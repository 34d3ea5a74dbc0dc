package lakehouse.ingest.capture.jdbc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.jdbc.JdbcItem.Begin;
import lakehouse.ingest.capture.jdbc.JdbcItem.Broken;
import lakehouse.ingest.capture.jdbc.JdbcItem.End;
import lakehouse.ingest.capture.jdbc.JdbcItem.Fault;
import lakehouse.ingest.capture.jdbc.JdbcItem.Rows;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.BeginsAnew;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.ChangeEvent.Progress;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Tells of what other threads read: gives each row its place in the order, which is (round, ordinal
 * in the round). Its state is the last whole round; after a restart the one after it begins anew.
 */
final class JdbcReader implements SourceReader<ChangeEvent, JdbcSplit> {
  private final SourceReaderContext context;
  private final JdbcCapture capture;
  private final JdbcHandOver items;

  private @Nullable JdbcPosition position;
  private @Nullable Thread rounds;
  private @Nullable ExecutorService threads;
  private CompletableFuture<Void> assigned = new CompletableFuture<>();
  private boolean begun;
  private long round;
  private long startedAtMicros;
  private long ordinal;

  JdbcReader(SourceReaderContext context, JdbcCapture capture) {
    this.context = context;
    this.capture = capture;
    this.items = new JdbcHandOver(capture.source());
  }

  @Override
  public void start() {
    if (position == null) {
      context.sendSplitRequest();
    }
  }

  @Override
  public void addSplits(List<JdbcSplit> splits) {
    position = splits.get(0).position();
    Supplier<ColumnMasks> masks = () -> ColumnMasks.of(capture.source().masks(), capture.maskKey());
    JdbcSessions sessions = new JdbcSessions(capture.source());
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "jdbc-query");
              thread.setDaemon(true);
              return thread;
            });
    rounds =
        new Thread(
            new JdbcRounds(
                capture.source(),
                capture.maskKey(),
                items,
                new TableReading(context, sessions, masks, threads, items),
                new KeyComparison(context, sessions, masks, capture.lakeKeys(), items),
                capture.catalog(),
                position),
            "jdbc-rounds");
    rounds.setDaemon(true);
    rounds.start();
    assigned.complete(null);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<ChangeEvent> output) throws Exception {
    if (!begun && position != null) {
      begun = true;
      output.collect(new BeginsAnew());
    }
    JdbcItem item = items.take();
    if (item == null) {
      return InputStatus.NOTHING_AVAILABLE;
    } else if (item instanceof Begin begin) {
      round = begin.round();
      startedAtMicros = begin.startedAtMicros();
      ordinal = 0;
    } else if (item instanceof Rows rows) {
      tell(rows, output);
    } else if (item instanceof Fault fault) {
      output.collect(fault.at(new Rejected.Position(capture.epoch(), round, ordinal++)));
    } else if (item instanceof End end) {
      position = end.position();
      output.collect(
          new Progress(position.round(), startedAtMicros, position.loaded(), position.text()));
    } else if (item instanceof Broken broken) {
      throw failure(broken.cause());
    }
    return InputStatus.MORE_AVAILABLE;
  }

  private void tell(Rows rows, ReaderOutput<ChangeEvent> output) {
    TableSchema schema = rows.schema();
    long now = System.currentTimeMillis() * 1_000;
    if (rows.operation() == Operation.LOAD) {
      collect(schema, Operation.LOAD, new GenericRowData(schema.arity()), now, output);
    }
    for (GenericRowData row : rows.rows()) {
      collect(schema, rows.operation(), row, now, output);
    }
  }

  private void collect(
      TableSchema schema,
      Operation operation,
      GenericRowData row,
      long nowMicros,
      ReaderOutput<ChangeEvent> output) {
    row.setField(schema.op(), operation.data());
    row.setField(schema.epoch(), capture.epoch());
    row.setField(schema.commitLsn(), round);
    row.setField(schema.seq(), ordinal++);
    row.setField(schema.committedAt(), timestamp(startedAtMicros));
    row.setField(schema.capturedAt(), timestamp(nowMicros));
    output.collect(new Change(schema, operation, row));
  }

  private static TimestampData timestamp(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, 1_000L), (int) Math.floorMod(micros, 1_000L) * 1_000);
  }

  private static Exception failure(Throwable cause) {
    for (Throwable c = cause; c != null; c = c.getCause()) {
      if (c instanceof LakeException known) {
        return new NonRecoverableException(known);
      }
    }
    return cause instanceof Exception failure ? failure : new IllegalStateException(cause);
  }

  @Override
  public List<JdbcSplit> snapshotState(long checkpointId) {
    return position == null ? List.of() : List.of(new JdbcSplit(position));
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return position == null ? assigned : items.available();
  }

  @Override
  public void notifyNoMoreSplits() {
    // rounds have no end
  }

  @Override
  public void close() {
    if (rounds != null) {
      rounds.interrupt();
    }
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
