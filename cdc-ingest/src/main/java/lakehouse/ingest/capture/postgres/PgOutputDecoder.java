package lakehouse.ingest.capture.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.type.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the messages of the output plugin {@code pgoutput}, protocol version 1: whole committed
 * transactions in commit order. Rows lie over the messages, which must not change afterwards. Not
 * for use by many threads.
 *
 * <p>An update of a key is a delete of the old row and an insert of the new one, which names the
 * old key; an update in a table without key is a delete and an insert too.
 */
final class PgOutputDecoder {
  /** Microseconds from 1970 to 2000, where PostgreSQL's time begins. */
  private static final long EPOCH_MICROS = 946_684_800_000_000L;

  /** What is told of the stream, in its order. */
  interface Receiver {
    /**
     * A row of the change log, or a truncate without values. The row is used again once this
     * returns.
     */
    void change(RowLayout layout, Operation operation, WireRow row);

    /**
     * A transaction has ended; all of its changes were told.
     *
     * @param endLsn where the log goes on after the transaction
     * @param committedAt in microseconds since 1970
     */
    void committed(long endLsn, long committedAt);

    /**
     * An application's message, in its place among the changes.
     *
     * @param prefix whose it is
     * @param content what it says
     */
    void message(String prefix, String content) throws SQLException;
  }

  private final RelationCache relations;
  private final int epoch;
  private final Receiver receiver;

  /** A table's row, and the one that it was before an update. */
  private record Rows(RowLayout layout, WireRow now, WireRow former) {}

  private final Map<Integer, Rows> rows = new HashMap<>();

  private boolean inTransaction;
  private long commitLsn;
  private long committedAt;
  private long transaction;
  private long seq;

  PgOutputDecoder(RelationCache relations, int epoch, Receiver receiver) {
    this.relations = relations;
    this.epoch = epoch;
    this.receiver = receiver;
  }

  /** Whether the last message left a transaction open. */
  boolean inTransaction() {
    return inTransaction;
  }

  /**
   * Decodes one message.
   *
   * @param bytes holds the message
   * @param offset where it begins
   * @param lsn the log position that came with it
   * @param capturedAt in microseconds since 1970
   */
  void decode(byte[] bytes, int offset, long lsn, long capturedAt) throws SQLException {
    switch (bytes[offset]) {
      case 'B' -> begin(bytes, offset + 1);
      case 'C' -> commit(bytes, offset + 1);
      case 'R' -> relations.define(bytes, offset + 1);
      case 'I' -> row(Operation.INSERT, bytes, offset + 1, lsn, capturedAt);
      case 'U' -> update(bytes, offset + 1, lsn, capturedAt);
      case 'D' -> row(Operation.DELETE, bytes, offset + 1, lsn, capturedAt);
      case 'T' -> truncate(bytes, offset + 1, lsn, capturedAt);
      case 'M' -> message(bytes, offset + 1);
      case 'Y', 'O' -> {
        // names of types and origins: nothing of theirs is kept
      }
      default ->
          throw new IllegalStateException(
              "pgoutput sent a message of unknown kind %d".formatted(bytes[offset]));
    }
  }

  private void begin(byte[] bytes, int at) {
    commitLsn = Wire.int64(bytes, at);
    committedAt = Wire.int64(bytes, at + 8) + EPOCH_MICROS;
    transaction = Integer.toUnsignedLong(Wire.int32(bytes, at + 16));
    seq = 0;
    inTransaction = true;
  }

  private void commit(byte[] bytes, int at) {
    long endLsn = Wire.int64(bytes, at + 9);
    inTransaction = false;
    receiver.committed(endLsn, committedAt);
  }

  private void message(byte[] bytes, int at) throws SQLException {
    int prefix = at + 9; // flags and position come before it
    int end = prefix;
    while (bytes[end] != 0) {
      end++;
    }
    int length = Wire.int32(bytes, end + 1);
    receiver.message(
        new String(bytes, prefix, end - prefix, StandardCharsets.UTF_8),
        new String(bytes, end + 5, length, StandardCharsets.UTF_8));
  }

  /** An insert or a delete, which come with one row. */
  private void row(Operation operation, byte[] bytes, int at, long lsn, long capturedAt)
      throws SQLException {
    Rows rows = rows(bytes, at);
    if (rows != null) {
      rows.now().overTuple(bytes, at + 5);
      tell(operation, rows.layout(), rows.now(), lsn, capturedAt);
    }
  }

  private void update(byte[] bytes, int at, long lsn, long capturedAt) throws SQLException {
    Rows rows = rows(bytes, at);
    if (rows == null) {
      return;
    }
    RowLayout layout = rows.layout();
    WireRow after = rows.now();
    byte kind = bytes[at + 4];
    if (kind == 'N') {
      after.overTuple(bytes, at + 5);
      tell(Operation.UPDATE, layout, after, lsn, capturedAt);
      return;
    }
    WireRow before = rows.former();
    int next = before.overTuple(bytes, at + 5);
    after.overTuple(bytes, next + 1);
    if (kind == 'O') {
      after.fillUnchangedFrom(before);
    } else {
      after.fillUnchangedKeyFrom(before);
    }
    if (!layout.schema().key().isEmpty()) {
      if (after.sameKey(before)) {
        tell(Operation.UPDATE, layout, after, lsn, capturedAt);
        return;
      }
      after.oldKey(before.key());
    }
    tell(Operation.DELETE, layout, before, lsn, capturedAt);
    tell(Operation.INSERT, layout, after, lsn, capturedAt);
  }

  private void truncate(byte[] bytes, int at, long lsn, long capturedAt) throws SQLException {
    int count = Wire.int32(bytes, at);
    for (int i = 0; i < count; i++) {
      Rows rows = rows(bytes, at + 5 + 4 * i);
      if (rows != null) {
        RowLayout layout = rows.layout();
        tell(Operation.TRUNCATE, layout, new WireRow(layout), lsn, capturedAt);
      }
    }
  }

  /** The rows of the table whose oid stands there; null if they are not kept. */
  private @Nullable Rows rows(byte[] bytes, int at) throws SQLException {
    int oid = Wire.int32(bytes, at);
    RowLayout layout = relations.kept(oid, commitLsn);
    if (layout == null) {
      return null;
    }
    Rows known = rows.get(oid);
    if (known == null || known.layout() != layout) {
      known = new Rows(layout, new WireRow(layout), new WireRow(layout));
      rows.put(oid, known);
    }
    return known;
  }

  private void tell(Operation operation, RowLayout layout, WireRow row, long lsn, long capturedAt) {
    row.at(operation, epoch, commitLsn, seq++);
    row.seen(lsn, committedAt, capturedAt);
    row.transaction(transaction);
    row.listUnchanged();
    receiver.change(layout, operation, row);
  }
}
