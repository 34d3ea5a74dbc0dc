package lakehouse.ingest.capture.postgres;

import java.io.Serializable;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.postgres.LoadEvents.ChangesKept;
import lakehouse.ingest.capture.postgres.LoadEvents.Hello;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadGoesOn;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeDone;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeStale;
import lakehouse.ingest.capture.postgres.LoadEvents.TablesVoid;
import lakehouse.ingest.capture.postgres.LoadPlanner.Plan;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import lakehouse.ingest.capture.postgres.PostgresSplit.Stream;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans a capture: takes the snapshot pair, hands ranges of the load to readers that ask for them,
 * and, once a checkpoint holds every range, the stream to the first reader. From then on the other
 * readers do {@link LaterLoads}.
 *
 * <p>After a failure the readers say which ranges they were restored with. The snapshot lives in
 * this process only: restored in the midst of the first load, the enumerator begins it again with a
 * new pair.
 */
final class LoadEnumerator implements SplitEnumerator<PostgresSplit, LoadEnumerator.State> {
  private static final Logger LOG = LoggerFactory.getLogger(LoadEnumerator.class);
  private static final int STREAM_READER = 0;

  /**
   * What is kept in a checkpoint.
   *
   * @param streaming whether the first load is done and the stream is with its reader
   */
  record State(boolean streaming) implements Serializable {}

  private final SplitEnumeratorContext<PostgresSplit> context;
  private final String source;
  private final LoadPlanner planner;
  private final CaptureRun run;
  private final @Nullable Resume resume;

  private final LaterLoads laterLoads;
  private final Set<Integer> waiting = new HashSet<>();
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private @Nullable Load load;
  private @Nullable Stream stream;
  private boolean streaming;

  /** Whether the load's snapshot may be lost, so that nothing of it is handed out. */
  private boolean doubted;

  /** A load that goes on. */
  private record Load(Plan plan, LoadRanges ranges, LoadProgress progress) {
    long point() {
      return plan.point();
    }
  }

  /**
   * Where the capture goes on.
   *
   * @param position the catalog's position
   * @param shapes the shapes of the tables that the catalog holds whole, by name
   */
  record Resume(long position, Map<String, String> shapes) implements Serializable {
    Resume {
      shapes = Map.copyOf(shapes);
    }
  }

  /**
   * @param resume where the stream goes on; null for a load of all tables
   * @param restored what a checkpoint held, or null for a start without one
   */
  LoadEnumerator(
      SplitEnumeratorContext<PostgresSplit> context,
      PostgresSessions sessions,
      CaptureRun run,
      @Nullable Resume resume,
      @Nullable State restored) {
    this.context = context;
    this.source = run.source().name();
    this.planner = new LoadPlanner(sessions);
    this.run = run;
    this.resume = resume;
    this.streaming = restored != null && restored.streaming();
    this.laterLoads =
        new LaterLoads(context, STREAM_READER, source, planner, run.tables(), this::begin);
  }

  @Override
  public void start() {
    if (!streaming) {
      if (resume != null) {
        context.callAsync(this::planStream, this::handOver);
      } else {
        planFirst();
      }
    }
    laterLoads.look(run.newTables());
  }

  private void planFirst() {
    context.callAsync(() -> planner.first(run.tables()), this::beginFirst);
  }

  private Stream planStream() throws SQLException {
    planner.requireSlotNotAhead(resume.position());
    return new Stream(resume.position(), Long.MIN_VALUE, planner.held(resume.shapes()));
  }

  private void beginFirst(@Nullable Plan planned, @Nullable Throwable failure) {
    if (failure != null) {
      throw fatal("The load could not begin", failure);
    }
    begin(planned);
  }

  private void begin(Plan planned) {
    load = new Load(planned, new LoadRanges(planned.ranges()), new LoadProgress(source, planned));
    LOG.info(
        "Source {}: loads {} tables in {} ranges at {}",
        source,
        planned.tables().size(),
        planned.ranges().size(),
        PostgresSql.lsn(planned.point()));
    context
        .registeredReaders()
        .keySet()
        .forEach(
            subtask -> context.sendEventToSourceReader(subtask, new LoadGoesOn(planned.point())));
    List.copyOf(waiting).forEach(this::assign);
  }

  private void handOver(@Nullable Stream next, @Nullable Throwable failure) {
    if (failure != null) {
      throw fatal("The stream could not begin", failure);
    }
    stream = next;
    assignStream();
  }

