package lakehouse.ingest.capture.postgres;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.ingest.capture.postgres.SourceTable.Leaf;
import org.jspecify.annotations.Nullable;

/**
 * Some blocks of a leaf, a part of a load. Ranges hold within one snapshot only.
 *
 * @param table the table's {@code schema.table}
 * @param ordinal the range's place among those of the table
 * @param leaf the relation
 * @param from the first block
 * @param to the block after the last, or null for all that follow
 * @param ofLeaf how many ranges the leaf has
 */
record TableRange(String table, int ordinal, Leaf leaf, long from, @Nullable Long to, long ofLeaf)
    implements Serializable {
  /** Cuts a table into ranges of about as many bytes; together they hold every row once. */
  static List<TableRange> cut(SourceTable table, long bytes) {
    List<TableRange> ranges = new ArrayList<>();
    for (Leaf leaf : table.leaves()) {
      long count =
          Math.max(1, Math.min((leaf.bytes() + bytes - 1) / bytes, Math.max(1, leaf.blocks())));
      for (long i = 0; i < count; i++) {
        long from = leaf.blocks() * i / count;
        Long to = i + 1 == count ? null : leaf.blocks() * (i + 1) / count;
        ranges.add(new TableRange(table.qualifiedName(), ranges.size(), leaf, from, to, count));
      }
    }
    return ranges;
  }

  /** Where the range ends, or empty if it has no end. */
  Optional<Long> end() {
    return Optional.ofNullable(to);
  }
}
