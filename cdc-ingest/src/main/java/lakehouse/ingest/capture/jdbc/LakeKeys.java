package lakehouse.ingest.capture.jdbc;

import java.io.Serializable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.table.data.RowData;

/** Tells which rows of a table the lake has, by their key. May be slow, and may fail. */
@FunctionalInterface
public interface LakeKeys extends Serializable {
  /**
   * Hands out the keys of rows that are there and that are asked for.
   *
   * @param wanted whether a key is asked for: its columns in the key's order
   */
  void read(TableSchema table, Predicate<RowData> wanted, Consumer<RowData> output);
}
