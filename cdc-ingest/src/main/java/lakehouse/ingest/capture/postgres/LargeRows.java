package lakehouse.ingest.capture.postgres;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import lakehouse.ingest.type.Wire;
import org.apache.flink.table.data.StringData;
import org.postgresql.replication.LogSequenceNumber;

/**
 * Leaves the largest values out of a row that is too large, as soon as it is read: what comes after
 * would hold it many times over. A column of such a row is null and says why, the others stay.
 */
final class LargeRows {
  /** How large a row may be. */
  static final int LIMIT = 32 << 20;

  /** In place of the length of a value that {@code COPY} had sent. */
  static final int LEFT_OUT = -3;

  /** In place of the kind of a value that the stream had sent. */
  static final byte LEFT_OUT_KIND = 'x';

  /** What stands in place of such a value's text; the same for all, so that equal rows stay so. */
  static final StringData REASON = StringData.fromString("left out: the row is larger than 32 MiB");

  private static final String CODE = "row-too-large";

  /** A value in a message. */
  private record Value(int header, int length) {}

  private LargeRows() {}

  /**
   * What the quarantine tells of a row of which values were left out: what is kept of it stands in
   * bronze, at the same place in the order. Empty for other rows, and for one that is gone.
   */
  static Optional<Rejected> rejected(TableSchema schema, Operation operation, WireRow row) {
    List<String> columns = row.leftOut();
    if (columns.isEmpty() || operation == Operation.DELETE) {
      return Optional.empty();
    }
    Rejected.Position position = row.position();
    return Optional.of(
        new Rejected(
            schema.qualifiedName(),
            new Rejected.Place(
                null,
                null,
                "%s %s, row %d"
                    .formatted(
                        operation == Operation.ROW ? "the load at" : "the transaction committed at",
                        LogSequenceNumber.valueOf(position.commitLsn()).asString(),
                        position.seq())),
            new Rejected.Reason(
                CODE,
                "The row is larger than 32 MiB: bronze has it without the values of %s."
                    .formatted(String.join(", ", columns))),
            null,
            position));
  }

  /** A row of {@code COPY}'s binary form, in a message of its own. */
  static byte[] copied(byte[] message, int offset) {
    List<Value> values = new ArrayList<>();
    int columns = Wire.int16(message, offset);
    int at = offset + 2;
    for (int i = 0; i < columns; i++) {
      int length = Wire.int32(message, at);
      if (length > 0) {
        values.add(new Value(at, length));
      }
      at += 4 + Math.max(length, 0);
    }
    return without(tooLarge(values), message, offset, false);
  }

  /**
   * A message of the stream.
   *
   * @param offset where the message's own bytes begin
   */
  static byte[] streamed(byte[] message, int offset) {
    byte kind = message[offset];
    if (kind != 'I' && kind != 'U' && kind != 'D') {
      return message;
    }
    List<Value> left = new ArrayList<>();
    for (int at = offset + 5; at < message.length; ) {
      List<Value> values = new ArrayList<>();
      at = tuple(message, at + 1, values);
      left.addAll(tooLarge(values));
    }
    return without(left, message, 0, true);
  }

  /** Finds the values of a tuple; gives the offset after it. */
  private static int tuple(byte[] message, int offset, List<Value> values) {
    int columns = Wire.int16(message, offset);
    int at = offset + 2;
    for (int i = 0; i < columns; i++) {
      if (message[at] == 'n' || message[at] == 'u') {
        at++;
      } else {
        int length = Wire.int32(message, at + 1);
        values.add(new Value(at, length));
        at += 5 + length;
      }
    }
    return at;
  }

  /** The largest ones, until the others are not too large. */
  private static List<Value> tooLarge(List<Value> values) {
    long bytes = values.stream().mapToLong(Value::length).sum();
    List<Value> left = new ArrayList<>();
    List<Value> largestFirst =
        values.stream().sorted(Comparator.comparingInt(Value::length).reversed()).toList();
    for (Value value : largestFirst) {
      if (bytes <= LIMIT) {
        break;
      }
      left.add(value);
      bytes -= value.length();
    }
    return left;
  }

  private static byte[] without(List<Value> left, byte[] message, int from, boolean streamed) {
    if (left.isEmpty() && from == 0) {
      return message;
    }
    int header = streamed ? 5 : 4;
    int mark = streamed ? 1 : 4;
    long gone = left.stream().mapToLong(value -> (long) header - mark + value.length()).sum();
    ByteBuffer kept = ByteBuffer.allocate((int) (message.length - from - gone));
    List<Value> inOrder = left.stream().sorted(Comparator.comparingInt(Value::header)).toList();
    int at = from;
    for (Value value : inOrder) {
      kept.put(message, at, value.header() - at);
      if (streamed) {
        kept.put(LEFT_OUT_KIND);
      } else {
        kept.putInt(LEFT_OUT);
      }
      at = value.header() + header + value.length();
    }
    return kept.put(message, at, message.length - at).array();
  }
}
