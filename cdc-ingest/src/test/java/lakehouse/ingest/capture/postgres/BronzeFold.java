package lakehouse.ingest.capture.postgres;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** Reads bronze at one hash of the catalog and folds it as the models do. */
final class BronzeFold {
  private BronzeFold() {}

  /** The current rows of a table whose key is {@code id}, by key; empty if there is no table. */
  static Map<Object, Map<String, Object>> fold(
      CatalogConfig config, Optional<String> hash, String source, String table) throws Exception {
    Map<Object, Map<String, Object>> current = new TreeMap<>();
    Map<Object, Map<String, Object>> removed = new HashMap<>();
    for (Record change : sinceLoad(read(config, hash, source, table))) {
      Map<String, Object> row = new HashMap<>();
      change.struct().fields().stream()
          .map(field -> field.name())
          .filter(name -> !ChangeColumns.contains(name))
          .forEach(name -> row.put(name, change.getField(name)));
      Object id = row.get("id");
      switch (change.getField("_op").toString()) {
        case "l", "t" -> current.clear();
        case "r", "c", "u" -> {
          Object unchanged = change.getField("_unchanged");
          if (unchanged != null) {
            Record oldKey = (Record) change.getField("_old_key");
            Map<String, Object> former =
                oldKey == null ? current.get(id) : removed.get(oldKey.getField("id"));
            for (Object column : (List<?>) unchanged) {
              row.put(column.toString(), former.get(column.toString()));
            }
          }
          current.put(id, row);
        }
        case "d" -> removed.put(id, current.remove(id));
        default -> throw new AssertionError(change);
      }
    }
    return current;
  }

  /** What comes before the last load is void, and may not even be told whole. */
  private static List<Record> sinceLoad(List<Record> changes) {
    for (int i = changes.size() - 1; i > 0; i--) {
      if (changes.get(i).getField("_op").equals("l")) {
        return changes.subList(i, changes.size());
      }
    }
    return changes;
  }

  /** All changes in their order; fails if any is there twice. */
  static List<Record> read(CatalogConfig config, Optional<String> hash, String source, String table)
      throws Exception {
    List<Record> changes = new ArrayList<>();
    try (LakeCatalog lake = LakeCatalog.open(config, config.reference(), hash)) {
      var identifier = Layer.BRONZE.table(source, "public", table);
      if (!lake.iceberg().tableExists(identifier)) {
        return changes;
      }
      Table bronze = lake.iceberg().loadTable(identifier);
      try (CloseableIterable<Record> rows = IcebergGenerics.read(bronze).build()) {
        rows.forEach(changes::add);
      }
    }
    changes.sort(
        Comparator.comparing((Record row) -> (Integer) row.getField("_epoch"))
            .thenComparing(row -> (Long) row.getField("_commit_lsn"))
            .thenComparing(row -> (Long) row.getField("_seq")));
    Set<List<Object>> positions = new HashSet<>();
    for (Record row : changes) {
      if (!positions.add(
          List.of(row.getField("_epoch"), row.getField("_commit_lsn"), row.getField("_seq")))) {
        throw new AssertionError("a change is there twice: " + row);
      }
    }
    return changes;
  }
}
