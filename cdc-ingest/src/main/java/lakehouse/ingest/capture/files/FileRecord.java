package lakehouse.ingest.capture.files;

import lakehouse.ingest.capture.RejectionRule;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/** What the reading of a file hands out, in the file's order. */
sealed interface FileRecord {
  /** The file that it is of. */
  DropFile file();

  /** Its ordinal in the file, from 1. */
  long ordinal();

  /**
   * A row that keeps all rules.
   *
   * @param position the byte, after decompression, at which it begins; for Parquet the row's number
   * @param row the table's columns, with room for the metadata
   */
  record Row(DropFile file, long ordinal, long position, GenericRowData row)
      implements FileRecord {}

  /**
   * A line or row that is not taken.
   *
   * @param rule what it breaks
   * @param reason why, without any value of it
   * @param text the line as far as it can be kept; null where there is none
   */
  record Rejected(
      DropFile file,
      long ordinal,
      long position,
      RejectionRule rule,
      String reason,
      @Nullable String text)
      implements FileRecord {}

  /**
   * The end of a file: nothing more is read of it.
   *
   * @param reason why it is not {@link TakeStatus#DONE}; null if it is
   */
  record End(DropFile file, long ordinal, TakeStatus status, @Nullable String reason)
      implements FileRecord {}
}
