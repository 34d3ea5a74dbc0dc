package lakehouse.ingest.capture.jdbc;

import lakehouse.ingest.event.ChangeEvent.Rejected.Reason;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/**
 * A row as it was read.
 *
 * @param row the source's columns and what they cannot hold; the other metadata is not set yet
 * @param bytes about how large it is
 * @param fault why it cannot be taken; null if it can
 * @param text the row with masked columns masked; only of one that cannot be taken
 */
record JdbcRow(GenericRowData row, int bytes, @Nullable Reason fault, @Nullable String text) {}
