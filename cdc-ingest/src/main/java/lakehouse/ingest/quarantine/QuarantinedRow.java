package lakehouse.ingest.quarantine;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.ChangeEvent.Replayed;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/**
 * A row of a quarantine.
 *
 * @param id tells it from all others
 * @param source the source's name
 * @param table the source's table, {@code schema.table}
 * @param file the file that it was read from
 * @param line its line or ordinal in the file
 * @param position elsewise what finds it in the source
 * @param reason why it was not taken, as a code
 * @param message the same as a sentence
 * @param row the row with masked columns masked; empty where it was not read, or not asked for
 * @param rowCharacters its length before it was cut
 * @param epoch the place that it has in the order of the table's changes
 * @param commitLsn likewise
 * @param seq likewise
 * @param run the capture run that met it
 * @param at when it was met
 * @param replayed whether it was replayed, and does not stand any more
 */
public record QuarantinedRow(
    String id,
    String source,
    String table,
    Optional<String> file,
    Optional<Long> line,
    Optional<String> position,
    String reason,
    String message,
    Optional<String> row,
    Optional<Long> rowCharacters,
    int epoch,
    long commitLsn,
    long seq,
    String run,
    Instant at,
    boolean replayed) {

  static QuarantinedRow of(Record record, boolean replayed) {
    return new QuarantinedRow(
        text(record, "id"),
        text(record, "source"),
        text(record, "table_name"),
        Optional.ofNullable((String) optional(record, "file")),
        Optional.ofNullable((Long) optional(record, "line_number")),
        Optional.ofNullable((String) optional(record, "at_position")),
        text(record, "reason"),
        text(record, "message"),
        Optional.ofNullable((String) optional(record, "row_text")),
        Optional.ofNullable((Long) optional(record, "row_characters")),
        (Integer) record.getField("epoch"),
        (Long) record.getField("commit_lsn"),
        (Long) record.getField("seq"),
        text(record, "run"),
        writtenAt(record),
        replayed);
  }

  /** When a row was written. */
  static Instant writtenAt(Record record) {
    return ((OffsetDateTime) record.getField("rejected_at")).toInstant();
  }

  /** The event that says of the row that it was replayed. */
  Replayed replay() {
    return new Replayed(
        id,
        new Rejected(
            table,
            new Rejected.Place(file.orElse(null), line.orElse(null), position.orElse(null)),
            new Rejected.Reason(reason, message),
            null,
            new Rejected.Position(epoch, commitLsn, seq)),
        at);
  }

  /** Where the source has it, for people. */
  String place() {
    return file.map(name -> name + line.map(n -> ":" + n).orElse("")).or(() -> position).orElse("");
  }

  private static String text(Record record, String column) {
    return (String) record.getField(column);
  }

  private static @Nullable Object optional(Record record, String column) {
    return record.struct().field(column) == null ? null : record.getField(column);
  }
}
