package lakehouse.load.utility;

import java.util.Map;

/**
 * What seeding wrote.
 *
 * @param rows rows by table
 */
public record SeedResult(Map<UtilityTable, Long> rows, long elapsedMillis) {

  public SeedResult {
    rows = Map.copyOf(rows);
  }

  /** Rows of all tables. */
  public long totalRows() {
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }
}
