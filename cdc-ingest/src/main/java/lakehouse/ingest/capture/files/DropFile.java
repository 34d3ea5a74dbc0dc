package lakehouse.ingest.capture.files;

import java.io.Serializable;

/**
 * A file as it was found.
 *
 * @param path below the source's location
 * @param table the table that it is of
 * @param modifiedAtMicros when it was modified, in microseconds since 1970
 * @param bytes its size
 */
record DropFile(String path, String table, long modifiedAtMicros, long bytes)
    implements Serializable {
  boolean sameVersion(DropFile other) {
    return modifiedAtMicros == other.modifiedAtMicros && bytes == other.bytes;
  }
}
