package lakehouse.ingest.bronze;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A digest of a set of files that does not depend on their order: the halves of each file's SHA-256
 * are folded to 128 bits and added, never XORed, so a file that stands twice shows. Anyone can
 * compute it again from the files.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
record ContentDigest(long high, long low) implements Serializable {
  static final ContentDigest EMPTY = new ContentDigest(0, 0);

  /** Of one file. */
  static ContentDigest of(byte[] sha256) {
    ByteBuffer words = ByteBuffer.wrap(sha256);
    return new ContentDigest(words.getLong(), words.getLong())
        .plus(new ContentDigest(words.getLong(), words.getLong()));
  }

  ContentDigest plus(ContentDigest other) {
    long sum = low + other.low;
    long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    return new ContentDigest(high + other.high + carry, sum);
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
