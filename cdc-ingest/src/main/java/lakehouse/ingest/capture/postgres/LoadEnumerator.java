package lakehouse.ingest.capture.postgres;

import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.capture.postgres.LoadEvents.Hello;
import lakehouse.ingest.capture.postgres.LoadEvents.LoadGoesOn;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeDone;
import lakehouse.ingest.capture.postgres.LoadEvents.RangeStale;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import lakehouse.ingest.capture.postgres.PostgresSplit.Stream;
import lakehouse.ingest.capture.postgres.SnapshotHolder.Slot;
import lakehouse.ingest.state.NonRecoverableException;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans a capture: takes the snapshot pair, hands ranges of the load to readers that ask for them,
 * and, once a checkpoint holds every range, the stream to the first reader.
 *
 * <p>A range counts when a checkpoint that began after it was handed out is complete; after a
 * failure the count is what the restored readers say they hold. The snapshot lives in this process
 * only: restored in the midst of a load, the enumerator begins it again with a new pair.
 */
final class LoadEnumerator implements SplitEnumerator<PostgresSplit, LoadEnumerator.State> {
  private static final Logger LOG = LoggerFactory.getLogger(LoadEnumerator.class);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long RANGE_BYTES = 64L << 20;
  private static final int STREAM_READER = 0;

  /**
   * What is kept in a checkpoint.
   *
   * @param streaming whether the load is done and the stream is with its reader
   */
  record State(boolean streaming) implements Serializable {}

  /** A load as it was planned. */
  private record Plan(SnapshotHolder holder, List<Range> ranges, Stream stream) {}

  private final SplitEnumeratorContext<PostgresSplit> context;
  private final PostgresSessions sessions;
  private final List<CapturedTable> tables;
  private final @Nullable Long resumeAt;

  private final Deque<Range> open = new ArrayDeque<>();
  private final Set<Integer> waiting = new HashSet<>();
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private final Set<String> done = new HashSet<>();
  private final TreeMap<Long, Set<String>> doneAtCheckpoint = new TreeMap<>();
  private @Nullable Plan plan;
  private @Nullable Stream stream;
  private boolean streaming;

  /**
   * @param resumeAt the catalog's position, at which the stream goes on; null for a load
   * @param restored what a checkpoint held, or null for a start without one
   */
  LoadEnumerator(
      SplitEnumeratorContext<PostgresSplit> context,
      PostgresSessions sessions,
      List<CapturedTable> tables,
      @Nullable Long resumeAt,
      @Nullable State restored) {
    this.context = context;
    this.sessions = sessions;
    this.tables = tables;
    this.resumeAt = resumeAt;
    this.streaming = restored != null && restored.streaming();
  }

  @Override
  public void start() {
    if (streaming) {
      return;
    }
    if (resumeAt != null) {
      context.callAsync(this::planStream, this::handOver);
    } else {
      context.callAsync(this::planLoad, this::beginLoad);
    }
  }

  private Stream planStream() throws SQLException {
    try (Connection connection = sessions.open()) {
      requireSlotNotAhead(connection);
      return new Stream(resumeAt, Long.MIN_VALUE, read(connection));
    }
  }

