package lakehouse.ingest.capture.files;

import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.util.ExceptionUtils;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * A version of a file as it is stored, of which it shows why it cannot be read. That its store does
 * not give all of its bytes says nothing of the file, and is told by an exception of its own, so
 * that the reading is tried again; all other exceptions are those of who makes out the format.
 *
 * @param length of the version that is to be read, in bytes
 */
record StoredFile(InputFile file, long length) implements InputFile {
  /**
   * To be asked before an exception is taken for a fault of the file.
   *
   * @throws UnreadableException if the store did not give its bytes
   * @throws NotFoundException if it has no such file
   */
  static void requireReadable(Exception e) {
    requireNo(UnreadableException.class, e);
    requireNo(NotFoundException.class, e);
  }

  private static <E extends RuntimeException> void requireNo(Class<E> type, Throwable e) {
    Optional<E> found = ExceptionUtils.findThrowable(e, type);
    if (found.isPresent()) {
      throw found.get();
    }
  }

  @Override
  public long getLength() {
    return length;
  }

  @Override
  public SeekableInputStream newStream() {
    try {
      return new Bytes(file.newStream(), location(), length);
    } catch (NotFoundException e) {
      // that is said also of a file that may not be opened
      throw file.exists() ? new UnreadableException(location(), e) : e;
    } catch (RuntimeException e) {
      throw new UnreadableException(location(), e);
    }
  }

  @Override
  public String location() {
    return file.location();
  }

  @Override
  public boolean exists() {
    return file.exists();
  }

  /** The store did not give the bytes of a file, or a list of files. */
  static final class UnreadableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableException(String location, Exception cause) {
      super("%s cannot be read: %s".formatted(location, cause.getMessage()), cause);
    }
  }

  private static final class Bytes extends SeekableInputStream {
    private final SeekableInputStream in;
    private final String location;
    private final long length;

    Bytes(SeekableInputStream in, String location, long length) {
      this.in = in;
      this.location = location;
      this.length = length;
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    /** Not 0 before the end: by that an archive is told to have another member. */
    @Override
    public int available() throws IOException {
      return (int) Math.min(Integer.MAX_VALUE, Math.max(0, length - in.getPos()));
    }

    @Override
    public void seek(long position) throws IOException {
      if (position < 0 || position > length) {
        throw new EOFException("There is no byte %d of %d".formatted(position, length));
      }
      in.seek(position);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      long position = in.getPos();
      if (position >= length) {
        return -1; // stores know no such range
      }
      int read;
      try {
        read = in.read(bytes, offset, (int) Math.min(count, length - position));
      } catch (NotFoundException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw new UnreadableException(location, e);
      }
      if (read < 0) {
        throw new UnreadableException(
            location, new EOFException("it ends before byte %d of %d".formatted(position, length)));
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
