package lakehouse.ingest.event;

import java.time.Instant;
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
   * A row that bronze cannot take, or not whole: it is kept in the source's quarantine, and is
   * visible there from the same commit on as its table's other rows of the checkpoint.
   *
   * @param table the source's name of the table, {@code schema.table}
   * @param place where the source has it
   * @param reason why it was not taken
   * @param row the row as text, with masked columns masked; null where it is too damaged for an
   *     engine to tell what of it is masked
   * @param position where it would stand in the order of the table's changes
   */
  record Rejected(String table, Place place, Reason reason, @Nullable String row, Position position)
      implements ChangeEvent {
    /**
     * Where a source has a row.
     *
     * @param file the file; null for what is no file
     * @param line its line or ordinal in the file, from 1; null without one
     * @param at elsewise what finds it in the source; null where file and line do
     */
    public record Place(@Nullable String file, @Nullable Long line, @Nullable String at) {}

    /**
     * Why a row was not taken.
     *
     * @param code a word in kebab case that stays the same over versions
     * @param sentence what is wrong, without a value of the row
     */
    public record Reason(String code, String sentence) {}

    /** A place in the order of a table's changes; the three columns of that name in bronze. */
    public record Position(int epoch, long commitLsn, long seq) {}
  }

  /**
   * A row of the quarantine is in bronze with what is committed together with this.
   *
   * @param id the row's id in the quarantine
   * @param rejected how it stands there
   * @param metAt when it was met last; if it is rejected later once more, it stands again
   */
  record Replayed(String id, Rejected rejected, Instant metAt) implements ChangeEvent {}

  /**
   * What follows belongs to a load whose snapshot ends at {@code point}: all that was handed out of
   * an earlier load, and is not yet in the catalog, is void.
   *
   * @param point the log position at which the changes after the load begin
   */
  record LoadBegins(long point) implements ChangeEvent {}

  /**
   * The engine begins where the last {@link Progress} left off: all that was handed out after it,
   * and is not yet in the catalog, is void, and comes again. Only from an engine of one subtask.
   */
  record BeginsAnew() implements ChangeEvent {}

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
