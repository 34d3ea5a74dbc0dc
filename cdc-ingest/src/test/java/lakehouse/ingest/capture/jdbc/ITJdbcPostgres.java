package lakehouse.ingest.capture.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfigs;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.QueriedSource;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A PostgreSQL database that is captured by queries, by the real programs. */
class ITJdbcPostgres {
  static final String CUSTOMER =
      """
      CREATE TABLE customer (
        id bigint PRIMARY KEY, name text, balance numeric(12,2), rate numeric, active boolean,
        born date, seen timestamp, tags text[], data jsonb, ref uuid, raw bytea, ratio float8,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp())""";
  static final String INDEX = "CREATE INDEX ON customer (updated_at)";
  static final String FILL =
      """
      INSERT INTO customer
      SELECT i, 'name ' || i, i / 8.0, i / 3.0, i %% 2 = 0, DATE '2000-01-01' + i,
        TIMESTAMP '2024-01-01 00:00:00.123456' + i * INTERVAL '1 h', ARRAY['a', NULL, i::text],
        jsonb_build_object('i', i), md5(i::text)::uuid, decode(md5(i::text), 'hex'), i / 16.0,
        clock_timestamp() - INTERVAL '1 h' -- longer ago than any look-back
      FROM generate_series(1, %d) i""";
  static final String INCREMENTAL =
      """
      - table: customer
        watermark: updated_at
        look-back: 5 s
        partition-by: id
        partitions: 3
      """;

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private @Nullable ProgramProcess ingest;

  @AfterEach
  void endIngest() {
    if (ingest != null) {
      ingest.close();
    }
  }

  @Test
  void readsATableWholeAndThenWhatIsNew() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(
            lake,
            "queried",
            CUSTOMER,
            INDEX,
            FILL.formatted(3_000),
            "CREATE TABLE code (code text PRIMARY KEY, word text)",
            "INSERT INTO code VALUES ('a', 'one'), ('b', 'two')");
    Path config = source.config(INCREMENTAL + "- table: code\n  refresh-interval: 1 s\n", "");
    ingest = IngestProcess.ingest(config);
    source.await(ingest, s -> s.isEqual("customer", "id") && s.isEqual("code", "code"));
    assertThat(source.assertEqual("customer", "id").operations())
        .containsExactlyInAnyOrderEntriesOf(Map.of("l", 1L, "r", 3_000L));
    assertThat(source.state().loaded()).containsExactly("public.code", "public.customer");

    source.execute(
        "UPDATE customer SET name = 'changed', updated_at = clock_timestamp() WHERE id % 100 = 0",
        "INSERT INTO customer (id, name) VALUES (5000, 'new')",
        "DELETE FROM code WHERE code = 'a'",
        "UPDATE code SET word = 'changed' WHERE code = 'b'");
    source.await(ingest, s -> s.isEqual("customer", "id") && s.isEqual("code", "code"));
    long round = source.state().position();
    TimeUnit.SECONDS.sleep(2); // the look-back meets the same rows in many readings
    assertThat(source.assertEqual("customer", "id").operations())
        .as("what was met again was not told again")
        .containsExactlyInAnyOrderEntriesOf(Map.of("l", 1L, "r", 3_000L, "u", 31L));
    assertThat(source.state().position())
        .as("the other table is read whole again and again")
        .isGreaterThan(round);
    assertThat(ingest.stop()).as(ingest.output()).isZero();

