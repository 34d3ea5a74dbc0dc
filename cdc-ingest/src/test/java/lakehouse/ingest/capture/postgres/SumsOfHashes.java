package lakehouse.ingest.capture.postgres;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.source.SourceDatabase;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Folds bronze hash by hash: what a reader of each would have as the sum of all balances. Of each
 * hash only what it added is read.
 */
final class SumsOfHashes {
  private final CaptureHarness lake;
  private final SourceDatabase source;
  private final Map<String, Map<Object, Integer>> balances = new HashMap<>();
  private final Map<String, Long> folded = new HashMap<>();

  SumsOfHashes(CaptureHarness lake, SourceDatabase source) {
    this.lake = lake;
    this.source = source;
  }

  /** The sum at each hash, oldest first. */
  List<Long> all() throws Exception {
    List<Long> sums = new ArrayList<>();
    for (String hash : lake.hashes(source)) {
      try (LakeCatalog catalog = lake.at(hash)) {
        for (String table : Accounts.TABLES) {
          TableIdentifier name = Layer.BRONZE.table(source.name(), "public", table);
          if (catalog.iceberg().tableExists(name)) {
            fold(table, catalog.iceberg().loadTable(name));
          }
        }
      }
      sums.add(
          balances.values().stream()
              .flatMap(rows -> rows.values().stream())
              .mapToLong(Integer::longValue)
              .sum());
    }
    return sums;
  }

  private void fold(String name, Table table) throws Exception {
    Snapshot now = table.currentSnapshot();
    Long before = folded.get(name);
    if (now == null || (before != null && before == now.snapshotId())) {
      return;
    }
    IcebergGenerics.ScanBuilder scan = IcebergGenerics.read(table);
    List<Record> added = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        before == null ? scan.build() : scan.appendsAfter(before).build()) {
      rows.forEach(added::add);
    }
    added.sort(
        Comparator.comparing((Record row) -> (Long) row.getField("_commit_lsn"))
            .thenComparing(row -> (Long) row.getField("_seq")));
    Map<Object, Integer> rows = balances.computeIfAbsent(name, any -> new HashMap<>());
    for (Record row : added) {
      switch (row.getField("_op").toString()) {
        case "l" -> rows.clear();
        case "r", "c", "u" -> rows.put(row.getField("id"), (Integer) row.getField("balance"));
        default -> throw new AssertionError("nobody does that here: " + row);
      }
    }
    folded.put(name, now.snapshotId());
  }
}
