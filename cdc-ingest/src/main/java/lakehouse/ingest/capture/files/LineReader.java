package lakehouse.ingest.capture.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Parts a stream of bytes into lines without ever holding more than one line of the length allowed:
 * of a longer one its begin is kept and the rest passed over. Not for use by many threads.
 */
final class LineReader implements Closeable {
  private static final int CHUNK = 1 << 16;

  private final InputStream in;
  private final int maxBytes;
  private final boolean quotes;

  private byte[] buffer = new byte[CHUNK];
  private int from;
  private int to;
  private long position;
  private boolean ended;
  private @Nullable IOException failure;

  private int lineLength;
  private long lineBytes;
  private boolean tooLong;
  private boolean cutOff;

  /**
   * @param maxBytes a longer line is told as too long
   * @param quotes whether a line's end within double quotes is none
   */
  LineReader(InputStream in, int maxBytes, boolean quotes) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.quotes = quotes;
  }

  /** Goes to the next line; false at the stream's end. */
  boolean next() throws IOException {
    position += lineBytes;
    from += tooLong ? 0 : (int) lineBytes;
    tooLong = false;
    cutOff = false;
    int scanned = from;
    boolean quoted = false;
    while (true) {
      for (; scanned < to; scanned++) {
        byte b = buffer[scanned];
        if (b == '\n' && !quoted) {
          return line(scanned - from, scanned - from + 1);
        } else if (quotes && b == '"') {
          quoted = !quoted;
        }
      }
      if (to - from > maxBytes) {
        passOver();
        return true;
      }
      int held = to - from;
      if (!fill()) {
        cutOff = failure != null;
        return held > 0 ? line(held, held) : ended(held);
      }
      scanned = from + held;
    }
  }

  private boolean ended(int held) {
    lineLength = held;
    lineBytes = held;
    return false;
  }

  private boolean line(int length, int withEnd) {
    lineBytes = withEnd;
    lineLength = length > 0 && buffer[from + length - 1] == '\r' ? length - 1 : length;
    tooLong = false;
    if (lineLength > maxBytes) {
      // it came whole with what was read ahead
      from += withEnd;
      tooLong = true;
    }
    return true;
  }

  /** To the next end of a line, whatever quotes say: a quote that is not closed ends there. */
  private void passOver() throws IOException {
    tooLong = true;
    long passed = 0;
    while (true) {
      for (int i = from; i < to; i++) {
        if (buffer[i] == '\n') {
          lineBytes = passed + i - from + 1;
          from = i + 1;
          return;
        }
      }
      passed += to - from;
      from = to;
      if (!fill()) {
        cutOff = failure != null;
        lineBytes = passed;
        return;
      }
    }
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
    }
    if (to == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    try {
      int read = in.read(buffer, to, buffer.length - to);
      if (read < 0) {
        ended = true;
        return false;
      }
      to += read;
      return true;
    } catch (java.io.EOFException | java.util.zip.ZipException e) {
      ended = true;
      failure = e;
      return false;
    }
  }

  /** Leaves the byte order mark of UTF-8 out of the line, if it begins with one. */
  void passMark() {
    if (!tooLong
        && lineLength >= 3
        && buffer[from] == (byte) 0xEF
        && buffer[from + 1] == (byte) 0xBB
        && buffer[from + 2] == (byte) 0xBF) {
      from += 3;
      lineLength -= 3;
      lineBytes -= 3;
      position += 3;
    }
  }

  byte[] bytes() {
    return buffer;
  }

  int offset() {
    return from;
  }

  int length() {
    return lineLength;
  }

  /** The byte at which the line begins. */
  long position() {
    return position;
  }

  /** Whether the line is longer than allowed; its bytes are gone then. */
  boolean tooLong() {
    return tooLong;
  }

  /** How many bytes the line has, its end included. */
  long lineBytes() {
    return lineBytes;
  }

  /** Whether the stream broke off within the line. */
  boolean cutOff() {
    return cutOff;
  }

  /** Why the stream broke off, or null. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