    // another process goes on where the catalog is: only what the look-back meets is told again
    source.execute(
        "UPDATE customer SET name = 'between', updated_at = clock_timestamp() WHERE id = 1");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    BronzeFold after = source.assertEqual("customer", "id");
    assertThat(after.operations()).containsEntry("l", 1L).containsEntry("r", 3_000L);
    assertThat(after.operations().get("u")).isBetween(32L, 70L);
  }

  @Test
  void missesWhatALongTransactionWroteUnlessItLooksBack() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(lake, "late", CUSTOMER, INDEX, FILL.formatted(10));
    source.execute(
        "CREATE TABLE other AS SELECT * FROM customer",
        "ALTER TABLE other ADD PRIMARY KEY (id), ALTER updated_at SET NOT NULL",
        "CREATE INDEX ON other (updated_at)");
    Path config =
        source.config(
            """
            - table: customer
              watermark: updated_at
              look-back: 1 min
            - table: other
              watermark: updated_at
            """,
            "");
    ingest = IngestProcess.ingest(config);
    source.await(ingest, s -> s.isEqual("customer", "id") && s.isEqual("other", "id"));
    try (Connection open = source.connect();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      for (String table : List.of("customer", "other")) {
        statement.execute(
            "UPDATE %s SET name = 'late', updated_at = clock_timestamp() WHERE id = 1"
                .formatted(table));
        source.execute(
            "UPDATE %s SET name = 'early', updated_at = clock_timestamp() WHERE id = 2"
                .formatted(table));
      }
      source.await(ingest, s -> seen(s, "customer", "early") && seen(s, "other", "early"));
      open.commit();
    }
    source.await(ingest, s -> s.isEqual("customer", "id"));
    assertThat(seen(source, "other", "late"))
        .as("the fault that the look-back is for, without it")
        .isFalse();
  }

  private static boolean seen(QueriedSource source, String table, String name) {
    return source.fold(table).rows().values().stream().anyMatch(r -> name.equals(r.get("name")));
  }

  @Test
  void findsDeletedRowsByTheirKeys() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(lake, "deleted", CUSTOMER, INDEX, FILL.formatted(500));
    Path config = source.config(INCREMENTAL + "  compare-keys-interval: 1 s\n", "");
    ingest = IngestProcess.ingest(config);
    source.await(ingest, s -> s.isEqual("customer", "id"));
    source.execute(
        "DELETE FROM customer WHERE id % 10 = 0",
        "UPDATE customer SET id = 9001, updated_at = clock_timestamp() WHERE id = 1");
    source.await(ingest, s -> s.isEqual("customer", "id"));
    assertThat(source.assertEqual("customer", "id").operations())
        .containsExactlyInAnyOrderEntriesOf(Map.of("l", 1L, "r", 500L, "d", 51L, "u", 1L));

    // one that comes again, equal to what it was, is there again
    source.execute(
        "CREATE TABLE kept AS SELECT * FROM customer WHERE id = 9001",
        "DELETE FROM customer WHERE id = 9001");
    source.await(ingest, s -> s.isEqual("customer", "id"));
    source.execute("INSERT INTO customer SELECT * FROM kept");
    source.await(ingest, s -> s.isEqual("customer", "id"));
  }

  @Test
  void readsWholeAgainWhenTheWatermarkGoesBack() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(lake, "back", CUSTOMER, INDEX, FILL.formatted(100));
    Path config = source.config(INCREMENTAL, "");
    ingest = IngestProcess.ingest(config);
    source.await(ingest, s -> s.isEqual("customer", "id"));
    assertThat(source.quarantine()).isEmpty();

    source.execute(
        """
        UPDATE customer SET updated_at = updated_at - INTERVAL '1 day',
          name = CASE WHEN id = 7 THEN 'restored' ELSE name END""");
    source.await(ingest, s -> s.isEqual("customer", "id"));
    assertThat(source.assertEqual("customer", "id").operations())
        .containsExactlyInAnyOrderEntriesOf(Map.of("l", 2L, "r", 200L));
    assertThat(source.quarantine())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getField("reason")).isEqualTo("watermark-went-back");
              assertThat(row.getField("message").toString())
                  .startsWith("The greatest updated_at went back from ")
                  .endsWith("; the table was read whole, anew.");
            });
  }

  @Test
  void keepsAsTextWhatATypeCannotHoldAndRejectsARowWithoutAKey() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(
            lake,
            "odd",
            """
            CREATE TABLE odd (code text UNIQUE, n numeric(10,2), d date, t timestamptz,
              phone text, money money, r int4range)""",
            """
            INSERT INTO odd VALUES ('a', 'NaN', 'infinity', '-infinity', '0300-1', '12.30', '[1,5)'),
              ('b', 1.5, '0044-03-15 BC', '2024-02-29 23:59:59.999999+00', '0300-2', NULL, NULL),
              (NULL, 7, '2024-01-01', now(), '0300-3', '1', 'empty')""");
    Path config =
        source.config(
            "- table: odd\n  key: [code]\n",
            "masks:\n  - {table: odd, column: phone, method: token}\n");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();

    BronzeFold fold = source.fold("odd");
    assertThat(fold.operations()).containsExactlyInAnyOrderEntriesOf(Map.of("l", 1L, "r", 2L));
    Map<String, @Nullable String> a = fold.rows().get(List.of("a"));
    assertThat(a)
        .containsEntry("n", "NaN")
        .containsEntry("d", "infinity")
        .containsEntry("t", "-infinity")
        .containsEntry("money", "$12.30")
        .containsEntry("r", "[1,5)");
    assertThat(fold.changes())
        .filteredOn(row -> "a".equals(row.values().get("code")))
        .allSatisfy(
            row -> {
              assertThat(row.values()).containsEntry("n", null).containsEntry("d", null);
              assertThat(row.unrepresentable()).containsOnlyKeys("n", "d", "t");
            });
    assertThat(fold.rows().get(List.of("b")))
        .containsEntry("n", "1.50")
        .containsEntry("d", "-0043-03-15")
        .containsEntry("t", "2024-02-29 23:59:59.999999+00");
    assertThat(a.get("phone")).matches("[0-9a-f]{64}");

    Record rejected = source.quarantine().get(0);
    assertThat(source.quarantine()).hasSize(1);
    assertThat(rejected.getField("reason")).isEqualTo("key-missing");
    assertThat(rejected.getField("table_name")).isEqualTo("public.odd");
    assertThat(rejected.getField("row_text").toString())
        .contains("\"n\":\"7.00\"")
        .doesNotContain("0300")
        .containsPattern("\"phone\":\"[0-9a-f]{64}\"");
  }

  @Test
  void readsTablesWithRejectedRowsWholeForAReplay() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(
            lake,
            "again",
            "CREATE TABLE odd (code text UNIQUE, v text, at timestamptz DEFAULT now())",
            "CREATE TABLE even (code text UNIQUE, at timestamptz DEFAULT now())",
            "CREATE INDEX ON odd (at)",
            "CREATE INDEX ON even (at)",
            "INSERT INTO odd VALUES ('a', 'one'), (NULL, 'two')",
            "INSERT INTO even VALUES ('a')");
    Path config =
        source.config(
            "- table: odd\n  key: [code]\n  watermark: at\n"
                + "- table: even\n  key: [code]\n  watermark: at\n",
            "");
    ingest = IngestProcess.ingest(config);
    source.await(ingest, s -> s.isEqual("even", "code") && s.quarantine().size() == 1);
    replay(config, 5, "Source again is being captured already");
    assertThat(ingest.kill()).isEqualTo(137);

    // its watermark does not rise, so that no round would see it
    source.execute("UPDATE odd SET code = 'b' WHERE code IS NULL");
    long before = source.state().position();
    replay(config, 0, "For 1 rejected rows the next start of the ingest loads [public.odd] anew");
    assertThat(source.state().position()).isGreaterThan(before);
    replay(config, 0, "Nothing of source again is to be replayed.");

    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(source.assertEqual("odd", "code").operations()).containsEntry("l", 2L);
    assertThat(source.assertEqual("even", "code").operations()).containsEntry("l", 1L);
  }

  private static void replay(Path config, int exitCode, String says) {
    try (ProgramProcess replay = IngestProcess.quarantine(config, "replay", "again")) {
      assertThat(replay.exitCode()).as(replay.output()).isEqualTo(exitCode);
      assertThat(replay.output()).contains(says);
    }
  }

  @Test
  void goesOnWithTheOthersWhenOneStops() throws Exception {
    String ddl = "CREATE TABLE t (id int UNIQUE, v text)";
    QueriedSource bad =
        QueriedSource.postgres(lake, "bad", ddl, "INSERT INTO t VALUES (1, 'a'), (NULL, 'b')");
    QueriedSource good = QueriedSource.postgres(lake, "good", ddl, "INSERT INTO t VALUES (1, 'a')");
    String table = "- table: t\n  key: [id]\n  refresh-interval: 1 s\n";
    Path config =
        QueriedSource.config(
            lake,
            bad.folder(),
            bad.yaml(table, "rejected:\n  policy: stop\n"),
            good.yaml(table, ""));
    ingest = IngestProcess.ingest(config);
    good.await(ingest, s -> s.isEqual("t", "id"));
    good.execute("INSERT INTO t VALUES (2, 'after')");
    good.await(
        ingest,
        s ->
            s.isEqual("t", "id")
                && ingest.output().contains("the capture of source bad has ended"));
    assertThat(ingest.output())
        .contains("Source bad: 1 rows of table public.t cannot be taken")
        .contains("Column id is of the key and has no value.");
    assertThat(hasBronze("bad")).as("nothing of the one that stopped is in the lake").isFalse();
    assertThat(ingest.stop()).as(ingest.output()).isEqualTo(4);
  }

  private static boolean hasBronze(String source) {
    return lake.catalog().iceberg().namespaceExists(Layer.BRONZE.namespace(source));
  }

  @Test
  void rejectsRowsThatBreakARuleUntilTheyAreCorrected() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(lake, "ruled", CUSTOMER, INDEX, FILL.formatted(100));
    source.execute(
        "UPDATE customer SET balance = -1 WHERE id = 1",
        "UPDATE customer SET name = NULL WHERE id = 2",
        "UPDATE customer SET born = '1899-01-01' WHERE id = 3",
        "UPDATE customer SET name = 'secret' WHERE id = 4");
    Path config =
        source.config(
            INCREMENTAL
                + """
                  rules:
                    - {column: balance, min: 0}
                    - {column: name, required: true, pattern: 'name .*'}
                    - {column: born, min: 1900-01-01, max: 2100-01-01}
                """,
            "");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(source.fold("customer").rows()).hasSize(96);
    assertThat(source.quarantine())
        .extracting(row -> row.getField("reason") + ": " + row.getField("message"))
        .containsExactlyInAnyOrder(
            "range: column balance is out of its range",
            "required: column name has no value",
            "range: column born is out of its range",
            "pattern: column name does not match its pattern");

    source.execute(
        """
        UPDATE customer SET balance = 1, name = 'name of ' || id, born = '2000-01-01',
          updated_at = clock_timestamp() WHERE id <= 4""");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    source.assertEqual("customer", "id");
    assertThat(source.quarantine()).hasSize(4);

    JdbcConfig read =
        (JdbcConfig)
            LakeConfigs.load(Optional.of(config), new DataFolder(lake.folder())).sources().get(0);
    try (Connection session = source.connect()) {
      ColumnMasks masks = ColumnMasks.of(List.of(), null);
      assertThat(JdbcTable.read(session, read.tables().get(0), masks))
          .as("the table as each round finds it: another one would be another version to writers")
          .isEqualTo(JdbcTable.read(session, read.tables().get(0), masks));
    }
  }

  @Test
  void stopsWhenARuleHasNothingToHoldAnyMore() throws Exception {
    QueriedSource source =
        QueriedSource.postgres(lake, "idle", CUSTOMER, INDEX, FILL.formatted(10));
    Path config = source.config(INCREMENTAL + "  rules:\n    - {column: balance, min: 0}\n", "");
    ingest = IngestProcess.ingest(config);
    source.await(ingest, s -> s.isEqual("customer", "id"));
    source.execute("ALTER TABLE customer ALTER balance TYPE text");
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(3);
    assertThat(ingest.output())
        .contains("table public.customer is not any more as its rules have it")
        .contains("those of [balance]")
        .contains("Correct `rules` of the table, or the table.");
  }
}
