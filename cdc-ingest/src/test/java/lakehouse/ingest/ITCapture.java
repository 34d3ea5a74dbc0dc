package lakehouse.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.SourceDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.projectnessie.model.LogResponse;

/**
 * The capture from PostgreSQL to bronze, on real servers: one load, then all sorts of changes while
 * it streams, each test with tables of its own. The ingest is a process of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ITCapture {
  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private SourceDatabase source;
  private ProgramProcess ingest;

  private static final String KINDS =
      """
      CREATE TYPE mood AS ENUM ('calm', 'tense', 'ungehörig, "so"');
      CREATE DOMAIN amount AS numeric(12,2);
      CREATE TABLE kinds (
        id int PRIMARY KEY,
        b boolean, i2 smallint, i4 integer, i8 bigint, o oid,
        f4 real, f8 double precision,
        n numeric(20,6), wide numeric(38,10), plain numeric, big numeric(50,3), dom amount,
        t text, vc varchar(20), c char(5), m mood, u uuid, j json, jb jsonb, x bytea,
        d date, tm time(3), ts timestamp, ts3 timestamp(3), tstz timestamptz,
        ip inet, ai integer[], at text[], an numeric(10,2)[], am mood[]);
      ALTER TABLE kinds REPLICA IDENTITY FULL;
      INSERT INTO kinds VALUES
        (1, true, -32768, 2147483647, -9223372036854775808, 4294967295,
         1.5, 0.1, 12345678901234.567890, 1234567890123456789012345678.0123456789,
         1234567890.12345678901234567890, 12345678901234567890123456789012345678901234567.125, 10.50,
         'Grüße aus Karachi کراچی', 'vc', 'ab', 'ungehörig, "so"',
         'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [1, 2, null]}', '\\xdeadbeef00',
         '1999-12-31', '23:59:59.999', '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56.789',
         '2024-02-29 12:34:56.123456+05', '192.168.0.0/16', '{1,NULL,3}', '{a,NULL,c}', '{1.50,2.25}',
         '{calm,tense}'),
        (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
      CREATE TABLE pair (a int, b text, v int, PRIMARY KEY (b, a));
      INSERT INTO pair SELECT i % 7, 'k' || i, i FROM generate_series(1, 500) i;
      CREATE TABLE uid (id uuid PRIMARY KEY, v int);
      INSERT INTO uid SELECT gen_random_uuid(), i FROM generate_series(1, 500) i;
      CREATE TABLE large (id int PRIMARY KEY, body text, doc jsonb, list text[], numbers int[], n int);
      ALTER TABLE large
        ALTER COLUMN body SET STORAGE EXTERNAL,
        ALTER COLUMN doc SET STORAGE EXTERNAL,
        ALTER COLUMN list SET STORAGE EXTERNAL,
        ALTER COLUMN numbers SET STORAGE EXTERNAL;
      INSERT INTO large SELECT i, repeat('body' || i || ' ', 3000),
        jsonb_build_object('a', repeat('doc' || i, 3000)), ARRAY[repeat('list' || i, 3000), NULL],
        ARRAY(SELECT generate_series(1, 3000)), i FROM generate_series(1, 20) i;
      CREATE TABLE emptied (id int PRIMARY KEY, v int);
      INSERT INTO emptied SELECT i, i FROM generate_series(1, 100) i;
      CREATE TABLE nothing (id int PRIMARY KEY, v int);
      CREATE TABLE widened (id int PRIMARY KEY, v int, w int);
      INSERT INTO widened VALUES (1, 1, 1);
      CREATE TABLE "Mixed-Case" (id int PRIMARY KEY, "Total in kWh" int, "select" text);
      INSERT INTO "Mixed-Case" VALUES (1, 2, 'x');
      CREATE TABLE person (id int PRIMARY KEY, cnic text, name text);
      INSERT INTO person VALUES (1, '42101-1234567-1', 'Ayesha'), (2, NULL, 'Bilal');
      """;

  private static final List<String> TABLES =
      List.of("kinds", "pair", "uid", "large", "emptied", "nothing", "widened", "Mixed-Case");

  @BeforeAll
  void start() throws Exception {
    source = lake.source("kinds", KINDS);
    ingest =
        IngestProcess.ingest(
            source.config(
                """
                masks:
                  - {table: person, column: cnic, method: token}
                  - {table: public.person, column: name, method: redact}
                """));
    lake.awaitLoaded(ingest, source, TABLES.size() + 1);
  }

  @AfterAll
  void stop() {
    ingest.close();
  }

  @Test
  @Order(1)
  void loadsWhatTheSourceHolds() throws Exception {
    for (String table : TABLES) {
      lake.assertEqual(source, table);
    }
    assertThat(lake.fold(source, "nothing").operations()).containsExactly(Map.entry("l", 1L));
    assertThat(lake.fold(source, "pair").operations())
        .containsExactly(Map.entry("l", 1L), Map.entry("r", 500L));
  }

  @Test
  @Order(2)
  void streamsValuesOfAllTypes() throws Exception {
    source.execute(
        """
        INSERT INTO kinds SELECT 3, b, i2, i4, i8, o, f4, f8, n, wide, plain, big, dom, t, vc, c, m, u,
          j, jb, x, d, tm, ts, ts3, tstz, ip, ai, at, an, am FROM kinds WHERE id = 1;
        UPDATE kinds SET t = 'changed', plain = 'NaN', d = NULL WHERE id = 2;
        DELETE FROM kinds WHERE id = 1;
        """);
    source.execute("INSERT INTO nothing SELECT i, i FROM generate_series(1, 5000) i");
    source.execute("UPDATE \"Mixed-Case\" SET \"Total in kWh\" = 3 WHERE id = 1");
    lake.awaitCurrent(ingest, source);
    assertThat(lake.assertEqual(source, "kinds").operations())
        .containsExactly(
            Map.entry("c", 1L),
            Map.entry("d", 1L),
            Map.entry("l", 1L),
            Map.entry("r", 2L),
            Map.entry("u", 1L));
    assertThat(lake.assertEqual(source, "nothing").operations())
        .containsExactly(Map.entry("c", 5_000L), Map.entry("l", 1L));
    lake.assertEqual(source, "Mixed-Case");
  }

  @Test
  @Order(2)
  void followsAKeyOfTwoColumnsThatChanges() throws Exception {
    long updated = count("pair WHERE a < 3");
    long deleted = count("pair WHERE a = 4");
    long moved = count("pair WHERE a = 5");
    source.execute("UPDATE pair SET v = v + 1 WHERE a < 3");
    source.execute("DELETE FROM pair WHERE a = 4");
    source.execute("UPDATE pair SET b = 'moved' || b WHERE a = 5");
    lake.awaitCurrent(ingest, source);
    BronzeFold pair = lake.assertEqual(source, "pair");
    assertThat(pair.operations())
        .containsExactly(
            Map.entry("c", moved),
            Map.entry("d", deleted + moved),
            Map.entry("l", 1L),
            Map.entry("r", 500L),
            Map.entry("u", updated));
    assertThat(pair.changes())
        .filteredOn(change -> change.op().equals("c"))
        .allSatisfy(
            change ->
                assertThat("moved" + change.oldKey().get(0)).isEqualTo(change.values().get("b")));
  }

  @Test
  @Order(2)
  void followsAUuidKeyThatChanges() throws Exception {
    source.execute("UPDATE uid SET id = gen_random_uuid() WHERE v % 10 = 0");
    source.execute("UPDATE uid SET v = -v WHERE v % 10 = 1");
    lake.awaitCurrent(ingest, source);
    assertThat(lake.assertEqual(source, "uid").operations())
        .containsExactly(
            Map.entry("c", 50L),
            Map.entry("d", 50L),
            Map.entry("l", 1L),
            Map.entry("r", 500L),
            Map.entry("u", 50L));
  }

  @Test
  @Order(2)
  void namesTheLargeValuesThatTheLogDidNotCarry() throws Exception {
    source.execute("UPDATE large SET n = n + 100");
    source.execute("UPDATE large SET id = id + 1000 WHERE id % 2 = 0"); // and over a changed key
    source.execute("UPDATE large SET body = repeat('new ', 5000) WHERE id = 3");
    source.execute("UPDATE large SET doc = NULL, list = '{}' WHERE id = 5");
    lake.awaitCurrent(ingest, source);
    BronzeFold large = lake.assertEqual(source, "large");
    List<BronzeFold.Row> written =
        large.changes().stream().filter(row -> List.of("u", "c").contains(row.op())).toList();
    assertThat(written).hasSize(20 + 10 + 2);
    assertThat(written.subList(0, 30))
        .allSatisfy(
            row -> {
              assertThat(row.unchanged()).containsExactly("body", "doc", "list", "numbers");
              row.unchanged().forEach(name -> assertThat(row.values()).containsEntry(name, null));
            });
    assertThat(written.get(30).unchanged()).containsExactly("doc", "list", "numbers");
    assertThat(written.get(31).unchanged()).containsExactly("body", "numbers");
    assertThat(written.get(31).values()).containsEntry("doc", null).containsEntry("list", "{}");
  }

  @Test
  @Order(2)
  void emptiesATableThatIsTruncated() throws Exception {
    source.execute(
        """
        INSERT INTO emptied VALUES (1000, 1);
        TRUNCATE emptied;
        INSERT INTO emptied VALUES (1, -1), (2000, 2);
        """);
    lake.awaitCurrent(ingest, source);
    assertThat(lake.assertEqual(source, "emptied").operations())
        .containsExactly(
            Map.entry("c", 3L), Map.entry("l", 1L), Map.entry("r", 100L), Map.entry("t", 1L));
  }

  @Test
  @Order(2)
  void addsColumnsWhileItRuns() throws Exception {
    source.execute("ALTER TABLE widened ADD COLUMN note text, ADD COLUMN \"a.b\" numeric(8,3)");
    source.execute("INSERT INTO widened VALUES (2, 7, 1, 'noted', 1.125)");
    source.execute("ALTER TABLE widened ALTER COLUMN v TYPE bigint");
    source.execute("UPDATE widened SET v = 5000000000 WHERE v = 7");
    lake.awaitCurrent(ingest, source);
    BronzeFold widened = lake.assertEqual(source, "widened");
    assertThat(widened.table().schema().columns().stream().map(column -> column.name()))
        .startsWith("id", "v", "w", "note", "a.b", "_op");
    assertThat(widened.rows().get(List.of("2")))
        .containsEntry("note", "noted")
        .containsEntry("v", "5000000000");

    source.execute("ALTER TABLE widened ALTER COLUMN w TYPE text"); // which no int can hold
    source.execute("INSERT INTO widened VALUES (3, 1, 'three')");
    lake.awaitCurrent(ingest, source);
    assertThat(lake.fold(source, "widened").rows().get(List.of("3")))
        .containsEntry("w__v2", "three")
        .containsEntry("w", null);
  }

  @Test
  @Order(2)
  void hidesWhatIsMasked() throws Exception {
    source.execute("UPDATE person SET id = 3 WHERE id = 1");
    lake.awaitCurrent(ingest, source);
    BronzeFold person = lake.fold(source, "person");
    assertThat(person.rows().values())
        .allSatisfy(row -> assertThat(row).containsEntry("name", null));
    assertThat(person.rows().get(List.of("3")).get("cnic"))
        // HMAC-SHA256 of the text under the key of the configuration
        .isEqualTo("c62b2335a6346da08af7f899ae9fd1533bb819b7f7731a108ec0e78894b810fc");
  }

  /** Position ranges follow on each other, and the rows they tell are those in the tables. */
  @Test
  @Order(3)
  void tellsOfEachCommitWhatItHolds() throws Exception {
    assertThat(ingest.stop()).as(ingest.output()).isZero();
    assertThat(ingest.output()).doesNotContain(SourceDatabase.PASSWORD).doesNotContain("\tat ");
    long rows = 0;
    long next = Long.MAX_VALUE;
    for (LogResponse.LogEntry entry :
        lake.catalog().nessie().getCommitLog().refName("main").stream().toList()) {
      Map<String, String> facts = entry.getCommitMeta().getProperties();
      if (!source.name().equals(facts.get("lakehouse.source"))) {
        continue;
      }
      long to = Long.parseLong(facts.get("lakehouse.to"));
      assertThat(Long.parseLong(facts.get("lakehouse.from"))).isEqualTo(to - 1);
      assertThat(to).isLessThan(next);
      next = to;
      for (Map.Entry<String, String> fact : facts.entrySet()) {
        if (fact.getKey().startsWith("lakehouse.rows.")) {
          rows += Long.parseLong(fact.getValue());
          assertThat(facts).containsKey(fact.getKey().replace(".rows.", ".digest."));
        }
      }
    }
    assertThat(next).isEqualTo(1);
    long held = 0;
    List<String> all = new ArrayList<>(TABLES);
    all.add("person");
    for (String table : all) {
      held += lake.fold(source, table).changes().size();
    }
    assertThat(rows).isEqualTo(held);
  }

  private long count(String what) throws Exception {
    return Long.parseLong(source.query("SELECT count(*) FROM " + what));
  }
}
