package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.capture.postgres.SnapshotHolder.Slot;
import lakehouse.ingest.event.Operation;
import lakehouse.ingest.type.ValueDecoder.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a load reads: every row of the snapshot once, and nothing else. */
class ITInitialLoad {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private String database;
  private PostgresSessions sessions;

  @BeforeEach
  void createDatabase() throws Exception {
    database = PostgresServer.newDatabase();
    sessions = PostgresServer.sessions(database);
  }

  @AfterEach
  void dropSlots() throws Exception {
    PostgresServer.dropSlots(database);
  }

  @Test
  void readsEveryRowOfTheSnapshotOnceByRanges() throws Exception {
    PostgresServer.execute(
        database,
        """
        CREATE TABLE reading (id bigint PRIMARY KEY, at timestamptz NOT NULL, value numeric(12,3));
        INSERT INTO reading
        SELECT i, '2024-01-01Z'::timestamptz + i * interval '1 hour', i / 8.0
        FROM generate_series(1, 50000) i;
        DELETE FROM reading WHERE id % 3 = 0;
        CREATE PUBLICATION lake FOR TABLE reading
        """);
    try (SnapshotHolder holder = SnapshotHolder.take(sessions, Slot.TEMPORARY, PATIENCE)) {
      PostgresServer.execute(
          database,
          "INSERT INTO reading VALUES (1000000, now(), 1)",
          "UPDATE reading SET value = -1 WHERE id < 100",
          "DELETE FROM reading WHERE id BETWEEN 200 AND 300");
      SourceTable table = plan(holder, "public", "reading");
      List<TableRange> ranges = TableRange.cut(table, 100_000);
      assertThat(ranges).hasSizeGreaterThan(10);
      List<List<String>> rows = new ArrayList<>();
      for (TableRange range : ranges) {
        rows.addAll(read(holder, table, range));
      }
      assertThat(rows).containsExactlyInAnyOrderElementsOf(expected(holder, table));
      assertThat(rows).hasSize(50_000 - 50_000 / 3);
    }
    assertThat(PostgresServer.slots(database)).isEmpty();
  }

  @Test
  void readsOddNamesLeavesFiltersAndColumnLists() throws Exception {
    PostgresServer.execute(
        database,
        """
        CREATE SCHEMA "Ünïcode Schema";
        CREATE TABLE "Ünïcode Schema"."select ""x"" 'y'" (
          "Id" int PRIMARY KEY, "order" text, hidden text,
          doubled int GENERATED ALWAYS AS ("Id" * 2) STORED, price money, "ctid2" uuid);
        INSERT INTO "Ünïcode Schema"."select ""x"" 'y'" ("Id", "order", hidden, price, "ctid2")
        SELECT i, 'n' || i, 'secret', i::text::money, gen_random_uuid() FROM generate_series(1, 10) i;
        UPDATE "Ünïcode Schema"."select ""x"" 'y'" SET price = NULL, "order" = NULL WHERE "Id" = 3;
        CREATE TABLE event (day date, id int, note text, PRIMARY KEY (id, day))
          PARTITION BY RANGE (day);
        CREATE TABLE event_old PARTITION OF event FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
        CREATE TABLE event_new (note text, id int NOT NULL, gone int, day date NOT NULL);
        ALTER TABLE event_new DROP COLUMN gone;
        ALTER TABLE event ATTACH PARTITION event_new FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        INSERT INTO event SELECT '2023-06-01'::date + i, i, 'e' || i FROM generate_series(1, 400) i;
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (extra int) INHERITS (parent);
        INSERT INTO parent VALUES (1);
        INSERT INTO child VALUES (2, 2);
        CREATE TABLE empty_one (id int PRIMARY KEY);
        CREATE PUBLICATION lake FOR TABLE
          "Ünïcode Schema"."select ""x"" 'y'" ("Id", "order", price, "ctid2") WHERE ("Id" < 8),
          event, ONLY parent, empty_one WITH (publish_via_partition_root = true)
        """);
    try (SnapshotHolder holder = SnapshotHolder.take(sessions, Slot.TEMPORARY, PATIENCE)) {
      SourceTable odd = plan(holder, "Ünïcode Schema", "select \"x\" 'y'");
      assertThat(odd.columns())
          .extracting(SourceTable.Column::name)
          .containsExactly("Id", "order", "price", "ctid2");
      assertThat(odd.key()).containsExactly("Id");
      assertThat(readAll(holder, odd)).hasSize(7).hasSameElementsAs(expected(holder, odd));

      SourceTable event = plan(holder, "public", "event");
      assertThat(event.leaves()).hasSize(2);
      assertThat(event.key()).containsExactly("id", "day");
      assertThat(readAll(holder, event)).hasSize(400).hasSameElementsAs(expected(holder, event));

      assertThat(readAll(holder, plan(holder, "public", "parent"))).containsExactly(List.of("1"));
      assertThat(readAll(holder, plan(holder, "public", "empty_one"))).isEmpty();
    }
  }

