package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.ChangeEvent.Change;
import lakehouse.ingest.event.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of a load and hands their rows out. The socket is read on a thread of its own, a few
 * batches ahead, while this one decodes and writes. Not for use by many threads.
 */
final class RangeLoader implements AutoCloseable {
  private static final int BATCH_ROWS = 1_024;
  private static final int BATCH_BYTES = 256 << 10;
  private static final int BATCHES_AHEAD = 8;
  private static final int ORDINAL_BITS = 40;

  /** A range is not what the plan says; the load has to begin again. */
  static final class StaleRangeException extends Exception {
    private static final long serialVersionUID = 1L;

    StaleRangeException(String message) {
      super(message);
    }
  }

  /** Rows as they came; the last batch of a range, or the failure, ends it. */
  private record Batch(
      List<byte[]> messages, int firstOffset, boolean last, @Nullable Throwable failure) {}

  private final PostgresSessions sessions;
  private final int epoch;
  private final ColumnMasks masks;
  private final Map<SourceTable, RowLayout> layouts = new HashMap<>();
  private @Nullable Connection session;

  RangeLoader(PostgresSessions sessions, int epoch, ColumnMasks masks) {
    this.sessions = sessions;
    this.epoch = epoch;
    this.masks = masks;
  }

  /**
   * Hands out all rows of a range, after the table's load marker if it is the first; says how many.
   */
  long load(Range split, Consumer<ChangeEvent> output)
      throws SQLException, InterruptedException, StaleRangeException {
    Connection connection = enter(split.snapshot());
    SourceTable table = split.table();
    RowLayout layout = layouts.computeIfAbsent(table, any -> RowLayout.of(table, Form.LOAD, masks));
    WireRow row = new WireRow(layout);
    if (split.range().ordinal() == 0) {
      row.at(Operation.LOAD, epoch, lastCommitInside(split), 0);
      row.seen(split.point(), split.startedAt(), System.currentTimeMillis() * 1_000);
      output.accept(new Change(layout.schema(), Operation.LOAD, row));
      row = new WireRow(layout);
    }
    long rows = copy(connection, split, layout, row, output);
    requireUnchanged(connection, split);
    connection.rollback(); // lets go of the table's lock
    return rows;
  }

  /** The last log position whose commit the snapshot may show: records begin at even ones. */
  private static long lastCommitInside(Range split) {
    return split.point() - 1;
  }

  private long copy(
      Connection connection,
      Range split,
      RowLayout layout,
      WireRow row,
      Consumer<ChangeEvent> output)
      throws SQLException, InterruptedException {
    TableRange range = split.range();
    String statement = split.table().copy(range.leaf(), range.from(), range.end());
    CopyWatch watch = new CopyWatch(sessions, connection);
    PostgresSessions.waitForEver(connection);
    BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(BATCHES_AHEAD);
    Thread reading = new Thread(() -> read(connection, statement, batches), "copy-reader");
    reading.setDaemon(true);
    reading.start();
    try {
      // One row and one event for the whole range: the writer is done with a row when it returns.
      Change change = new Change(layout.schema(), Operation.ROW, row);
      long first = ((long) range.ordinal() << ORDINAL_BITS) + 1;
      long seq = first;
      while (true) {
        Batch batch = watch.next(batches);
        long now = System.currentTimeMillis() * 1_000;
        int offset = batch.firstOffset();
        for (byte[] message : batch.messages()) {
          if (row.overCopy(message, offset) != message.length) {
            throw new IllegalStateException("COPY sent a row that does not end with its message");
          }
          row.at(Operation.ROW, epoch, lastCommitInside(split), seq++);
          row.seen(split.point(), split.startedAt(), now);
          output.accept(change);
          LargeRows.rejected(layout.schema(), Operation.ROW, row).ifPresent(output);
          offset = 0;
        }
        if (batch.failure() != null) {
          throw new SQLException(batch.failure().getMessage(), batch.failure());
        }
        if (batch.last()) {
          PostgresSessions.waitForAnswers(connection);
          return seq - first;
        }
      }
    } catch (SQLException e) {
      reading.interrupt();
      close();
      throw new SQLException(
          "The load of %s broke: %s".formatted(split.table().qualifiedName(), e.getMessage()), e);
    } catch (RuntimeException | InterruptedException e) {
      reading.interrupt();
      close();
      throw e;
    }
  }

  private static void read(Connection connection, String statement, BlockingQueue<Batch> batches) {
    try (CopyReader copy = new CopyReader(connection, statement)) {
      List<byte[]> messages = new ArrayList<>(BATCH_ROWS);
      int bytes = 0;
      int firstOffset = 0;
      for (byte[] message = copy.next(); message != null; message = copy.next()) {
        if (messages.isEmpty()) {
          firstOffset = copy.offset();
        }
        messages.add(message);
        bytes += message.length;
        if (messages.size() == BATCH_ROWS || bytes >= BATCH_BYTES) {
          batches.put(new Batch(messages, firstOffset, false, null));
          messages = new ArrayList<>(BATCH_ROWS);
          bytes = 0;
        }
      }
      batches.put(new Batch(messages, firstOffset, true, null));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the loader gave up
    } catch (SQLException | RuntimeException e) {
      try {
        batches.put(new Batch(List.of(), 0, true, e));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * A rewrite that was committed after the snapshot shows it no rows at all. The transaction holds
   * a lock on the table since its {@code COPY}, so what holds now held then.
   */
  private void requireUnchanged(Connection connection, Range split)
      throws SQLException, StaleRangeException {
    SourceTable.Leaf leaf = split.range().leaf();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT pg_catalog.pg_relation_filenode(%d::oid)::bigint, to_regclass(%s)::oid::bigint"
                    .formatted(
                        Integer.toUnsignedLong(leaf.oid()),
                        PostgresSql.literal(PostgresSql.table(leaf.schema(), leaf.name()))))) {
      result.next();
      if (result.getLong(1) != leaf.fileNode() || (int) result.getLong(2) != leaf.oid()) {
        throw new StaleRangeException(
            "table %s was rewritten, truncated, or made anew while it was loaded"
                .formatted(split.table().qualifiedName()));
      }
    }
  }

  private Connection enter(String snapshot) throws SQLException {
    if (session == null) {
      session = sessions.openForCopy();
    }
    SnapshotHolder.enter(session, snapshot);
    return session;
  }

  /** Ends the session with the source; the next range opens another. */
  @Override
  public void close() {
    if (session != null) {
      PostgresSessions.cutOff(session);
      session = null;
    }
  }
}
