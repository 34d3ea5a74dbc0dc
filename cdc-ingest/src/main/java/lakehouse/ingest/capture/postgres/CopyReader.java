package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import lakehouse.ingest.type.Wire;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads the rows of one {@code COPY … (FORMAT binary)} as the server sends them, one message each.
 * What is not read stays in the socket, and the server waits. Not for use by many threads.
 */
final class CopyReader implements AutoCloseable {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };

  private final CopyOut copy;
  private boolean first = true;
  private int offset;

  CopyReader(Connection connection, String statement) throws SQLException {
    this.copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(statement);
  }

  /**
   * The message of the next row, never touched again by the reader; null after the last. The row
   * begins at {@link #offset()}.
   */
  byte @Nullable [] next() throws SQLException {
    byte[] message = copy.readFromCopy();
    if (message == null) {
      return null;
    }
    offset = 0;
    if (first) {
      first = false;
      offset = header(message);
    }
    if (Wire.int16(message, offset) == -1) {
      return end();
    }
    if (message.length - offset > LargeRows.LIMIT) {
      message = LargeRows.copied(message, offset);
      offset = 0;
    }
    return message;
  }

  /** Where in its message the row begins that was read last: the first follows a header. */
  int offset() {
    return offset;
  }

  private byte @Nullable [] end() throws SQLException {
    if (copy.readFromCopy() != null) {
      throw new IllegalStateException("COPY went on after its end");
    }
    return null;
  }

  private static int header(byte[] message) {
    if (!java.util.Arrays.equals(message, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      throw new IllegalStateException("COPY did not begin with its signature");
    }
    return SIGNATURE.length + 8 + Wire.int32(message, SIGNATURE.length + 4);
  }

  /** Stops the copy if it still runs; the connection can be used again. */
  @Override
  public void close() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }
}
