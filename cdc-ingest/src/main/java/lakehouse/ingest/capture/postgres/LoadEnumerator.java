package lakehouse.ingest.capture.postgres;

import java.io.IOException;
import java.io.Serializable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.capture.postgres.LoadEvents.ChangesKept;
import lakehouse.ingest.capture.postgres.LoadEvents.Hello;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadAnnounced;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadGoesOn;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadPlanned;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadWhole;
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
 * and, once a checkpoint holds every range, the stream to the first reader. From then on it loads
 * what is to be captured and is not whole — a table that came later, or is to be loaded anew —
 * through the other readers while the stream goes on.
 *
 * <p>A range counts when a checkpoint that began after it was handed out is complete; after a
 * failure the count is what the restored readers say they hold. The snapshot lives in this process
 * only: restored in the midst of the first load, the enumerator begins it again with a new pair. A
 * later load begins again after any failure.
 *
 * <p>A later load is announced to the stream's reader first, and its pair taken when that answers:
 * so no change at or after its point is missed.
 */
final class LoadEnumerator implements SplitEnumerator<PostgresSplit, LoadEnumerator.State> {
  private static final Logger LOG = LoggerFactory.getLogger(LoadEnumerator.class);
  private static final int STREAM_READER = 0;
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(10);

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

  private final Map<String, CapturedTable> wanted = new TreeMap<>();
  private final Deque<Range> open = new ArrayDeque<>();
  private final Set<Integer> waiting = new HashSet<>();
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private final Set<String> due = new HashSet<>();
  private final Set<String> done = new HashSet<>();
  private final TreeMap<Long, Set<String>> doneAtCheckpoint = new TreeMap<>();
  private @Nullable Plan plan;
  private @Nullable LoadProgress progress;
  private @Nullable Stream stream;
  private boolean streaming;

  /** What the stream's reader holds whole; null while it is not known. */
  private @Nullable Set<String> loaded;

  /** What the next load is of; empty if none was announced. */
  private List<CapturedTable> announced = List.of();

