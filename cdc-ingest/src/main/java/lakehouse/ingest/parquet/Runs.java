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
  private int[] values = new int[8];
  private int[] lengths = new int[8];
  private int runs;

  void add(int value) {
    if (runs > 0 && values[runs - 1] == value) {
      lengths[runs - 1]++;
    } else {
      begin(value);
    }
  }

  private void begin(int value) {
    if (runs == values.length) {
      values = Arrays.copyOf(values, 2 * runs);
      lengths = Arrays.copyOf(lengths, 2 * runs);
    }
    values[runs] = value;
    lengths[runs++] = 1;
  }

  void clear() {
    runs = 0;
  }

  /** The numbers, each of which has at most that many bits. */
  BytesInput encode(int bits) throws IOException {
    if (runs <= 1) {
      return runs == 0 ? BytesInput.empty() : run(values[0], lengths[0], bits);
    }
    RunLengthBitPackingHybridEncoder encoder =
        new RunLengthBitPackingHybridEncoder(bits, 64, 1 << 20, new HeapByteBufferAllocator());
    for (int i = 0; i < runs; i++) {
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
