package lakehouse.ingest.capture.files;

import java.io.IOException;
import lakehouse.ingest.capture.RejectedValueException;
import lakehouse.ingest.capture.RejectionRule;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/** The records of a file of lines. A line without anything is none. */
final class LineRecords implements RecordReader {
  /** What is kept of a line that is not taken. */
  private static final int MAX_KEPT_BYTES = 4_096;

  private final DropFile file;
  private final LineReader lines;
  private final LineDecoder decoder;
  private final LineText text;
  private boolean begun;
  private @Nullable String refused;

  LineRecords(DropFile file, FileTable table, LineReader lines, LineDecoder decoder) {
    this.file = file;
    this.lines = lines;
    this.decoder = decoder;
    this.text = new LineText(table.config().encoding());
  }

  @Override
  public @Nullable FileRecord next(long ordinal) throws IOException {
    if (!line()) {
      if (refused != null) {
        return new FileRecord.End(file, ordinal, TakeStatus.REFUSED, refused);
      }
      return lines.failure() == null ? null : damaged(ordinal);
    }
    if (lines.tooLong()) {
      return rejected(
          ordinal,
          RejectionRule.SIZE,
          "the line has %,d bytes, more than are allowed".formatted(lines.lineBytes()),
          null);
    }
    byte[] bytes = lines.bytes();
    if (lines.cutOff()) {
      return rejected(
          ordinal,
          RejectionRule.FILE,
          "the file breaks off within the line",
          text.begin(bytes, lines.offset(), lines.length(), MAX_KEPT_BYTES));
    }
    try {
      GenericRowData row = decoder.decode(bytes, lines.offset(), lines.length());
      return new FileRecord.Row(file, ordinal, lines.position(), row);
    } catch (RejectedValueException e) {
      return rejected(
          ordinal,
          e.rule(),
          e.getMessage(),
          text.begin(bytes, lines.offset(), lines.length(), MAX_KEPT_BYTES));
    }
  }

  private FileRecord rejected(
      long ordinal, RejectionRule rule, String reason, @Nullable String line) {
    return new FileRecord.Rejected(file, ordinal, lines.position(), rule, reason, line);
  }

  private FileRecord damaged(long ordinal) {
    return new FileRecord.End(
        file,
        ordinal,
        TakeStatus.DAMAGED,
        "the archive breaks off, or is damaged, after byte %,d of its content"
            .formatted(lines.position()));
  }

  @Override
  public boolean skip() throws IOException {
    return line();
  }

  /** Goes to the next line that is a record. */
  private boolean line() throws IOException {
    if (!begun) {
      begun = true;
      if (!first()) {
        return false;
      }
      if (!decoder.hasHeader() && !isEmpty()) {
        return true;
      }
    }
    if (refused != null) {
      return false;
    }
    while (lines.next()) {
      if (!isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Goes to the first line, without the mark that some put before it, and reads a header. */
  private boolean first() throws IOException {
    if (!lines.next()) {
      return false;
    }
    lines.passMark();
    if (decoder.hasHeader()) {
      if (lines.tooLong() || lines.cutOff()) {
        refused = "the first line, which is to name the columns, is too long or breaks off";
        return false;
      }
      try {
        decoder.header(lines.bytes(), lines.offset(), lines.length());
      } catch (RejectedValueException e) {
        refused = e.getMessage();
        return false;
      }
    }
    return true;
  }

  private boolean isEmpty() {
    return lines.length() == 0 && !lines.tooLong();
  }

  @Override
  public long position() {
    return lines.position();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