  private static RuntimeException fatal(String what, Throwable failure) {
    return failure instanceof LakeException known
        ? new NonRecoverableException(known)
        : new IllegalStateException(what + ": " + failure.getMessage(), failure);
  }

  private void assignStream() {
    if (stream != null && context.registeredReaders().containsKey(STREAM_READER)) {
      context.assignSplit(stream, STREAM_READER);
      streams(stream.names());
      stream = null;
    }
  }

  /** The stream is with its reader, and these tables are whole. */
  private void streams(Collection<String> whole) {
    streaming = true;
    waiting.remove(STREAM_READER);
    endLoad();
    laterLoads.streams(whole);
  }

  private void endLoad() {
    if (load != null) {
      LoadPlanner.close(load.plan());
      load = null;
    }
  }

  private void assign(int subtask) {
    if (streaming && subtask == STREAM_READER) {
      return;
    }
    boolean none = load == null || doubted;
    Optional<Range> range = none ? Optional.empty() : load.ranges().next();
    if (range.isEmpty()) {
      waiting.add(subtask);
    } else {
      waiting.remove(subtask);
      context.assignSplit(range.get(), subtask);
    }
  }

  @Override
  public void addReader(int subtask) {
    if (subtask == STREAM_READER) {
      assignStream();
    }
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    assign(subtask);
  }

  @Override
  public void handleSourceEvent(int subtask, SourceEvent event) {
    if (event instanceof Hello hello) {
      greet(subtask, hello);
    } else if (event instanceof RangeDone range) {
      boolean current = Long.valueOf(range.incarnation()).equals(incarnations.get(subtask));
      if (current && load != null) {
        load.ranges().done(Set.of(range.splitId()));
        tell(load, range.rows());
      }
    } else if (event instanceof RangeStale stale) {
      throw new IllegalStateException("The load begins again: " + stale.cause());
    } else if (event instanceof ChangesKept kept) {
      laterLoads.changesAreKept(kept.attempt());
    } else if (event instanceof TablesVoid tables) {
      endLoad();
      laterLoads.areVoid(tables.tables());
    }
  }

  private void tell(Load current, long rows) {
    current
        .progress()
        .advance(current.ranges().done(), rows)
        .ifPresent(
            notice ->
                context.callAsync(
                    () -> {
                      current.plan().holder().tell(notice);
                      return notice;
                    },
                    (told, failure) -> {
                      if (failure != null) {
                        LOG.debug("Source {}: the load's session is gone", source, failure);
                      }
                    }));
  }

  private void greet(int subtask, Hello hello) {
    incarnations.put(subtask, hello.incarnation());
    if (hello.loaded() != null) {
      streams(hello.loaded());
    } else if (load != null) {
      load.ranges().done(hello.done().splitIds());
      context.sendEventToSourceReader(subtask, new LoadGoesOn(load.point()));
    }
  }

  @Override
  public void addSplitsBack(List<PostgresSplit> splits, int subtask) {
    incarnations.remove(subtask);
    waiting.remove(subtask);
    if (streaming) {
      endLoad();
      laterLoads.streamIsLost();
    } else if (load != null) {
      load.ranges().startAgain();
      doubt();
    }
    for (PostgresSplit split : splits) {
      if (split instanceof Range range && load != null) {
        load.ranges().giveBack(range);
      } else if (split instanceof Stream back) {
        stream = back;
        streaming = false;
      }
    }
    List.copyOf(waiting).forEach(this::assign);
  }

  /** What ended a reader may have ended the snapshot too; the first load begins again then. */
  private void doubt() {
    if (doubted) {
      return;
    }
    doubted = true;
    Load current = load;
    context.callAsync(
        () -> current.plan().holder().isHeld(),
        (held, failure) -> {
          doubted = false;
          if (load != current) {
            return;
          }
          if (failure == null && held) {
            List.copyOf(waiting).forEach(this::assign);
          } else {
            LOG.info("Source {}: the snapshot is lost, the load begins again", source);
            endLoad();
            planFirst();
          }
        });
  }

  @Override
  public State snapshotState(long checkpointId) {
    if (load != null) {
      load.ranges().checkpoint(checkpointId);
    }
    return new State(streaming);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    if (load == null || !load.ranges().isWhole(checkpointId)) {
      return;
    }
    Plan whole = load.plan();
    endLoad();
    if (streaming) {
      laterLoads.whole(whole);
    } else {
      LOG.info("Source {}: the load is done, the stream begins", source);
      handOver(whole.stream(), null);
    }
  }

  @Override
  public void close() {
    endLoad();
  }
}
