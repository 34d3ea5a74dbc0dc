package lakehouse.ingest.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;

/** Values one after another in Parquet's encoding "plain". */
final class PlainBytes {
  private static final int SMALLEST = 1 << 10;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final boolean sameLength;
  private byte[] bytes = new byte[SMALLEST];
  private int size;

  /**
   * @param sameLength whether all values of bytes have the same length, which is then not told
   */
  PlainBytes(boolean sameLength) {
    this.sameLength = sameLength;
  }

  void add(int value) {
    room(Integer.BYTES);
    INT.set(bytes, size, value);
    size += Integer.BYTES;
  }

  void add(long value) {
    room(Long.BYTES);
    LONG.set(bytes, size, value);
    size += Long.BYTES;
  }

  void add(byte value) {
    room(1);
    bytes[size++] = value;
  }

  /** Gives the offset where the bytes stand. */
  int add(byte[] value, int offset, int length) {
    if (!sameLength) {
      add(length);
    }
    room(length);
    System.arraycopy(value, offset, bytes, size, length);
    int at = size;
    size += length;
    return at;
  }

  private void room(int length) {
    if (bytes.length - size < length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + length, 2 * bytes.length));
    }
  }

  byte[] array() {
    return bytes;
  }

  int size() {
    return size;
  }

  /** Empties it, and gives back what only an unusual page needed. */
  void clear(int usualSize) {
    size = 0;
    if (bytes.length > 4 * Math.max(usualSize, SMALLEST)) {
      bytes = new byte[SMALLEST];
    }
  }

  /** A view, to be read before the next change. */
  BytesInput view() {
    return BytesInput.from(bytes, 0, size);
  }
}
