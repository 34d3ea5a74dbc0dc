package lakehouse.ingest.parquet;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageWriteStore;

/** Writes one column of rows, a row group after another. Not for use by many threads. */
interface Column {
  /** Begins a row group. */
  void begin(PageWriteStore store);

  void write(RowData row) throws IOException;

  /** Ends the row group: all its pages are in the store. */
  void end() throws IOException;

  /** Bytes held in memory for the row group. */
  long bufferedBytes();

  /** What the file's footer does not tell. */
  default Stream<FieldMetrics<?>> metrics() {
    return Stream.empty();
  }

  /** In how many rows of the file it was null, where the footer does not tell. */
  default OptionalLong nulls() {
    return OptionalLong.empty();
  }
}
