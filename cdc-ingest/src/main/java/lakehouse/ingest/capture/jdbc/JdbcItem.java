package lakehouse.ingest.capture.jdbc;

import java.util.List;
import lakehouse.ingest.event.ChangeEvent.Rejected;
import lakehouse.ingest.event.ChangeEvent.Rejected.Place;
import lakehouse.ingest.event.ChangeEvent.Rejected.Reason;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.event.TableSchema;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/** What those who read a database hand to the one who tells of it. */
sealed interface JdbcItem {
  /**
   * A round begins.
   *
   * @param startedAtMicros when, in microseconds since 1970
   */
  record Begin(long round, long startedAtMicros) implements JdbcItem {}

  /** Rows of a table; none for a load that begins. */
  record Rows(TableSchema schema, Operation operation, List<GenericRowData> rows)
      implements JdbcItem {}

  /**
   * A row, or a reading, that cannot be taken as it is.
   *
   * @param text the row with masked columns masked; null for a reading
   */
  record Fault(TableSchema schema, Place place, Reason reason, @Nullable String text)
      implements JdbcItem {
    Rejected at(Rejected.Position position) {
      return new Rejected(schema.qualifiedName(), place, reason, text, position);
    }
  }

  /** A round is handed out whole. */
  record End(JdbcPosition position) implements JdbcItem {}

  /** The reading broke. */
  record Broken(Throwable cause) implements JdbcItem {}
}
