package lakehouse.ingest.capture.files;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** How far the files of a source are taken in: what comes next goes on from here. */
final class FilesPosition implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The ordinal of what a load begins with, before its first file. */
  static final long LOAD_ORDINAL = 1;

  /** Whether the load of the tables was told to begin. */
  boolean begun;

  /** Ordinal of the newest file. */
  long ordinal = LOAD_ORDINAL;

  /** How many files are at their end. */
  long finished;

  /** The file that some of is taken in. */
  @Nullable DropFile open;

  /** The file that was the last to end. */
  @Nullable DropFile ended;

  long openOrdinal;
  long openRecords;
  long openRejected;

  /** How many of its records the log tells of. */
  long loggedRecords;

  /** Whether the open file is not there any more. */
  boolean openGone;
}
