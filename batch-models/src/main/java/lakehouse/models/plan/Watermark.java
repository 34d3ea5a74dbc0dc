package lakehouse.models.plan;

import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * Up to where a table was read. The snapshot says it as long as the table knows it; the sequence
 * number, which files keep, says it of a table that is only appended to when the snapshot has
 * expired.
 *
 * @param snapshot the last one that was read, or {@link Lineage#NO_SNAPSHOT}
 * @param sequenceNumber that of the snapshot; {@link #UNKNOWN} if nobody wrote it down
 * @param rows how many the table had
 */
public record Watermark(long snapshot, long sequenceNumber, long rows) {
  static final long UNKNOWN = -1;

  /** Nothing was read. */
  public static final Watermark NONE = new Watermark(Lineage.NO_SNAPSHOT, 0, 0);

  /** All that a table holds now. */
  public static Watermark of(Table table) {
    Snapshot snapshot = table.currentSnapshot();
    return snapshot == null
        ? NONE
        : new Watermark(snapshot.snapshotId(), snapshot.sequenceNumber(), Lineage.totalRows(table));
  }

  /** What an older run wrote down. */
  public static Watermark ofSnapshot(long snapshot) {
    return snapshot == Lineage.NO_SNAPSHOT ? NONE : new Watermark(snapshot, UNKNOWN, 0);
  }
}
