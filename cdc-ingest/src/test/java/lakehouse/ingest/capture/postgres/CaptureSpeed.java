package lakehouse.ingest.capture.postgres;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.capture.postgres.SnapshotHolder.Slot;
import lakehouse.ingest.event.Operation;

/**
 * Prints what each step of the capture costs, on a server of its own: rows a second by the clock,
 * and rows for a second of this process's processor time. Figures hold as ratios within one run.
 */
final class CaptureSpeed {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final PostgresSessions sessions;
  private final String database;

  private CaptureSpeed(String database) {
    this.database = database;
    this.sessions = PostgresServer.sessions(database);
  }

  /** Arguments: rows to load, changes to stream. */
  public static void main(String[] arguments) throws Exception {
    long rows = Long.parseLong(arguments[0]);
    long changes = Long.parseLong(arguments[1]);
    CaptureSpeed speed = new CaptureSpeed(PostgresServer.newDatabase());
    PostgresServer.execute(
        speed.database,
        """
        CREATE TABLE reading (meter_id bigint, read_at timestamptz, energy_kwh numeric(24,18) NOT NULL,
          reactive_kvarh numeric(24,18), received_at timestamptz NOT NULL, status text NOT NULL,
          corrected_at timestamptz, quality int, PRIMARY KEY (meter_id, read_at))
        """,
        """
        INSERT INTO reading
        SELECT i / 1000, '2024-01-01Z'::timestamptz + i %% 1000 * interval '1 hour',
          (random() * 10)::numeric(24,18), random()::numeric(24,18), '2024-01-02Z'::timestamptz + i * interval '1 s',
          (array['measured','estimated','corrected'])[1 + i %% 3],
          CASE WHEN i %% 3 = 2 THEN now() END, i %% 100
        FROM generate_series(1, %d) i"""
            .formatted(rows),
        "VACUUM ANALYZE reading",
        "CREATE PUBLICATION lake FOR ALL TABLES",
        "CHECKPOINT");
    for (int round = 1; round <= 2; round++) {
      System.out.println("round " + round);
      speed.load(1);
      speed.load(2);
    }
    speed.stream(changes);
    System.out.println("checksum " + CHECKSUM.sum());
    System.exit(0);
  }

  private void load(int parallel) throws Exception {
    try (SnapshotHolder holder =
        SnapshotHolder.take(sessions, Slot.TEMPORARY, Duration.ofMinutes(1))) {
      SourceTable table =
          new SourceTables(holder.session(), "lake", TypeCatalog.read(holder.session()))
              .read("public", "reading")
              .orElseThrow();
      measure(
          "COPY binary to nothing x" + parallel,
          () -> copy(holder, table, parallel, (row, layout) -> {}, false));
      measure(
          "COPY binary, every column decoded x" + parallel,
          () -> copy(holder, table, parallel, CaptureSpeed::readAll, true));
    }
  }

  private interface RowReader {
    void read(WireRow row, RowLayout layout);
  }

  /** Printed at the end, so that nothing that was read is left out as unused. */
  private static final LongAdder CHECKSUM = new LongAdder();

  private static void readAll(WireRow row, RowLayout layout) {
    long sum = 0;
    for (int i = 0; i < layout.columns(); i++) {
      if (!row.isNullAt(i)) {
        sum +=
            switch (layout.decoder(i).shape()) {
              case INT -> row.getInt(i);
              case LONG -> row.getLong(i);
              case STRING -> row.getString(i).hashCode();
              case DECIMAL -> row.getDecimal(i, 24, 18).hashCode();
              case TIMESTAMP -> row.getTimestamp(i, 6).getMillisecond();
              case BOOLEAN, FLOAT, DOUBLE, BYTES, LIST -> 1;
            };
      }
    }
    CHECKSUM.add(sum);
  }

