package lakehouse.ingest.type;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads the network byte order numbers of PostgreSQL's protocol out of a byte array. */
public final class Wire {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Wire() {}

  /** The signed 16-bit number at the offset. */
  public static short int16(byte[] wire, int offset) {
    return (short) SHORT.get(wire, offset);
  }

  /** The signed 32-bit number at the offset. */
  public static int int32(byte[] wire, int offset) {
    return (int) INT.get(wire, offset);
  }

  /** The signed 64-bit number at the offset. */
  public static long int64(byte[] wire, int offset) {
    return (long) LONG.get(wire, offset);
  }

  /** The text of a range of bytes. */
  public static String utf8(byte[] wire, int offset, int length) {
    return new String(wire, offset, length, StandardCharsets.UTF_8);
  }
}
