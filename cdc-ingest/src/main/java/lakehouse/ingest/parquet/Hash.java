package lakehouse.ingest.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Hashes for tables whose size is a power of two. */
final class Hash {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** 2^64 divided by the golden ratio, whose multiples are far apart in their upper bits. */
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Hash() {}

  static int of(long value) {
    return (int) ((value * GOLDEN) >>> 32);
  }

  static int of(byte[] bytes, int offset, int length) {
    long hash = length;
    int at = offset;
    int end = offset + length;
    for (; at + 8 <= end; at += 8) {
      hash = mixed(hash ^ (long) EIGHT_BYTES.get(bytes, at));
    }
    for (; at < end; at++) {
      hash = hash * 31 + bytes[at];
    }
    return of(mixed(hash));
  }

  private static long mixed(long hash) {
    long product = hash * GOLDEN;
    return product ^ (product >>> 32);
  }
}
