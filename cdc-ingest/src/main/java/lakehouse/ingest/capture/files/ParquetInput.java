package lakehouse.ingest.capture.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.shaded.org.apache.parquet.io.DelegatingSeekableInputStream;

/** A file of any of Flink's file systems, as Iceberg and Parquet read it. */
record ParquetInput(FileSystem files, Path path, long length) implements InputFile {
  @Override
  public long getLength() {
    return length;
  }

  @Override
  public SeekableInputStream newStream() {
    try {
      return new Stream(files.open(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String location() {
    return path.toString();
  }

  @Override
  public boolean exists() {
    return true;
  }

  /** The same, for the footer. */
  org.apache.iceberg.shaded.org.apache.parquet.io.InputFile forParquet() {
    return new org.apache.iceberg.shaded.org.apache.parquet.io.InputFile() {
      @Override
      public long getLength() {
        return length;
      }

      @Override
      public org.apache.iceberg.shaded.org.apache.parquet.io.SeekableInputStream newStream()
          throws IOException {
        FSDataInputStream in = files.open(path);
        return new DelegatingSeekableInputStream(in) {
          @Override
          public long getPos() throws IOException {
            return in.getPos();
          }

          @Override
          public void seek(long position) throws IOException {
            in.seek(position);
          }
        };
      }
    };
  }

  private static final class Stream extends SeekableInputStream {
    private final FSDataInputStream in;

    Stream(FSDataInputStream in) {
      this.in = in;
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public void seek(long position) throws IOException {
      in.seek(position);
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      return in.read(bytes, offset, count);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
