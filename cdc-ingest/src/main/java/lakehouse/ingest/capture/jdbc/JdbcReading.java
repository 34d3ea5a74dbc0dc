package lakehouse.ingest.capture.jdbc;

import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.util.List;
import java.util.function.Consumer;
import lakehouse.ingest.capture.jdbc.JdbcQueries.Query;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.source.JdbcSourceOptions;
import org.apache.flink.connector.jdbc.source.reader.JdbcSourceSplitReader;
import org.apache.flink.connector.jdbc.source.reader.RecordAndOffset;
import org.apache.flink.connector.jdbc.source.reader.extractor.ResultExtractor;
import org.apache.flink.connector.jdbc.source.split.JdbcSourceSplit;

/**
 * Reads the whole result of a query by the connector's reader, a few rows at a time: the driver
 * fetches by a cursor, which PostgreSQL has only within a transaction.
 */
final class JdbcReading {
  private static final int FETCH_ROWS = 256;

  private JdbcReading() {}

  /**
   * Reads in a session of its own.
   *
   * @throws UncheckedReadException if the session breaks
   */
  static <T> void read(
      SourceReaderContext context,
      JdbcSessions sessions,
      Query query,
      ResultExtractor<T> rows,
      TypeInformation<T> type,
      Consumer<T> output)
      throws InterruptedException {
    Configuration options = new Configuration();
    options.set(JdbcSourceOptions.AUTO_COMMIT, false);
    options.set(JdbcSourceOptions.RESULTSET_FETCH_SIZE, FETCH_ROWS);
    options.set(JdbcSourceOptions.READER_FETCH_BATCH_SIZE, FETCH_ROWS);
    JdbcConnectionProvider provider = sessions.provider();
    JdbcSourceSplitReader<T> reader =
        new JdbcSourceSplitReader<>(
            context, options, type, provider, DeliveryGuarantee.AT_LEAST_ONCE, rows);
    try {
      reader.handleSplitsChanges(
          new SplitsAddition<>(
              List.of(
                  new JdbcSourceSplit(
                      "query",
                      query.sql(),
                      query.parameters().toArray(Serializable[]::new),
                      0,
                      null))));
      for (boolean more = true; more; ) {
        RecordsWithSplitIds<RecordAndOffset<T>> fetched = reader.fetch();
        while (fetched.nextSplit() != null) {
          for (RecordAndOffset<T> row = fetched.nextRecordFromSplit();
              row != null;
              row = fetched.nextRecordFromSplit()) {
            output.accept(row.getRecord());
          }
        }
        more = fetched.finishedSplits().isEmpty();
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } catch (IOException e) {
      throw new UncheckedReadException(e);
    } finally {
      close(reader, provider);
    }
  }

  private static void close(JdbcSourceSplitReader<?> reader, JdbcConnectionProvider provider) {
    try {
      reader.close();
    } catch (Exception e) {
      Connection session = provider.getConnection();
      org.slf4j.LoggerFactory.getLogger(JdbcReading.class)
          .debug("A session did not close: {}", session, e);
    }
  }

  /** The session broke. */
  static final class UncheckedReadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UncheckedReadException(Throwable cause) {
      super(cause);
    }
  }
}
