package lakehouse.ingest.parquet;

import java.io.IOException;
import java.util.Arrays;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.iceberg.shaded.org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;

/**
 * The levels of a page's rows, or their numbers in a dictionary: kept as runs, written in the <a
 * href="https://parquet.apache.org/docs/file-format/data-pages/encodings/">hybrid of runs and
 * packed bits</a>.
 */
final class Runs {
  private int value;
  private int length;
  private int[] values = new int[8];
  private int[] lengths = new int[8];
  private int before;

  void add(int next) {
    if (next == value) {
      length++;
    } else {
      endRun();
      value = next;
      length = 1;
    }
  }

  private void endRun() {
    if (length == 0) {
      return;
    }
    if (before == values.length) {
      values = Arrays.copyOf(values, 2 * before);
      lengths = Arrays.copyOf(lengths, 2 * before);
    }
    values[before] = value;
    lengths[before++] = length;
  }

  /** Bytes held in memory. */
  int bytes() {
    return 2 * Integer.BYTES * values.length;
  }

  void clear() {
    before = 0;
    length = 0;
  }

  /** The numbers, each of which has at most that many bits; ends them. */
  BytesInput encode(int bits) throws IOException {
    if (before == 0) {
      return run(value, length, bits);
    }
    endRun();
    length = 0;
    RunLengthBitPackingHybridEncoder encoder =
        new RunLengthBitPackingHybridEncoder(bits, 1 << 10, 1 << 20, new HeapByteBufferAllocator());
    for (int i = 0; i < before; i++) {
      for (int left = lengths[i]; left > 0; left--) {
        encoder.writeInt(values[i]);
      }
    }
    return encoder.toBytes();
  }

  /** The same number so many times. */
  static BytesInput run(int value, int length, int bits) {
    byte[] number = new byte[(bits + 7) / 8];
    for (int i = 0; i < number.length; i++) {
      number[i] = (byte) (value >>> (8 * i));
    }
    return BytesInput.concat(BytesInput.fromUnsignedVarInt(length << 1), BytesInput.from(number));
  }

  /** As levels stand in a page: their length in bytes comes first. */
  static BytesInput afterItsLength(BytesInput levels) {
    return BytesInput.concat(BytesInput.fromInt((int) levels.size()), levels);
  }
}
