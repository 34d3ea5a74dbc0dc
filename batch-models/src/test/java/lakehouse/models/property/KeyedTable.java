package lakehouse.models.property;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import lakehouse.models.BronzeWriter;

/** A table with a key: the rows that it holds, and the log that tells of their changes. */
final class KeyedTable {
  private final BronzeWriter log;
  private final List<String> key;
  private final Random random;
  private final boolean tellsAll;
  private final Map<Map<String, Object>, Map<String, Object>> rows = new LinkedHashMap<>();

  /**
   * @param tellsAll whether the log leaves nothing out, as that of a table without large values
   */
  KeyedTable(BronzeWriter log, List<String> key, Random random, boolean tellsAll) {
    this.log = log;
    this.key = key;
    this.random = random;
    this.tellsAll = tellsAll;
  }

  BronzeWriter log() {
    return log;
  }

  Collection<Map<String, Object>> rows() {
    return rows.values();
  }

  Map<String, Object> key(Map<String, Object> row) {
    Map<String, Object> values = new TreeMap<>();
    key.forEach(column -> values.put(column, row.get(column)));
    return values;
  }

  boolean has(Map<String, Object> ofKey) {
    return rows.containsKey(ofKey);
  }

  /** One of its rows. */
  Optional<Map<String, Object>> some() {
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(List.copyOf(rows.values()).get(random.nextInt(rows.size())));
  }

  /** Holds a row that a load will tell of. */
  void hold(Map<String, Object> row) {
    rows.put(key(row), row);
  }

  void insert(Map<String, Object> row) {
    hold(row);
    log.insert(LoggedRow.of(row));
  }

  void delete(Map<String, Object> ofKey) {
    rows.remove(ofKey);
    log.delete(LoggedRow.of(ofKey));
  }

  /**
   * Gives the row of that key other values.
   *
   * @param unchanged the large ones that the log does not tell again
   */
  void update(Map<String, Object> row, List<String> unchanged) {
    hold(row);
    if (tellsAll || unchanged.isEmpty()) {
      log.update(LoggedRow.of(row));
    } else {
      log.updateWithout(unchanged, LoggedRow.of(told(row, unchanged)));
    }
  }

  /**
   * Gives a row another key.
   *
   * @param large the values that the log mostly does not tell again
   */
  void move(Map<String, Object> from, Map<String, Object> to, List<String> large) {
    List<String> unchanged = random.nextInt(4) == 0 || tellsAll ? List.of() : large;
    rows.remove(key(from));
    hold(to);
    log.rekey(key(from), unchanged, LoggedRow.of(told(to, unchanged)));
  }

  void truncate() {
    log.truncate();
    rows.clear();
  }

  private static Map<String, Object> told(Map<String, Object> row, List<String> unchanged) {
    Map<String, Object> told = new HashMap<>(row);
    unchanged.forEach(told::remove);
    return told;
  }
}
