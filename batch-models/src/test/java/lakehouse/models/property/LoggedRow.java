package lakehouse.models.property;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** How the capture writes a row: names and values in turn. */
final class LoggedRow {
  private LoggedRow() {}

  /** A fee that is no number stands in the map of what the column cannot hold. */
  static Object[] of(Map<String, Object> row) {
    Map<String, Object> written = row;
    if (row.get("fee") instanceof String text) {
      written = new HashMap<>(row);
      written.remove("fee");
      written.put("_unrepresentable", Map.of("fee", text));
    }
    return written.entrySet().stream().flatMap(e -> Stream.of(e.getKey(), e.getValue())).toArray();
  }
}
