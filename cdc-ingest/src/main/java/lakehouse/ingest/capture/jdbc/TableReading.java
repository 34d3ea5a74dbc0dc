package lakehouse.ingest.capture.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.jdbc.JdbcItem.Rows;
import lakehouse.ingest.capture.jdbc.JdbcQueries.Query;
import lakehouse.ingest.event.Operation;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of one table and hands them over, batch by batch, from several sessions at once.
 */
final class TableReading {
  private static final int BATCH_ROWS = 512;
  private static final int BATCH_BYTES = 256 << 10;

  private final SourceReaderContext context;
  private final JdbcSessions sessions;
  private final Supplier<ColumnMasks> masks;
  private final ExecutorService threads;
  private final JdbcHandOver output;

  /**
   * @param masks makes those of one thread
   * @param threads on which queries run
   */
  TableReading(
      SourceReaderContext context,
      JdbcSessions sessions,
      Supplier<ColumnMasks> masks,
      ExecutorService threads,
      JdbcHandOver output) {
    this.context = context;
    this.sessions = sessions;
    this.masks = masks;
    this.threads = threads;
    this.output = output;
  }

  /** A load: all rows, up to a watermark if there is one. */
  void whole(Connection session, JdbcTable table, @Nullable Watermark to, SeenRows seen)
      throws SQLException, InterruptedException {
    output.put(new Rows(table.schema(), Operation.LOAD, List.of()));
    List<Query> queries = new JdbcQueries(table).whole(session, to);
    List<Future<?>> readings = new ArrayList<>();
    for (Query query : queries) {
      readings.add(
          threads.submit(
              () -> {
                read(table, query, Operation.ROW, row -> true, remembering(table, to, seen), seen);
                return null;
              }));
    }
    await(readings);
  }

  /**
   * What was written since a watermark, which is inserted or updated.
   *
   * @param from inclusive; null for all
   * @param to inclusive; null where no row has a watermark
   */
  void since(
      JdbcTable table,
      Watermark.Kind kind,
      @Nullable Watermark from,
      @Nullable Watermark to,
      SeenRows seen)
      throws InterruptedException {
    JdbcQueries queries = new JdbcQueries(table);
    Consumer<GenericRowData> remembering = remembering(table, to, seen);
    await(
        List.of(
            threads.submit(
                () -> {
                  read(
                      table,
                      queries.since(kind, from, to),
                      Operation.UPDATE,
                      row -> !seen.sawBefore(table, row),
                      remembering,
                      seen);
                  return null;
                })));
  }

  private void read(
      JdbcTable table,
      Query query,
      Operation operation,
      java.util.function.Predicate<GenericRowData> isNew,
      Consumer<GenericRowData> each,
      SeenRows seen)
      throws InterruptedException {
    Batch batch = new Batch(table, operation);
    JdbcReading.read(
        context,
        sessions,
        query,
        new JdbcRows(table, masks.get()),
        TypeInformation.of(JdbcRow.class),
        row -> {
          if (row.fault() != null) {
            boolean before = seen.sawFaultBefore(String.valueOf(row.text()));
            if (operation == Operation.ROW || !before) {
              output.faultUnchecked(table, null, row.fault(), row.text());
            }
          } else {
            if (isNew.test(row.row())) {
              batch.add(row);
            }
            each.accept(row.row());
          }
        });
    batch.flush();
  }

  /** Keeps what the next reading will meet again. */
  private static Consumer<GenericRowData> remembering(
      JdbcTable table, @Nullable Watermark to, SeenRows seen) {
    Watermark.Kind kind = table.watermarkKind();
    if (kind == null || table.schema().key().isEmpty()) {
      return row -> {};
    }
    Watermark next = to == null ? null : to.lookingBack(JdbcRounds.lookBack(table));
    int column = position(table);
    return row -> {
      Watermark of = watermark(kind, row.getField(column));
      if (of == null || next == null || of.compareTo(next) >= 0) {
        seen.remember(table, row);
      }
    };
  }

  private static int position(JdbcTable table) {
    String watermark = table.config().watermark().orElseThrow();
    return table.columns().stream().map(JdbcColumn::name).toList().indexOf(watermark);
  }

  private static @Nullable Watermark watermark(Watermark.Kind kind, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    java.math.BigDecimal amount;
    if (value instanceof TimestampData timestamp) {
      amount =
          java.math.BigDecimal.valueOf(
              timestamp.getMillisecond() * 1_000 + timestamp.getNanoOfMillisecond() / 1_000);
    } else if (value instanceof DecimalData decimal) {
      amount = decimal.toBigDecimal();
    } else {
      amount = java.math.BigDecimal.valueOf(((Number) value).longValue());
    }
    return new Watermark(kind, amount);
  }

  private static void await(List<Future<?>> readings) throws InterruptedException {
    try {
      for (Future<?> reading : readings) {
        reading.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      readings.forEach(reading -> reading.cancel(true));
    }
  }

  /** Rows that are handed over together. */
  private final class Batch {
    private final JdbcTable table;
    private final Operation operation;
    private List<GenericRowData> rows = new ArrayList<>();
    private int bytes;

    Batch(JdbcTable table, Operation operation) {
      this.table = table;
      this.operation = operation;
    }

    void add(JdbcRow row) {
      rows.add(row.row());
      bytes += row.bytes();
      if (rows.size() >= BATCH_ROWS || bytes >= BATCH_BYTES) {
        flush();
      }
    }

    void flush() {
      if (!rows.isEmpty()) {
        output.putUnchecked(new Rows(table.schema(), operation, rows));
        rows = new ArrayList<>();
        bytes = 0;
      }
    }
  }
}
