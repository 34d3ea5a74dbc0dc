package lakehouse.load.utility;

import java.util.EnumMap;
import java.util.Map;

/** The generated rows of one part of the utility, by table, in COPY text. Not thread-safe. */
final class ChunkRows {

  private final Manifest manifest = new Manifest();
  private final Map<UtilityTable, CopyText> tables = new EnumMap<>(UtilityTable.class);

  CopyText of(UtilityTable table) {
    return tables.computeIfAbsent(table, t -> new CopyText());
  }

  /** What was planted in these rows. */
  Manifest manifest() {
    return manifest;
  }

  Map<UtilityTable, CopyText> all() {
    return tables;
  }
}
