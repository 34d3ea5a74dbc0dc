package lakehouse.load.utility;

import java.util.EnumMap;
import java.util.Map;

/** The generated rows of one part of the utility, by table, in COPY text. Not thread-safe. */
final class ChunkRows {

  private final Map<UtilityTable, CopyText> tables = new EnumMap<>(UtilityTable.class);

  CopyText of(UtilityTable table) {
    return tables.computeIfAbsent(table, t -> new CopyText());
  }

  Map<UtilityTable, CopyText> all() {
    return tables;
  }
}
