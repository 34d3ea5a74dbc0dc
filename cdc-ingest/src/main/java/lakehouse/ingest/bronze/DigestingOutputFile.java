package lakehouse.ingest.bronze;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** An output file that knows the SHA-256 of what was written to it, once it is closed. */
final class DigestingOutputFile implements OutputFile {
  private final OutputFile file;
  private final MessageDigest digest;

  DigestingOutputFile(OutputFile file) {
    this.file = file;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is in every JDK", e);
    }
  }

  /** Of all that was written; asked once, after the file was closed. */
  ContentDigest digest() {
    return ContentDigest.of(digest.digest());
  }

  @Override
  public PositionOutputStream create() {
    return new Stream(file.create());
  }

  @Override
  public PositionOutputStream createOrOverwrite() {
    return new Stream(file.createOrOverwrite());
  }

  @Override
  public String location() {
    return file.location();
  }

  @Override
  public InputFile toInputFile() {
    return file.toInputFile();
  }

  private final class Stream extends PositionOutputStream {
    private final PositionOutputStream out;

    Stream(PositionOutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() throws IOException {
      return out.getPos();
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      digest.update((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      digest.update(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
