package lakehouse.ingest.capture.files;

import java.util.Locale;

/** How far a file is taken in. */
enum TakeStatus {
  /** Some of it is. */
  READING,
  /** All of it is. */
  DONE,
  /** Records of it that had been rejected are taken in since; tells nothing of the others. */
  REPLAYED,
  /** It was taken in as it was before; what it has now is not. */
  REWRITTEN,
  /** It was changed while it was read; no more of it is taken in. */
  CHANGED,
  /** It was deleted before all of it was read. */
  DELETED,
  /** It ends too early, or is damaged; what comes before is taken in. */
  DAMAGED,
  /** It has not the columns that are needed. */
  REFUSED;

  /** As it stands in the log of files. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The status that stands so in the log of files. */
  static TakeStatus of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** Whether no more of the file is to be read. */
  boolean isEnd() {
    return this != READING && this != REPLAYED;
  }
}
