package lakehouse.ingest.capture.postgres;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.CatalogPosition;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.postgres.LoadEvents.ChangesKept;
import lakehouse.ingest.capture.postgres.LoadEvents.Hello;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadAnnounced;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadGoesOn;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadPlanned;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadWhole;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeDone;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeStale;
import lakehouse.ingest.capture.postgres.LoadEvents.TablesVoid;
import lakehouse.ingest.capture.postgres.PostgresSplit.Done;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import lakehouse.ingest.capture.postgres.PostgresSplit.Stream;
import lakehouse.ingest.capture.postgres.RangeLoader.StaleRangeException;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.LoadBegins;
import lakehouse.ingest.state.NonRecoverableException;
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
  private @Nullable PostgresStream stream;

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
    context.sendSourceEventToCoordinator(
        new Hello(
            incarnation,
            new Done(loadPoint, done),
            stream == null ? null : Set.copyOf(stream.position().names())));
    if (stream == null) {
      context.sendSplitRequest();
    }
  }

  @Override
  public void addSplits(List<PostgresSplit> splits) {
    for (PostgresSplit split : splits) {
      if (split instanceof Stream from) {
        stream = begin(from);
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
    if (event instanceof LoadAnnounced load) {
      if (stream != null) {
        stream.announce(load.tables());
        context.sendSourceEventToCoordinator(new ChangesKept(load.attempt()));
      }
    } else if (event instanceof LoadPlanned load) {
      if (stream != null) {
        stream.planned(load.point(), load.tables());
      }
    } else if (event instanceof LoadWhole load) {
      if (stream != null) {
        stream.whole(load.point());
      }
    } else if (event instanceof LoadGoesOn load) {
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
        return stream.poll(output);
      }
      Range range = ranges.peek();
      if (range == null) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      output.collect(new LoadBegins(range.point()));
      long rows = loader.load(range, output::collect);
      ranges.poll();
      done.add(range.splitId());
      context.sendSourceEventToCoordinator(new RangeDone(incarnation, range.splitId(), rows));
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

  /** Begins the stream: the load is whole, and the lake holds the source at its beginning. */
  private PostgresStream begin(Stream from) {
    loader.close();
    return new PostgresStream(
        sessions,
        epoch,
        masks,
        catalog,
        from,
        tables -> context.sendSourceEventToCoordinator(new TablesVoid(tables)));
  }

  @Override
  public List<PostgresSplit> snapshotState(long checkpointId) {
    List<PostgresSplit> splits = new ArrayList<>(ranges);
    splits.addAll(restored);
    if (stream != null) {
      splits.add(stream.position());
    } else if (!done.isEmpty()) {
      splits.add(new Done(loadPoint, done));
    }
    return splits;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (stream != null) {
      return stream.available();
    }
    if (!ranges.isEmpty()) {
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
    if (stream != null) {
      stream.close();
    }
  }
}
