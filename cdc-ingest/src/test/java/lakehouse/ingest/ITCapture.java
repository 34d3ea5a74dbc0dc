package lakehouse.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.commit.SourceState;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.SourceDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.projectnessie.model.LogResponse;

/** The capture from PostgreSQL to bronze, on real servers, the ingest a process of its own. */
class ITCapture {
  @TempDir private static Path folder;

  private static CaptureHarness lake;

  private @Nullable IngestProcess ingest;

  @BeforeAll
  static void start() {
    lake = new CaptureHarness(folder);
  }

  @AfterAll
  static void stop() {
    lake.close();
  }

  @AfterEach
  void stopIngest() {
    if (ingest != null) {
      ingest.close();
    }
  }

  static final String KINDS =
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
      CREATE TABLE large (id int PRIMARY KEY, body text, n int);
      ALTER TABLE large ALTER COLUMN body SET STORAGE EXTERNAL;
      INSERT INTO large SELECT i, repeat('body' || i || ' ', 3000), i FROM generate_series(1, 20) i;
      CREATE TABLE emptied (id int PRIMARY KEY, v int);
      INSERT INTO emptied SELECT i, i FROM generate_series(1, 100) i;
      CREATE TABLE nothing (id int PRIMARY KEY, v int);
      CREATE TABLE "Mixed-Größe" (id int PRIMARY KEY, "Größe in kWh" int, "select" text);
      INSERT INTO "Mixed-Größe" VALUES (1, 2, 'x');
      CREATE TABLE person (id int PRIMARY KEY, cnic text, name text);
      INSERT INTO person VALUES (1, '42101-1234567-1', 'Ayesha'), (2, NULL, 'Bilal');
      """;

  static final List<String> TABLES =
      List.of("kinds", "pair", "uid", "large", "emptied", "nothing", "Mixed-Größe");

  @Test
  void holdsWhatTheSourceHolds() throws Exception {
    SourceDatabase source = lake.source("kinds", KINDS);
    Path config =
        source.config(
            """
            masks:
              - {table: person, column: cnic, method: token}
              - {table: public.person, column: name, method: redact}
            """);
    ingest = IngestProcess.ingest(config);
    lake.awaitLoaded(ingest, source, 8);
    for (String table : TABLES) {
      lake.assertEqual(source, table);
    }
    assertThat(lake.fold(source, "nothing").operations()).containsExactly(Map.entry("l", 1L));
    assertThat(lake.fold(source, "pair").operations())
        .containsExactly(Map.entry("l", 1L), Map.entry("r", 500L));

    // all sorts of changes, some of them in one transaction
    source.execute(
        """
        INSERT INTO kinds SELECT 3, b, i2, i4, i8, o, f4, f8, n, wide, plain, big, dom, t, vc, c, m, u,
          j, jb, x, d, tm, ts, ts3, tstz, ip, ai, at, an, am FROM kinds WHERE id = 1;
        UPDATE kinds SET t = 'changed', plain = 'NaN', d = NULL WHERE id = 2;
        DELETE FROM kinds WHERE id = 1;
        """);
    source.execute("UPDATE pair SET v = v + 1 WHERE a < 3");
    source.execute("DELETE FROM pair WHERE a = 4");
    source.execute("UPDATE pair SET b = 'moved' || b WHERE a = 5");
    source.execute("UPDATE uid SET id = gen_random_uuid() WHERE v % 10 = 0");
    source.execute("UPDATE large SET n = n + 100"); // unchanged TOAST
    source.execute("UPDATE large SET id = id + 1000 WHERE id % 2 = 0"); // and over a changed key
    source.execute("UPDATE large SET body = repeat('new ', 5000) WHERE id = 3");
    source.execute("UPDATE large SET n = 0 WHERE id = 3");
    source.execute(
        """
        INSERT INTO emptied VALUES (1000, 1);
        TRUNCATE emptied;
        INSERT INTO emptied VALUES (1, -1), (2000, 2);
        """);
    source.execute("INSERT INTO nothing SELECT i, i FROM generate_series(1, 5000) i");
    source.execute("UPDATE \"Mixed-Größe\" SET \"Größe in kWh\" = 3 WHERE id = 1");
    source.execute("UPDATE person SET id = 3 WHERE id = 1");
    lake.awaitCurrent(ingest, source);
    for (String table : TABLES) {
      lake.assertEqual(source, table);
    }

    // a column more, while it runs
    source.execute("ALTER TABLE pair ADD COLUMN note text, ADD COLUMN \"a.b\" numeric(8,3)");
    source.execute("INSERT INTO pair VALUES (99, 'new', 1, 'noted', 1.125)");
    source.execute("ALTER TABLE uid ALTER COLUMN v TYPE bigint");
    source.execute("UPDATE uid SET v = 5000000000 WHERE v = 7");
    source.execute("ALTER TABLE emptied ALTER COLUMN v TYPE text");
    source.execute("INSERT INTO emptied VALUES (3000, 'three')");
    lake.awaitCurrent(ingest, source);
    lake.assertEqual(source, "pair");
    lake.assertEqual(source, "uid");
    BronzeFold pair = lake.fold(source, "pair");
    assertThat(pair.table().schema().columns().stream().map(c -> c.name()))
        .startsWith("a", "b", "v", "note", "a.b", "_op");
    assertThat(pair.rows().get(List.of("new", "99"))).containsEntry("note", "noted");
    BronzeFold emptied = lake.fold(source, "emptied");
    assertThat(emptied.rows().get(List.of("3000")))
        .containsEntry("v__v2", "three")
        .containsEntry("v", null);

    assertThat(ingest.stop()).as(ingest.output()).isZero();
    assertMasked(source);
    assertEachCommitTellsItsRows(source);
    assertThat(ingest.output()).doesNotContain(SourceDatabase.PASSWORD);
  }

  private static void assertMasked(SourceDatabase source) {
    BronzeFold person = lake.fold(source, "person");
    assertThat(person.rows().values())
        .allSatisfy(row -> assertThat(row).containsEntry("name", null));
    assertThat(person.rows().get(List.of("3")).get("cnic"))
        // HMAC-SHA256 of the text under the key of the configuration
        .isEqualTo("c62b2335a6346da08af7f899ae9fd1533bb819b7f7731a108ec0e78894b810fc");
  }

  /** Position ranges follow on each other, and the rows they tell are those in the tables. */
  private static void assertEachCommitTellsItsRows(SourceDatabase source) throws Exception {
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

  @Test
  void keepsItsPlaceOverStopsAndRefusesWhatIsOlder() throws Exception {
    SourceDatabase source =
        lake.source(
            "places",
            """
            CREATE TABLE a (id int PRIMARY KEY, v int);
            INSERT INTO a SELECT i, i FROM generate_series(1, 1000) i;
            """);
    Path config = source.config("");
    ingest = IngestProcess.ingest(config, "--until-loaded");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    String savepoint =
        copied(
            ingest
                .lines(".*Savepoint .*")
                .findFirst()
                .orElseThrow()
                .replaceFirst(".*Savepoint file:", ""),
            folder.resolve("older savepoint"));
    SourceState loaded = lake.state(source).orElseThrow();
    assertThat(loaded.epoch()).isEqualTo(1);

    // goes on by itself, and tells a second one that it is there
    source.execute("UPDATE a SET v = v + 1 WHERE id <= 10");
    ingest = IngestProcess.ingest(config);
    lake.awaitCurrent(ingest, source);
    assertThat(ingest.output()).contains("goes on from");
    try (IngestProcess second = IngestProcess.ingest(config)) {
      assertThat(second.exitCode()).as(second.output()).isEqualTo(5);
      assertThat(second.output()).contains("being captured already").contains("slot lake_places");
    }
    source.execute("UPDATE a SET v = v + 1 WHERE id <= 10");
    lake.awaitCurrent(ingest, source);
    assertThat(ingest.stop()).isZero();
    BronzeFold fold = lake.fold(source, "a");
    assertThat(fold.operations())
        .containsExactly(Map.entry("l", 1L), Map.entry("r", 1000L), Map.entry("u", 20L));

    // the savepoint of the first stop is older than the catalog
    SourceState newest = lake.state(source).orElseThrow();
    try (IngestProcess older =
        IngestProcess.ingest(config, "--source", "places", "--from-savepoint", savepoint)) {
      assertThat(older.exitCode()).as(older.output()).isEqualTo(5);
      assertThat(older.output())
          .contains("is not the newest")
          .contains("the catalog holds position %d".formatted(newest.position()))
          .contains("--reload places");
    }
    assertThat(lake.state(source)).contains(newest);

    // and what is newest still goes on
    source.execute("INSERT INTO a VALUES (5000, 1)");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    lake.assertEqual(source, "a");
    assertThat(lake.fold(source, "a").operations()).containsEntry("c", 1L);

    // without its state it begins a new epoch
    deleteState(source);
    source.execute("DELETE FROM a WHERE id > 900");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(ingest.output()).contains("loads 1 tables (no checkpoint of run");
    lake.assertEqual(source, "a");
    assertThat(lake.state(source).orElseThrow().epoch()).isEqualTo(2);
    assertThat(lake.fold(source, "a").operations()).containsEntry("l", 2L);
  }

  /** A restored savepoint belongs to Flink, which deletes it with time. */
  private static String copied(String from, Path to) throws Exception {
    java.nio.file.Files.createDirectory(to);
    try (var files = java.nio.file.Files.list(Path.of(from))) {
      for (Path file : files.toList()) {
        java.nio.file.Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to.toString();
  }

  private static void deleteState(SourceDatabase source) throws Exception {
    try (var paths = java.nio.file.Files.walk(source.folder().resolve("state"))) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        java.nio.file.Files.delete(path);
      }
    }
  }
}