  /** Tells a load that was announced from those given up before it. */
  private long attempt;

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
    run.tables().forEach(table -> wanted.put(table.qualifiedName(), table));
  }

  @Override
  public void start() {
    if (!streaming) {
      if (resume != null) {
        context.callAsync(this::planStream, this::handOver);
      } else {
        context.callAsync(() -> planner.first(run.tables()), this::beginFirst);
      }
    }
    context.callAsync(
        run.newTables()::find, this::found, LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis());
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
    plan = planned;
    progress = new LoadProgress(source, planned.ranges());
    open.addAll(planned.ranges());
    planned.ranges().forEach(range -> due.add(range.splitId()));
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
    loaded = new TreeSet<>(whole);
    announceMissing();
  }

  private void found(@Nullable List<CapturedTable> tables, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.warn("Source {}: could not look for new tables; tries again", source, failure);
      return;
    }
    for (CapturedTable table : tables) {
      if (wanted.putIfAbsent(table.qualifiedName(), table) == null) {
        LOG.info("Source {}: table {} is new", source, table.qualifiedName());
      }
    }
    announceMissing();
  }

  /** Begins the load of what is not whole, unless one goes on. */
  private void announceMissing() {
    if (loaded == null || plan != null || !announced.isEmpty()) {
      return;
    }
    announced =
        wanted.values().stream().filter(table -> !loaded.contains(table.qualifiedName())).toList();
    if (announced.isEmpty()) {
      return;
    }
    long own = ++attempt;
    context.callAsync(
        () -> planner.read(announced),
        (tables, failure) -> {
          if (own != attempt) {
            return;
          }
          if (failure != null) {
            giveUp(failure);
          } else if (tables.isEmpty()) {
            announced = List.of(); // they were dropped
          } else {
            context.sendEventToSourceReader(STREAM_READER, new LoadAnnounced(own, tables));
          }
        });
  }

  /** The stream's reader keeps the changes of the announced tables: the pair can be taken. */
  private void planLater(long own) {
    context.callAsync(
        () -> planner.later(announced),
        (planned, failure) -> {
          if (own != attempt) {
            close(planned);
          } else if (failure != null) {
            giveUp(failure);
          } else {
            announced = List.of();
            context.sendEventToSourceReader(
                STREAM_READER, new LoadPlanned(planned.point(), planned.tables()));
            begin(planned);
          }
        });
  }

  // The tables that stream are not to suffer from one that can't be loaded.
  private void giveUp(Throwable failure) {
    LOG.warn(
        "Source {}: the load of {} could not begin; it is tried again in {} s. {}",
        source,
        announced.stream().map(CapturedTable::qualifiedName).toList(),
        LOOK_INTERVAL.toSeconds(),
        failure.getMessage());
    abandon();
  }

  /** Ends a later load, which begins again when it is looked for next. */
  private void abandon() {
    attempt++;
    announced = List.of();
    open.clear();
    due.clear();
    done.clear();
    doneAtCheckpoint.clear();
    close(plan);
    plan = null;
  }

  private void assign(int subtask) {
    if (streaming && subtask == STREAM_READER) {
      return;
    }
    Range range = open.poll();
    if (range == null) {
      waiting.add(subtask);
    } else {
      waiting.remove(subtask);
      context.assignSplit(range, subtask);
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
      if (current && due.contains(range.splitId())) { // else it is of a load that was given up
        done.add(range.splitId());
        progress.done(done);
      }
    } else if (event instanceof RangeStale stale) {
      throw new IllegalStateException("The load begins again: " + stale.cause());
    } else if (event instanceof ChangesKept kept) {
      if (kept.attempt() == attempt) {
        planLater(attempt);
      }
    } else if (event instanceof TablesVoid tables) {
      if (loaded != null) {
        loaded.removeAll(tables.tables());
        abandon(); // a load that goes on may be of them
        announceMissing();
      }
    }
  }

  private void greet(int subtask, Hello hello) {
    incarnations.put(subtask, hello.incarnation());
    if (hello.loaded() != null) {
      abandon();
      streams(hello.loaded());
    } else if (plan != null) {
      if (hello.done().point() == plan.point()) {
        done.addAll(hello.done().splitIds());
      }
      context.sendEventToSourceReader(subtask, new LoadGoesOn(plan.point()));
    }
  }

  @Override
  public void addSplitsBack(List<PostgresSplit> splits, int subtask) {
    incarnations.remove(subtask);
    waiting.remove(subtask);
    if (streaming) {
      abandon();
      loaded = null;
    } else {
      done.clear(); // every reader starts again, and says what its checkpoint holds
      doneAtCheckpoint.clear();
    }
    for (PostgresSplit split : splits) {
      if (split instanceof Range range) {
        if (plan != null && range.point() == plan.point()) {
          open.addFirst(range);
        }
      } else if (split instanceof Stream back) {
        stream = back;
        streaming = false;
      }
    }
    List.copyOf(waiting).forEach(this::assign);
  }

  @Override
  public State snapshotState(long checkpointId) {
    if (plan != null) {
      doneAtCheckpoint.put(checkpointId, Set.copyOf(done));
    }
    return new State(streaming);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    Set<String> held = doneAtCheckpoint.get(checkpointId);
    if (plan == null || held == null) {
      return;
    }
    doneAtCheckpoint.headMap(checkpointId, true).clear();
    if (!held.containsAll(due)) {
      return;
    }
    Plan whole = plan;
    plan = null;
    due.clear();
    done.clear();
    doneAtCheckpoint.clear();
    whole.close();
    if (streaming) {
      endLater(whole);
    } else {
      LOG.info("Source {}: the load is done, the stream begins", source);
      handOver(whole.stream(), null);
    }
  }

  private void endLater(Plan whole) {
    Set<String> names =
        whole.tables().stream().map(SourceTable::qualifiedName).collect(Collectors.toSet());
    LOG.info("Source {}: the load of {} is done", source, names);
    context.sendEventToSourceReader(STREAM_READER, new LoadWhole(whole.point()));
    loaded.addAll(names);
    context.callAsync(
        () -> {
          planner.moveLog();
          return names;
        },
        (moved, failure) -> {
          if (failure != null) {
            LOG.warn("Source {}: the tables show with the next change of any", source, failure);
          }
        });
    announceMissing();
  }

  private static void close(@Nullable Plan plan) {
    if (plan != null) {
      try {
        plan.close();
      } catch (SQLException e) {
        LOG.debug("The snapshot's session was gone already", e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    close(plan);
  }
}
