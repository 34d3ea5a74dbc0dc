package lakehouse.ingest.bronze;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;

/**
 * What one checkpoint adds to the quarantine of one table of the source.
 *
 * @param table the source's table, {@code schema.table}
 * @param location where the quarantine is, or is to be made
 * @param files the data files, written and closed
 * @param rows how many rows they hold
 */
record RejectedWrites(String table, String location, List<DataFile> files, long rows)
    implements Serializable {
  RejectedWrites {
    files = List.copyOf(files);
  }

  /** Both together; the other's are the later ones. */
  RejectedWrites plus(RejectedWrites other) {
    List<DataFile> all = new ArrayList<>(files);
    all.addAll(other.files);
    return new RejectedWrites(table, location, all, rows + other.rows);
  }
}
