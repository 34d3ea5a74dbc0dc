package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.postgres.LoadEvents.Hello;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadGoesOn;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeDone;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeStale;
import lakehouse.ingest.capture.postgres.PostgresSplit.Done;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import lakehouse.ingest.capture.postgres.PostgresSplit.Stream;
import lakehouse.ingest.capture.postgres.RangeLoader.StaleRangeException;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.ChangeEvent.LoadBegins;
import lakehouse.ingest.event.ChangeEvent.Progress;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.state.NonRecoverableException;
import lakehouse.ingest.type.ValueDecoders;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of the load, and then, if it is the first reader, the stream. A range, and a
 * transaction, is handed out within one call: a checkpoint's barrier falls between calls, so it
 * never divides one.
 */
final class PostgresReader implements SourceReader<ChangeEvent, PostgresSplit> {
  private final SourceReaderContext context;
  private final PostgresSessions sessions;
  private final int epoch;
  private final ColumnMasks masks;
  private final CatalogPosition catalog;
  private final RangeLoader loader;
  private final long incarnation = ThreadLocalRandom.current().nextLong();

  private final Deque<Range> ranges = new ArrayDeque<>();
  private final List<Range> restored = new ArrayList<>();
  private final List<String> done = new ArrayList<>();
  private long loadPoint;
  private CompletableFuture<Void> available = new CompletableFuture<>();
  private boolean started;
  private @Nullable Stream stream;
  private @Nullable Streaming streaming;

  /**
   * @param epoch of every change
   * @param catalog tells what the slot may forget
   */
  PostgresReader(
      SourceReaderContext context,
      PostgresSessions sessions,
      int epoch,
      ColumnMasks masks,
      CatalogPosition catalog) {
    this.context = context;
    this.sessions = sessions;
    this.epoch = epoch;
    this.masks = masks;
    this.catalog = catalog;
    this.loader = new RangeLoader(sessions, epoch, masks);
  }

  @Override
  public void start() {
    started = true;
    context.sendSourceEventToCoordinator(new Hello(incarnation, new Done(loadPoint, done)));
    if (stream == null) {
      context.sendSplitRequest();
    }
  }

  @Override
  public void addSplits(List<PostgresSplit> splits) {
    for (PostgresSplit split : splits) {
      if (split instanceof Stream next) {
        stream = next;
      } else if (split instanceof Done before) {
        loadPoint = before.point();
        done.addAll(before.splitIds());
      } else if (split instanceof Range range) {
        if (started) {
          ranges.add(range);
        } else {
          restored.add(range); // it counts if its load still goes on
        }
      }
    }
    available.complete(null);
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof LoadGoesOn load) {
      if (loadPoint != load.point()) {
        loadPoint = load.point();
        done.clear();
      }
      restored.removeIf(range -> range.point() != load.point());
      ranges.removeIf(range -> range.point() != load.point());
      ranges.addAll(restored);
      restored.clear();
      available.complete(null);
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<ChangeEvent> output) throws Exception {
    try {
      if (stream != null) {
        return pollStream(output);
      }
      Range range = ranges.peek();
      if (range == null) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      output.collect(new LoadBegins(range.point()));
      loader.load(range, output::collect);
      ranges.poll();
      done.add(range.splitId());
      context.sendSourceEventToCoordinator(new RangeDone(incarnation, range.splitId()));
      if (ranges.isEmpty()) {
        context.sendSplitRequest();
        return InputStatus.NOTHING_AVAILABLE;
      }
      return InputStatus.MORE_AVAILABLE;
    } catch (StaleRangeException e) {
      ranges.clear();
      context.sendSourceEventToCoordinator(new RangeStale(e.getMessage()));
      return InputStatus.NOTHING_AVAILABLE;
    } catch (LakeException e) {
      throw new NonRecoverableException(e);
    }
  }

  private InputStatus pollStream(ReaderOutput<ChangeEvent> output) throws Exception {
    if (streaming == null) {
      loader.close();
      streaming = new Streaming(stream);
      // the load is whole with this, and the lake holds the source at the stream's beginning
      output.collect(progress());
    }
    WalReader.Batch batch = streaming.wal.poll();
    if (batch == null) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    long before = streaming.position;
    streaming.output = output;
    streaming.decode(batch);
    while (streaming.decoder.inTransaction()) {
      streaming.decode(streaming.wal.take());
    }
    if (streaming.position != before) {
      output.collect(progress());
    }
    return InputStatus.MORE_AVAILABLE;
  }

  private Progress progress() {
    return new Progress(streaming.position, streaming.committedAt, stream.names(), null);
  }

  @Override
  public List<PostgresSplit> snapshotState(long checkpointId) {
    List<PostgresSplit> splits = new ArrayList<>(ranges);
    splits.addAll(restored);
    if (streaming != null) {
      splits.add(
          new Stream(streaming.position, streaming.committedAt, streaming.relations.tables()));
    } else if (stream != null) {
      splits.add(stream);
    } else if (!done.isEmpty()) {
      splits.add(new Done(loadPoint, done));
    }
    return splits;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (streaming != null) {
      return streaming.wal.available();
    }
    if (stream != null || !ranges.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    if (available.isDone()) {
      available = new CompletableFuture<>();
    }
    return available;
  }

  @Override
  public void notifyNoMoreSplits() {
    // the stream has no end
  }

  @Override
  public void close() throws Exception {
    loader.close();
    if (streaming != null) {
      streaming.close();
    }
  }

  /** The stream while it runs. */
  private final class Streaming implements PgOutputDecoder.Receiver, AutoCloseable {
    private final RelationCache relations;
    private final PgOutputDecoder decoder;
    private final WalReader wal;
    private final SlotGuardian guardian;
    private @Nullable ReaderOutput<ChangeEvent> output;
    private long position;
    private long committedAt;

    Streaming(Stream from) throws SQLException {
      boolean binary =
          from.tables().stream()
              .flatMap(table -> table.columns().stream())
              .allMatch(column -> ValueDecoders.readsBinary(column.type()));
      try (Connection connection = sessions.open()) {
        relations =
            new RelationCache(
                sessions,
                TypeCatalog.read(connection),
                binary ? Form.STREAM_BINARY : Form.STREAM_TEXT,
                masks);
      }
      from.tables().forEach(table -> relations.capture(table, 0));
      decoder = new PgOutputDecoder(relations, epoch, this);
      position = from.from();
      committedAt = from.committedAt();
      wal = WalReader.start(sessions, position, binary);
      guardian = new SlotGuardian(catalog, wal);
    }

    void decode(WalReader.Batch batch) throws SQLException {
      long now = System.currentTimeMillis() * 1_000;
      for (byte[] message : batch.messages()) {
        decoder.decode(message, WalReader.Batch.body(), WalReader.Batch.lsn(message), now);
      }
      if (batch.reached() > position && !decoder.inTransaction()) {
        position = batch.reached();
      }
    }

    @Override
    public void change(RowLayout layout, Operation operation, WireRow row) {
      output.collect(new Change(layout.schema(), operation, row));
    }

    @Override
    public void committed(long endLsn, long committedAtMicros) {
      position = endLsn;
      committedAt = committedAtMicros;
    }

    @Override
    public void close() throws SQLException {
      guardian.close();
      wal.close();
    }
  }
}