  // PostgreSQL forwards a lower start to the slot's position without a word.
  private void requireSlotNotAhead(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                """
                SELECT confirmed_flush_lsn
                FROM pg_catalog.pg_replication_slots
                WHERE slot_name = %s"""
                    .formatted(PostgresSql.literal(sessions.source().slot())))) {
      if (result.next() && PostgresSql.lsn(result.getString(1)) > resumeAt) {
        throw new LakeException(
            ExitCode.CONFLICT,
            """
            The slot %s of source %s stands at %s, ahead of the catalog's position %s: the branch \
            was set back, or another program has read from the slot.
            What lies between is no longer sent. Load anew with `lake ingest --reload %s`."""
                .formatted(
                    sessions.source().slot(),
                    sessions.source().name(),
                    result.getString(1),
                    PostgresSql.lsn(resumeAt),
                    sessions.source().name()));
      }
    }
  }

  private Plan planLoad() throws SQLException {
    dropSlot();
    SnapshotHolder holder = SnapshotHolder.take(sessions, Slot.PERMANENT, PATIENCE);
    try {
      List<SourceTable> read = read(holder.session());
      long now = System.currentTimeMillis() * 1_000;
      List<Range> ranges = new ArrayList<>();
      for (SourceTable table : read) {
        for (TableRange range : TableRange.cut(table, RANGE_BYTES)) {
          ranges.add(new Range(table, range, holder.snapshot(), holder.point(), now));
        }
      }
      // the large ones first, so that no reader is left alone with one at the end
      ranges.sort(
          Comparator.comparingLong((Range range) -> range.range().leaf().bytes()).reversed());
      return new Plan(holder, ranges, new Stream(holder.point(), now, read));
    } catch (SQLException | RuntimeException e) {
      holder.close();
      throw e;
    }
  }

  /** A slot of our name without a position in the catalog is what a load left that died. */
  private void dropSlot() throws SQLException {
    try (Connection connection = sessions.open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          SELECT pg_catalog.pg_drop_replication_slot(slot_name)
          FROM pg_catalog.pg_replication_slots
          WHERE slot_name = %s"""
              .formatted(PostgresSql.literal(sessions.source().slot())));
    }
  }

  private List<SourceTable> read(Connection connection) throws SQLException {
    SourceTables reader =
        new SourceTables(connection, sessions.source().publication(), TypeCatalog.read(connection));
    List<SourceTable> read = new ArrayList<>();
    for (CapturedTable table : tables) {
      read.add(
          reader
              .read(table.schema(), table.table())
              .orElseThrow(
                  () ->
                      new SQLException(
                          "Table %s is gone since the start".formatted(table.qualifiedName()))));
    }
    return read;
  }

  private void beginLoad(@Nullable Plan planned, @Nullable Throwable failure) {
    if (failure != null) {
      throw fatal("The load could not begin", failure);
    }
    plan = planned;
    open.addAll(planned.ranges());
    LOG.info(
        "Source {}: loads {} tables in {} ranges at {}",
        sessions.source().name(),
        tables.size(),
        planned.ranges().size(),
        PostgresSql.lsn(planned.holder().point()));
    context
        .registeredReaders()
        .keySet()
        .forEach(
            subtask ->
                context.sendEventToSourceReader(subtask, new LoadGoesOn(planned.holder().point())));
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
      stream = null;
      streaming = true;
    }
  }

  private void assign(int subtask) {
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
      incarnations.put(subtask, hello.incarnation());
      if (plan != null) {
        if (hello.done().point() == plan.holder().point()) {
          done.addAll(hello.done().splitIds());
        }
        context.sendEventToSourceReader(subtask, new LoadGoesOn(plan.holder().point()));
      }
    } else if (event instanceof RangeDone range) {
      if (Long.valueOf(range.incarnation()).equals(incarnations.get(subtask))) {
        done.add(range.splitId());
      }
    } else if (event instanceof RangeStale stale) {
      throw new IllegalStateException("The load begins again: " + stale.cause());
    }
  }

  @Override
  public void addSplitsBack(List<PostgresSplit> splits, int subtask) {
    incarnations.remove(subtask);
    waiting.remove(subtask);
    done.clear(); // every reader starts again, and says what its checkpoint holds
    doneAtCheckpoint.clear();
    for (PostgresSplit split : splits) {
      if (split instanceof Range range) {
        open.addFirst(range);
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
    if (held.size() == plan.ranges().size()) {
      Stream next = plan.stream();
      LOG.info("Source {}: the load is done, the stream begins", sessions.source().name());
      plan.holder().close();
      plan = null;
      doneAtCheckpoint.clear();
      handOver(next, null);
    }
  }

  @Override
  public void close() throws IOException {
    if (plan != null) {
      try {
        plan.holder().close();
      } catch (SQLException e) {
        throw new IOException(e);
      }
    }
  }
}
