package lakehouse.models.plan;

import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;

/** The snapshots that lie between two readings of a table. */
public final class Lineage {
  /** Stands for a table that was empty, or was not there, when it was read. */
  public static final long NO_SNAPSHOT = -1L;

  private Lineage() {}

  /**
   * What came to an append-only table after a snapshot. The files of an incremental read are found
   * by the snapshots' kind, and those that delete or overwrite are passed over in silence there; so
   * any such snapshot in between is found here.
   *
   * @param table the table as it is now
   * @param after the snapshot that was read last, or {@link #NO_SNAPSHOT}
   * @return {@link InputChange.Nothing}, {@link InputChange.Rows} or, where rows went away or the
   *     snapshot is not among the table's any more, {@link InputChange.Whole}
   */
  public static InputChange since(Table table, long after) {
    long rows = 0;
    Snapshot snapshot = table.currentSnapshot();
    while (snapshot != null && snapshot.snapshotId() != after) {
      switch (snapshot.operation()) {
        case DataOperations.APPEND -> rows += addedRows(snapshot);
        case DataOperations.REPLACE -> {}
        default -> {
          return new InputChange.Whole(
              "was written whole (snapshot %d: %s)"
                  .formatted(snapshot.snapshotId(), snapshot.operation()));
        }
      }
      Long parent = snapshot.parentId();
      if (parent == null) {
        snapshot = null;
      } else {
        snapshot = table.snapshot(parent);
        if (snapshot == null) {
          return new InputChange.Whole("no longer knows what came after snapshot " + after);
        }
      }
    }
    if (snapshot == null && after != NO_SNAPSHOT) {
      return new InputChange.Whole("does not descend from snapshot " + after);
    }
    return rows == 0 ? new InputChange.Nothing() : new InputChange.Rows(rows);
  }

  /**
   * What came to a change log, whose older snapshots expire, and from which nothing may ever go
   * away.
   *
   * @throws LakeException if something did
   */
  public static InputChange sinceInChangeLog(Table table, String model, Watermark after) {
    InputChange change = since(table, after.snapshot());
    if (change instanceof InputChange.Whole && after.sequenceNumber() != Watermark.UNKNOWN) {
      long rows = AppendedFiles.rows(AppendedFiles.after(table, after.sequenceNumber()));
      if (after.rows() + rows == totalRows(table)) {
        return rows == 0 ? new InputChange.Nothing() : new InputChange.Rows(rows);
      }
    }
    if (change instanceof InputChange.Whole whole) {
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          Change log %s %s.
          Change logs are only appended to and compacted, so %s cannot go on from where it was. \
          Build it anew: `lake models run --full-refresh --select %s+`."""
              .formatted(table.name(), whole.why(), model, model));
    }
    return change;
  }

  /** Rows that a snapshot added, by its summary. */
  public static long addedRows(Snapshot snapshot) {
    return summary(snapshot, SnapshotSummary.ADDED_RECORDS_PROP);
  }

  /** Live rows of a table whose deletes are all by position, by its summary. */
  public static long totalRows(Table table) {
    return Optional.ofNullable(table.currentSnapshot())
        .map(
            s ->
                summary(s, SnapshotSummary.TOTAL_RECORDS_PROP)
                    - summary(s, SnapshotSummary.TOTAL_POS_DELETES_PROP))
        .orElse(0L);
  }

  /** The current snapshot's id. */
  public static long head(Table table) {
    return table.currentSnapshot() == null ? NO_SNAPSHOT : table.currentSnapshot().snapshotId();
  }

  private static long summary(Snapshot snapshot, String property) {
    return Long.parseLong(snapshot.summary().getOrDefault(property, "0"));
  }
}
