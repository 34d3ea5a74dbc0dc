package lakehouse.ingest.capture.files;

import lakehouse.ingest.capture.RejectedValueException;
import org.apache.flink.table.data.GenericRowData;

/** Makes rows of a file's lines. Not for use by many threads. */
interface LineDecoder {
  /** Takes the line that names the columns; only where {@link #hasHeader}. */
  default void header(byte[] bytes, int offset, int length) throws RejectedValueException {}

  /** Whether the first line names the columns. */
  default boolean hasHeader() {
    return false;
  }

  /** The row of a line, without its metadata. */
  GenericRowData decode(byte[] bytes, int offset, int length) throws RejectedValueException;
}
