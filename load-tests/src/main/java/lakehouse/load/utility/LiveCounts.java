package lakehouse.load.utility;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a live workload has committed.
 *
 * @param rows rows by table and operation; a truncate or an added column counts one
 * @param rounds rounds completed in every database
 * @param transactions transactions committed, over all databases
 */
public record LiveCounts(
    Map<UtilityTable, Map<LiveOperation, Long>> rows, int rounds, long transactions) {

  public LiveCounts {
    Map<UtilityTable, Map<LiveOperation, Long>> copy = new EnumMap<>(UtilityTable.class);
    rows.forEach((table, operations) -> copy.put(table, Map.copyOf(operations)));
    rows = Map.copyOf(copy);
  }

  /** Rows of one table and operation. */
  public long of(UtilityTable table, LiveOperation operation) {
    return rows.getOrDefault(table, Map.of()).getOrDefault(operation, 0L);
  }

  /** Rows of one operation in all tables. */
  public long of(LiveOperation operation) {
    return rows.keySet().stream().mapToLong(table -> of(table, operation)).sum();
  }

  /** All rows changed. */
  public long totalRows() {
    return rows.values().stream()
        .flatMap(operations -> operations.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }
}