  @Test
  void takesTheKeyFromTheReplicaIdentity() throws Exception {
    PostgresServer.execute(
        database,
        """
        CREATE TABLE by_index (a int, b text NOT NULL, c uuid NOT NULL, PRIMARY KEY (a));
        CREATE UNIQUE INDEX by_index_bc ON by_index (c, b) INCLUDE (a);
        ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_bc;
        CREATE TABLE full_with_key (a int PRIMARY KEY, b text);
        ALTER TABLE full_with_key REPLICA IDENTITY FULL;
        CREATE TABLE later (a int PRIMARY KEY DEFERRABLE, b text);
        ALTER TABLE later REPLICA IDENTITY FULL;
        CREATE TABLE nothing (a int PRIMARY KEY);
        ALTER TABLE nothing REPLICA IDENTITY NOTHING;
        CREATE PUBLICATION lake FOR ALL TABLES
        """);
    try (SnapshotHolder holder = SnapshotHolder.take(sessions, Slot.TEMPORARY, PATIENCE)) {
      assertThat(plan(holder, "public", "by_index").key()).containsExactly("c", "b");
      assertThat(plan(holder, "public", "full_with_key").key()).containsExactly("a");
      assertThat(plan(holder, "public", "later").key()).isEmpty();
      assertThat(plan(holder, "public", "nothing").key()).isEmpty();
    }
  }

  @Test
  void namesTheTransactionsThatASlotWaitsForAndLeavesNoSlot() throws Exception {
    PostgresServer.execute(
        database, "CREATE TABLE t (id int)", "CREATE PUBLICATION lake FOR ALL TABLES");
    try (Connection writer = PostgresServer.connect(database);
        Statement statement = writer.createStatement()) {
      statement.execute("SET application_name = 'nightly import'");
      statement.execute("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'transfer 7'");
      statement.execute("BEGIN; INSERT INTO t VALUES (2)");

      assertThatThrownBy(() -> SnapshotHolder.take(sessions, Slot.PERMANENT, Duration.ofSeconds(2)))
          .isInstanceOf(LakeException.class)
          .hasMessageContaining("nightly import")
          .hasMessageContaining("prepared transaction 'transfer 7'")
          .hasMessageContaining("Nothing was left behind");
      assertThat(PostgresServer.slots(database)).isEmpty();

      statement.execute("COMMIT");
      statement.execute("ROLLBACK PREPARED 'transfer 7'");
    }
    try (SnapshotHolder holder = SnapshotHolder.take(sessions, Slot.PERMANENT, PATIENCE)) {
      assertThat(holder.point()).isPositive();
      assertThat(holder.isHeld()).isTrue();
      assertThat(PostgresServer.slots(database)).containsExactly(sessions.source().slot());
    }
  }

  private SourceTable plan(SnapshotHolder holder, String schema, String table) throws Exception {
    return new SourceTables(holder.session(), "lake", TypeCatalog.read(holder.session()))
        .read(schema, table)
        .orElseThrow();
  }

  private List<List<String>> readAll(SnapshotHolder holder, SourceTable table) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    for (TableRange range : TableRange.cut(table, 8192)) {
      rows.addAll(read(holder, table, range));
    }
    return rows;
  }

  private List<List<String>> read(SnapshotHolder holder, SourceTable table, TableRange range)
      throws Exception {
    RowLayout layout =
        new RowLayout(
            table.schema(),
            table.name(),
            table.columns(),
            table.key(),
            Form.LOAD,
            PostgresServer.NO_MASKS);
    List<List<String>> rows = new ArrayList<>();
    try (Connection session = sessions.open()) {
      SnapshotHolder.enter(session, holder.snapshot());
      try (CopyReader copy =
          new CopyReader(session, table.copy(range.leaf(), range.from(), range.end()))) {
        WireRow row = new WireRow(layout);
        for (byte[] message = copy.next(); message != null; message = copy.next()) {
          assertThat(row.overCopy(message, copy.offset())).isEqualTo(message.length);
          row.at(Operation.ROW, 1, holder.point(), rows.size());
          assertThat(row.getLong(layout.schema().commitLsn())).isEqualTo(holder.point());
          assertThat(row.getString(layout.schema().op())).hasToString("r");
          assertThat(row.isNullAt(layout.schema().unrepresentable())).isTrue();
          assertThat(row.isNullAt(layout.schema().txId())).isTrue();
          rows.add(texts(layout, row));
        }
      }
    }
    return rows;
  }

  private static List<String> texts(RowLayout layout, WireRow row) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < layout.columns(); i++) {
      Shape shape = layout.decoder(i).shape();
      texts.add(
          row.isNullAt(i)
              ? "∅"
              : switch (shape) {
                case INT -> Integer.toString(row.getInt(i));
                case LONG -> Long.toString(row.getLong(i));
                case STRING -> row.getString(i).toString();
                case DECIMAL -> row.getDecimal(i, 12, 3).toString();
                case TIMESTAMP -> Long.toString(row.getTimestamp(i, 6).getMillisecond() * 1_000);
                case BOOLEAN, FLOAT, DOUBLE, BYTES, LIST -> throw new AssertionError(shape);
              });
    }
    return texts;
  }

  /** The rows as PostgreSQL tells them, in the snapshot; dates and times as numbers. */
  private static List<List<String>> expected(SnapshotHolder holder, SourceTable table)
      throws Exception {
    List<String> columns = new ArrayList<>();
    for (SourceTable.Column column : table.columns()) {
      String name = PostgresSql.identifier(column.name());
      columns.add(
          switch (column.type().name()) {
            case "timestamptz" -> "(extract(epoch FROM %s) * 1000000)::bigint".formatted(name);
            case "date" -> "%s - '1970-01-01'::date".formatted(name);
            default -> name + "::text";
          });
    }
    String sql =
        "SELECT %s FROM %s WHERE %s"
            .formatted(
                String.join(", ", columns),
                PostgresSql.table(table.schema(), table.name()),
                Optional.ofNullable(table.filter()).orElse("true"));
    List<List<String>> rows = new ArrayList<>();
    try (Statement statement = holder.session().createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns.size(); i++) {
          String text = result.getString(i);
          row.add(text == null ? "∅" : text);
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
