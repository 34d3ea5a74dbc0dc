package lakehouse.load.reconcile;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/** Collects the canonical text of a row or a key, as UTF-8. Made once and used for many rows. */
final class CanonicalBytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[256];
  private int length;

  void clear() {
    length = 0;
  }

  void ascii(char character) {
    reserve(1);
    bytes[length++] = (byte) character;
  }

  @SuppressWarnings("deprecation") // takes the low byte of each character: right for ASCII
  void ascii(String text) {
    reserve(text.length());
    text.getBytes(0, text.length(), bytes, length);
    length += text.length();
  }

  void bytes(byte[] utf8) {
    reserve(utf8.length);
    System.arraycopy(utf8, 0, bytes, length, utf8.length);
    length += utf8.length;
  }

  void hex(long value) {
    hex(value, 60);
  }

  void hex(int value) {
    hex(value, 28);
  }

  private void hex(long value, int highest) {
    reserve(16);
    for (int shift = highest; shift >= 0; shift -= 4) {
      bytes[length++] = HEX[(int) (value >>> shift) & 0xf];
    }
  }

  /** Puts the digest of what was collected into {@code digest}. */
  void digest(MessageDigest algorithm, byte[] digest) {
    try {
      algorithm.update(bytes, 0, length);
      algorithm.digest(digest, 0, digest.length);
    } catch (DigestException e) {
      throw new IllegalArgumentException("The digest does not fit into its array", e);
    }
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
