package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.postgres.RowLayout.Form;
import lakehouse.ingest.capture.postgres.SnapshotHolder.Slot;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Load and stream of real tables, folded: what a lake would hold equals what PostgreSQL holds. */
class ITWalStream {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private String database;
  private PostgresSessions sessions;
  private final Lake lake = new Lake();
  private WalReader reader;
  private PgOutputDecoder decoder;
  private RelationCache relations;
  private final List<String> reloads = new ArrayList<>();

  @BeforeEach
  void createDatabase() throws Exception {
    database = PostgresServer.newDatabase();
    sessions = PostgresServer.sessions(database);
  }

  @AfterEach
  void dropSlots() throws Exception {
    if (reader != null) {
      reader.close();
    }
    Awaitility.await()
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              PostgresServer.dropSlots(database);
              assertThat(PostgresServer.slots(database)).isEmpty();
            });
  }

  @ParameterizedTest
  @EnumSource(
      value = Form.class,
      names = {"STREAM_BINARY", "STREAM_TEXT"})
  void foldsToWhatTheSourceHolds(Form form) throws Exception {
    PostgresServer.execute(
        database,
        """
        CREATE TABLE one (id int PRIMARY KEY, note text, amount numeric(12,2), at timestamptz);
        CREATE TABLE two (a uuid, b int, doc jsonb, PRIMARY KEY (a, b));
        CREATE TABLE whole (id int PRIMARY KEY, long_text text, n int);
        ALTER TABLE whole REPLICA IDENTITY FULL;
        CREATE TABLE bag (x int, y text);
        ALTER TABLE bag REPLICA IDENTITY FULL;
        INSERT INTO one SELECT i, 'n' || i, i / 4.0, '2024-01-01Z' FROM generate_series(1, 500) i;
        INSERT INTO two SELECT md5(i::text)::uuid, i, '{"a": [1, "x"]}' FROM generate_series(1, 100) i;
        INSERT INTO whole SELECT i, (SELECT string_agg(md5(j::text || i), '') FROM generate_series(1, 200) j), i
        FROM generate_series(1, 50) i;
        INSERT INTO bag SELECT i % 7, 'b' FROM generate_series(1, 50) i;
        ALTER TABLE one ALTER COLUMN note SET STORAGE EXTERNAL;
        CREATE PUBLICATION lake FOR ALL TABLES
        """);
    List<String> tables = List.of("one", "two", "whole", "bag");
    start(form, tables);
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (Connection connection = PostgresServer.connect(database);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < 400; i++) {
        for (int j = random.nextInt(6); j >= 0; j--) {
          if (random.nextInt(8) == 0) {
            statement.execute("SAVEPOINT s");
            statement.execute(change(random));
            statement.execute(random.nextBoolean() ? "ROLLBACK TO s" : "RELEASE s");
          } else {
            statement.execute(change(random));
          }
        }
        if (random.nextInt(6) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
      }
    }
    receiveAll();
    assertFolded(tables);
    assertThat(lake.told).extracting(Lake.Told::operation).contains("r", "c", "u", "d", "t");
  }

  private static String change(Random random) {
    int id = random.nextInt(600);
    String text = "repeat('x%d', %d)".formatted(id, random.nextInt(3) == 0 ? 4000 : 5);
    return switch (random.nextInt(15)) {
      case 0, 1 ->
          "INSERT INTO one VALUES (%d, %s, %d.25, now()) ON CONFLICT DO NOTHING"
              .formatted(id, text, id);
      case 2 ->
          """
          INSERT INTO one VALUES (%d, %s, 'NaN', '-infinity')
          ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, at = excluded.at"""
              .formatted(id, text);
      case 3 -> "UPDATE one SET amount = amount + 1 WHERE id = " + id;
      case 4 -> "UPDATE one SET note = %s WHERE id = %d".formatted(text, id);
      case 5 ->
          "UPDATE one SET id = %d WHERE id = %d AND NOT EXISTS (SELECT FROM one WHERE id = %d)"
              .formatted(id + 1000, id, id + 1000);
      case 6 -> "DELETE FROM one WHERE id = " + id;
      case 7 -> "UPDATE two SET b = b + 1000, doc = '{}' WHERE b = " + id;
      case 8 -> "DELETE FROM two WHERE b % 50 = " + id % 50;
      case 9 -> "UPDATE whole SET n = n + 1 WHERE id = " + id % 50;
      case 10 -> "UPDATE whole SET id = id + 5000 WHERE id = " + id % 50;
      case 11 -> "INSERT INTO bag VALUES (%d, 'b')".formatted(id % 7);
      case 12 -> "UPDATE bag SET y = y || 'x' WHERE x = %d AND length(y) < 5".formatted(id % 7);
      case 13 -> "DELETE FROM bag WHERE ctid = (SELECT min(ctid) FROM bag)";
      default ->
          random.nextInt(6) == 0
              ? "TRUNCATE bag, two"
              : "INSERT INTO two VALUES (gen_random_uuid(), %d, NULL)".formatted(id);
    };
  }

  @Test
  void streamsWhatCommitsAfterThePointAndNothingBefore() throws Exception {
    PostgresServer.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "INSERT INTO t SELECT i, 0 FROM generate_series(1, 10) i",
        "CREATE PUBLICATION lake FOR ALL TABLES");
    start(Form.STREAM_BINARY, List.of("t"));
    try (Connection open = PostgresServer.connect(database);
        Statement statement = open.createStatement()) {
      statement.execute("BEGIN; UPDATE t SET v = 1 WHERE id = 1");
      PostgresServer.execute(database, "UPDATE t SET v = 2 WHERE id = 2");
      statement.execute("COMMIT");
    }
    receiveAll();
    assertFolded(List.of("t"));
    assertThat(lake.told)
        .filteredOn(told -> told.operation().equals("u"))
        .extracting(told -> told.values().get("id"))
        .containsExactly(2, 1);
  }

  @Test
  void confirmsOnlyWhatItIsToldAndResumesThere() throws Exception {
    PostgresServer.execute(
        database, "CREATE TABLE t (id int PRIMARY KEY)", "CREATE PUBLICATION lake FOR ALL TABLES");
    start(Form.STREAM_BINARY, List.of("t"));
    String before = confirmedFlush();
    PostgresServer.execute(
        database,
        "INSERT INTO t VALUES (1)",
        "INSERT INTO t VALUES (2)",
        "INSERT INTO t VALUES (3)");
    receiveAll();
    assertThat(confirmedFlush()).isEqualTo(before);
    long second = lake.commits.get(1);
    reader.confirm(second);
    Awaitility.await()
        .untilAsserted(() -> assertThat(confirmedFlush()).isEqualTo(PostgresSql.lsn(second)));
    reader.close();

    lake.told.clear();
    lake.keyed.clear();
    restart(second, Form.STREAM_BINARY);
    receiveAll();
    assertThat(lake.told).extracting(told -> told.values().get("id")).containsExactly(3);
  }

  @Test
  void followsAddedDroppedAndWidenedColumns() throws Exception {
    PostgresServer.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, gone text, small int, amount numeric(8,2), name varchar(5))",
        "INSERT INTO t VALUES (1, 'x', 1, 1.5, 'a')",
        "CREATE PUBLICATION lake FOR ALL TABLES");
    start(Form.STREAM_BINARY, List.of("t"));
    PostgresServer.execute(
        database,
        "ALTER TABLE t ADD COLUMN added date",
        "INSERT INTO t VALUES (2, 'y', 2, 2.5, 'b', '2024-01-01')");
    receiveAll();
    PostgresServer.execute(
        database,
        "ALTER TABLE t ALTER COLUMN small TYPE bigint",
        "ALTER TABLE t ALTER COLUMN amount TYPE numeric(20,2)",
        "ALTER TABLE t ALTER COLUMN name TYPE text",
        "INSERT INTO t VALUES (3, 'z', 3000000000, 3.5, 'longer', NULL)",
        "ALTER TABLE t DROP COLUMN gone",
        "INSERT INTO t VALUES (4, 4, 4.5, 'd', NULL)");
    receiveAll();
    assertThat(lake.keyed.get("t").values())
        .extracting(row -> row.get("small"))
        .containsExactlyInAnyOrder(1, 2, 3_000_000_000L, 4L);
    assertThat(lake.keyed.get("t").get(List.of((Object) 2))).containsEntry("added", 19_723);
    assertThat(lake.keyed.get("t").get(List.of((Object) 4))).doesNotContainKey("gone");
  }

  @Test
  void stopsWhereTheLogDoesNotCarryWhatAChangeDid() throws Exception {
    assertStops("ALTER TABLE t RENAME COLUMN v TO w", "may be a renaming");
    assertStops("ALTER TABLE t ALTER COLUMN v TYPE text USING v || '!'", "changed its type");
    assertStops(
        "ALTER TABLE t ALTER COLUMN v SET NOT NULL; ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, v)",
        "told apart by the columns [id], and are by [id, v] now");
    assertStops(
        "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v int)", "dropped and made again");
  }

  @Test
  void asksForANewLoadWhereAColumnCameWithADefault() throws Exception {
    assertReloads("ALTER TABLE t ADD COLUMN d int DEFAULT 5");
    assertReloads("ALTER TABLE t ADD COLUMN d uuid DEFAULT gen_random_uuid()");
  }

  private void assertReloads(String ddl) throws Exception {
    startSmallTable();
    reloads.clear();
    PostgresServer.execute(database, "INSERT INTO t (id) VALUES (2)", ddl);
    PostgresServer.execute(database, "INSERT INTO t (id) VALUES (3)");
    receiveAll();
    assertThat(reloads).containsExactly("column d was added with a default");
    assertThat(lake.keyed.get("t").keySet())
        .as("nothing is kept after the change")
        .containsExactlyInAnyOrder(List.of(1), List.of(2));
    assertThat(relations.tables()).isEmpty();
    dropSlots();
  }

  private void startSmallTable() throws Exception {
    PostgresServer.execute(
        database,
        "DROP PUBLICATION IF EXISTS lake",
        "DROP TABLE IF EXISTS t",
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "INSERT INTO t VALUES (1, 1)",
        "CREATE PUBLICATION lake FOR ALL TABLES");
    lake.keyed.clear();
    start(Form.STREAM_TEXT, List.of("t"));
  }

  private void assertStops(String ddl, String cause) throws Exception {
    startSmallTable();
    PostgresServer.execute(database, ddl, "INSERT INTO t VALUES (2, 2)");
    assertThatThrownBy(this::receiveAll)
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("public.t")
        .hasMessageContaining(cause)
        .hasMessageContaining("lake resync test public.t");
    dropSlots();
  }

  @Test
  void saysWhatBroke() throws Exception {
    PostgresServer.execute(
        database, "CREATE TABLE t (id int PRIMARY KEY)", "CREATE PUBLICATION lake FOR ALL TABLES");
    start(Form.STREAM_BINARY, List.of("t"));
    PostgresServer.execute(
        database,
        """
        SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
        WHERE slot_name = '%s'"""
            .formatted(sessions.source().slot()));
    assertThatThrownBy(
            () -> {
              while (true) {
                reader.take();
              }
            })
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("The stream of changes broke");
    assertThat(reader.available()).isCompleted();
  }

  @Test
  void wakesWhoWaitsForAChangeWhenItIsClosed() throws Exception {
    PostgresServer.execute(
        database, "CREATE TABLE t (id int PRIMARY KEY)", "CREATE PUBLICATION lake FOR ALL TABLES");
    start(Form.STREAM_BINARY, List.of("t"));
    CompletableFuture<Void> waiting = reader.available();
    reader.close();
    assertThat(waiting).succeedsWithin(PATIENCE);
  }

  /** Makes the slot, loads the tables in its snapshot, and starts the stream at its point. */
  private void start(Form form, List<String> tables) throws Exception {
    try (SnapshotHolder holder = SnapshotHolder.take(sessions, Slot.PERMANENT, PATIENCE)) {
      TypeCatalog types = TypeCatalog.read(holder.session());
      relations =
          new RelationCache(
              sessions, PostgresServer.NO_MASKS, (table, cause) -> reloads.add(cause));
      relations.begin(types, form);
      for (String name : tables) {
        SourceTable table =
            new SourceTables(holder.session(), "lake", types).read("public", name).orElseThrow();
        relations.capture(table);
        lake.load(sessions, holder, table);
      }
      restart(holder.point(), form);
    }
  }

  private void restart(long from, Form form) throws Exception {
    decoder = new PgOutputDecoder(relations, 1, lake);
    reader = WalReader.start(sessions, from, form == Form.STREAM_BINARY);
  }

  /** Takes what the server has by now. */
  private void receiveAll() throws Exception {
    long end;
    try (Connection connection = PostgresServer.connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_logical_emit_message(true, 'test', 'end')");
      try (ResultSet result = statement.executeQuery("SELECT pg_current_wal_flush_lsn()")) {
        result.next();
        end = PostgresSql.lsn(result.getString(1));
      }
    }
    for (long reached = 0; reached < end || decoder.inTransaction(); ) {
      WalReader.Batch batch = reader.take();
      for (byte[] message : batch.messages()) {
        decoder.decode(message, WalReader.Batch.body(), WalReader.Batch.lsn(message), 0);
      }
      reached = Math.max(reached, batch.reached());
      if (!lake.commits.isEmpty()) {
        reached = Math.max(reached, lake.commits.get(lake.commits.size() - 1));
      }
    }
  }

  private String confirmedFlush() throws Exception {
    try (Connection connection = PostgresServer.connect(database);
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%s'"
                    .formatted(sessions.source().slot()))) {
      result.next();
      return result.getString(1);
    }
  }

  private void assertFolded(List<String> tables) throws Exception {
    for (String table : tables) {
      Lake source = new Lake();
      try (SnapshotHolder holder = SnapshotHolder.take(sessions, Slot.TEMPORARY, PATIENCE)) {
        TypeCatalog types = TypeCatalog.read(holder.session());
        SourceTable now =
            new SourceTables(holder.session(), "lake", types).read("public", table).orElseThrow();
        source.load(sessions, holder, now);
      }
      assertThat(lake.keyed.getOrDefault(table, Map.of()))
          .isEqualTo(source.keyed.getOrDefault(table, Map.of()));
      assertThat(lake.bags.getOrDefault(table, new ArrayList<>()))
          .containsExactlyInAnyOrderElementsOf(source.bags.getOrDefault(table, new ArrayList<>()));
    }
  }
}
