package lakehouse.ingest.capture.files;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the records of a file in their order. */
interface RecordReader extends Closeable {
  /**
   * The next record, or null if the file is at its sound end.
   *
   * @param ordinal of the record
   */
  @Nullable FileRecord next(long ordinal) throws IOException;

  /** Passes over a record; false if there is none. */
  boolean skip() throws IOException;

  /** How far the reading is, in what the records' positions count. */
  long position();
}