  private long copy(
      SnapshotHolder holder, SourceTable table, int parallel, RowReader reader, boolean decode)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(parallel);
    AtomicLong rows = new AtomicLong();
    List<Future<?>> tasks = new ArrayList<>();
    for (TableRange range : TableRange.cut(table, 32 << 20)) {
      Callable<Void> task =
          () -> {
            RowLayout layout =
                new RowLayout(
                    table.schema(),
                    table.name(),
                    table.columns(),
                    table.key(),
                    Form.LOAD,
                    PostgresServer.NO_MASKS);
            WireRow row = new WireRow(layout);
            try (Connection session = sessions.open()) {
              SnapshotHolder.enter(session, holder.snapshot());
              long count = 0;
              try (CopyReader copy =
                  new CopyReader(session, table.copy(range.leaf(), range.from(), range.end()))) {
                for (byte[] message = copy.next(); message != null; message = copy.next()) {
                  if (decode) {
                    row.overCopy(message, copy.offset());
                    row.at(Operation.ROW, 1, holder.point(), count);
                    reader.read(row, layout);
                  }
                  count++;
                }
              }
              rows.addAndGet(count);
            }
            return null;
          };
      tasks.add(threads.submit(task));
    }
    for (Future<?> task : tasks) {
      task.get();
    }
    threads.shutdown();
    return rows.get();
  }

  private void stream(long changes) throws Exception {
    try (SnapshotHolder holder =
        SnapshotHolder.take(sessions, Slot.PERMANENT, Duration.ofMinutes(1))) {
      TypeCatalog types = TypeCatalog.read(holder.session());
      SourceTable table =
          new SourceTables(holder.session(), "lake", types).read("public", "reading").orElseThrow();
      try (Connection connection = PostgresServer.connect(database);
          Statement statement = connection.createStatement()) {
        for (int i = 0; i < changes / 1000; i++) {
          statement.execute(
              """
              INSERT INTO reading
              SELECT -%d, '2024-01-01Z'::timestamptz + i * interval '1 hour', i / 7.0, i / 3.0, now(),
                'measured', NULL, i
              FROM generate_series(1, 1000) i"""
                  .formatted(i + 1));
        }
      }
      long end;
      try (Connection connection = PostgresServer.connect(database);
          Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
        result.next();
        end = PostgresSql.lsn(result.getString(1));
      }
      for (boolean binary : new boolean[] {true, false, true}) {
        String form = binary ? "binary" : "text";
        measure(
            "stream to nothing, " + form, () -> receive(holder, table, types, binary, end, false));
        measure("stream decoded, " + form, () -> receive(holder, table, types, binary, end, true));
      }
    }
  }

  private long receive(
      SnapshotHolder holder,
      SourceTable table,
      TypeCatalog types,
      boolean binary,
      long end,
      boolean decode)
      throws Exception {
    RelationCache relations =
        new RelationCache(
            sessions,
            PostgresServer.NO_MASKS,
            (changed, cause) -> {
              throw new IllegalStateException(cause);
            });
    relations.begin(types, binary ? Form.STREAM_BINARY : Form.STREAM_TEXT);
    relations.capture(table);
    long[] counted = new long[2];
    PgOutputDecoder decoder =
        new PgOutputDecoder(
            relations,
            1,
            new PgOutputDecoder.Receiver() {
              @Override
              public void change(RowLayout layout, Operation operation, WireRow row) {
                readAll(row, layout);
                counted[0]++;
              }

              @Override
              public void committed(long endLsn, long committedAt) {
                counted[1] = endLsn;
              }

              @Override
              public void message(String prefix, String content) {
                throw new IllegalStateException("nobody sends messages here");
              }
            });
    long messages = 0;
    try (WalReader reader = WalReader.start(sessions, holder.point(), binary)) {
      for (long reached = 0; reached < end; ) {
        WalReader.Batch batch = reader.take();
        reached = Math.max(batch.reached(), counted[1]);
        for (byte[] message : batch.messages()) {
          if (message[WalReader.Batch.body()] == 'I') {
            messages++;
          } else if (message[WalReader.Batch.body()] == 'C') {
            reached = lakehouse.ingest.type.Wire.int64(message, WalReader.Batch.body() + 10);
          }
          if (decode) {
            decoder.decode(message, WalReader.Batch.body(), WalReader.Batch.lsn(message), 0);
          }
        }
      }
    }
    Thread.sleep(500); // the server frees the slot
    return messages;
  }

  private static void measure(String name, Callable<Long> task) throws Exception {
    long cpu = SYSTEM.getProcessCpuTime();
    long from = System.nanoTime();
    long rows = task.call();
    double seconds = (System.nanoTime() - from) / 1e9;
    double cpuSeconds = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
    System.out.printf(
        "%-45s %,10d rows  %6.2f s  %,10.0f rows/s  %,10.0f rows/cpu-s%n",
        name, rows, seconds, rows / seconds, rows / cpuSeconds);
  }
}
