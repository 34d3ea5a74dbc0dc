package lakehouse.ingest.capture.files;

import lakehouse.ingest.event.ChangeEvent;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;

/**
 * The place of a row in the order of its table's changes.
 *
 * @param epoch of the capture
 * @param file the file's ordinal among all of the source
 * @param record the record's ordinal in the file
 */
record PlacedRow(int epoch, long file, long record) {
  /**
   * The change that puts a row at the place.
   *
   * @param at where in the file it begins; less than 0 for what does not stand in a file
   * @param committedAt when the file was modified
   * @param capturedAt when it was read
   */
  ChangeEvent.Change change(
      TableSchema schema,
      Operation operation,
      GenericRowData row,
      long at,
      TimestampData committedAt,
      TimestampData capturedAt) {
    row.setField(schema.op(), operation.data());
    row.setField(schema.epoch(), epoch);
    row.setField(schema.commitLsn(), file);
    row.setField(schema.seq(), record);
    row.setField(schema.lsn(), at < 0 ? null : at);
    row.setField(schema.committedAt(), committedAt);
    row.setField(schema.capturedAt(), capturedAt);
    return new ChangeEvent.Change(schema, operation, row);
  }

  /** A time in microseconds since 1970 as rows hold it. */
  static TimestampData timestamp(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, 1_000L), (int) Math.floorMod(micros, 1_000L) * 1_000);
  }
}
