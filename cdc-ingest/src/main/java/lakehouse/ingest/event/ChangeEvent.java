package lakehouse.ingest.event;

import java.util.Set;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * What a capture engine tells bronze, in the order in which it is to be kept. Events pass from
 * engine to writer within one chain of operators, by reference: they are never serialized. The
 * engine may use an event and its row again once the receiver returns.
 */
public sealed interface ChangeEvent {
  /**
   * One row of the change log.
   *
   * @param schema the row's layout; one instance for each version of the table
   * @param operation what happened; the same stands in the row
   * @param row all columns, those of the metadata included
   */
  record Change(TableSchema schema, Operation operation, RowData row) implements ChangeEvent {}

  /**
   * What follows belongs to a load whose snapshot ends at {@code point}: all that was handed out of
   * an earlier load, and is not yet in the catalog, is void.
   *
   * @param point the log position at which the changes after the load begin
   */
  record LoadBegins(long point) implements ChangeEvent {}

  /**
   * How far the engine has come: whatever the source committed up to {@code lsn} was handed over
   * before this.
   *
   * @param lsn the source's log position
   * @param committedAtMicros commit time of the last change, in microseconds since 1970; {@link
   *     Long#MIN_VALUE} if none was seen
   * @param loaded the tables ({@code schema.table}) whose load was handed over whole
   * @param resume what the engine needs to go on after exactly what was handed over before this;
   *     null if that is told by {@code lsn}, or it cannot
   */
  record Progress(long lsn, long committedAtMicros, Set<String> loaded, @Nullable String resume)
      implements ChangeEvent {
    public Progress {
      loaded = Set.copyOf(loaded);
    }
  }
}
