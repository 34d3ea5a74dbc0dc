package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The whole way from PostgreSQL to bronze by our own engine, in real processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITNativeIngest {
  @TempDir static Path folder;

  private LakeProcesses lake;

  @BeforeAll
  void start() throws Exception {
    lake = LakeProcesses.start(folder);
  }

  @AfterAll
  void stop() throws Exception {
    lake.close();
  }

  @Test
  void holdsWhatTheSourceHoldsAfterLoadAndStream() throws Exception {
    create(
        "shop",
        """
        CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(12,2), big text);
        ALTER TABLE item ALTER COLUMN big SET STORAGE EXTERNAL;
        INSERT INTO item SELECT i, 'n' || i, i / 4.0, repeat('x', i % 3 * 2000)
        FROM generate_series(1, 20000) i;
        CREATE TABLE nothing_yet (id int PRIMARY KEY)
        """);
    Process ingest = lake.ingest("shop");
    try {
      awaitLoaded("shop", "public.item", "public.nothing_yet");
      lake.execute(
          "shop",
          "INSERT INTO item VALUES (-1, 'new', NULL, NULL)",
          "UPDATE item SET price = price + 1 WHERE id % 7 = 0",
          "DELETE FROM item WHERE id % 11 = 0",
          "UPDATE item SET id = id + 100000 WHERE id BETWEEN 50 AND 60 AND big = ''",
          "ALTER TABLE item ADD COLUMN added int",
          "UPDATE item SET added = id WHERE id < 10",
          "INSERT INTO nothing_yet VALUES (1), (2)",
          "TRUNCATE nothing_yet",
          "INSERT INTO nothing_yet VALUES (3)");
      awaitCurrent("shop", ingest);
    } finally {
      kill(ingest);
    }
    assertEqual("shop", "item", "id, name, price, big, added");
    assertEqual("shop", "nothing_yet", "id");
  }

  @Test
  void everyHashOfTheCatalogHoldsWholeTransactions() throws Exception {
    create(
        "cut",
        """
        CREATE TABLE one (id int PRIMARY KEY, balance int);
        CREATE TABLE two (id int PRIMARY KEY, balance int);
        CREATE TABLE three (id int PRIMARY KEY, balance int);
        INSERT INTO one SELECT i, 100 FROM generate_series(1, 20) i;
        INSERT INTO two SELECT i, 100 FROM generate_series(1, 20) i;
        INSERT INTO three SELECT i, 100 FROM generate_series(1, 20) i
        """);
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      clients.add(transfers("cut", done, i));
    }
    Process ingest = lake.ingest("cut");
    try {
      awaitLoaded("cut", "public.one", "public.two", "public.three");
      TimeUnit.SECONDS.sleep(20);
      done.set(true);
      for (Thread client : clients) {
        client.join();
      }
      awaitCurrent("cut", ingest);
    } finally {
      done.set(true);
      kill(ingest);
    }
    List<String> hashes = hashes("cut");
    assertThat(hashes).hasSizeGreaterThan(10);
    for (String hash : hashes) {
      long sum = 0;
      for (String table : List.of("one", "two", "three")) {
        sum +=
            BronzeFold.fold(lake.catalog(), Optional.of(hash), "cut", table).values().stream()
                .mapToLong(row -> (Integer) row.get("balance"))
                .sum();
      }
      assertThat(sum).as("sum at %s", hash).isEqualTo(6_000);
    }
    System.out.printf("the sum is constant at %d hashes%n", hashes.size());
    assertEqual("cut", "one", "id, balance");
  }

  @Test
  void losesAndDoublesNothingWhenItIsKilledAtRandomMoments() throws Exception {
    int kills = Integer.getInteger("lakehouse.kills", 4);
    long seed = Long.getLong("lakehouse.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    create(
        "killed",
        """
        CREATE TABLE one (id int PRIMARY KEY, balance int);
        CREATE TABLE two (id int PRIMARY KEY, balance int);
        CREATE TABLE three (id int PRIMARY KEY, balance int);
        INSERT INTO one SELECT i, 100 FROM generate_series(1, 200000) i;
        INSERT INTO two SELECT i, 100 FROM generate_series(1, 20) i;
        INSERT INTO three SELECT i, 100 FROM generate_series(1, 20) i
        """);
    AtomicBoolean done = new AtomicBoolean();
    Thread client = transfers("killed", done, 7);
    try {
      for (int i = 0; i < kills; i++) {
        Process ingest = lake.ingest("killed");
        int millis = 3_000 + random.nextInt(12_000);
        System.out.println("kill after " + millis + " ms");
        assertThat(ingest.waitFor(millis, TimeUnit.MILLISECONDS)).as("ended by itself").isFalse();
        kill(ingest);
        awaitSlotFree("killed");
      }
    } finally {
      done.set(true);
      client.join();
    }
    Process ingest = lake.ingest("killed");
    try {
      awaitLoaded("killed", "public.one", "public.two", "public.three");
      awaitCurrent("killed", ingest);
    } finally {
      kill(ingest);
    }
    for (String table : List.of("one", "two", "three")) {
      assertEqual("killed", table, "id, balance");
    }
  }

  private void create(String database, String ddl) throws Exception {
    lake.execute("postgres", "CREATE DATABASE " + database);
    lake.execute(database, ddl, "CREATE PUBLICATION lake FOR ALL TABLES");
  }

  private Thread transfers(String database, AtomicBoolean done, int seed) {
    Thread client =
        new Thread(
            () -> {
              Random random = new Random(seed);
              try (Connection connection = lake.connect(database);
                  Statement statement = connection.createStatement()) {
                while (!done.get()) {
                  int amount = random.nextInt(10);
                  String where = " WHERE id = " + (1 + random.nextInt(20));
                  statement.execute(
                      "BEGIN; UPDATE one SET balance = balance - %d%s; UPDATE two SET balance = balance + %d%s; "
                              .formatted(2 * amount, where, amount, where)
                          + "UPDATE three SET balance = balance + %d%s; COMMIT"
                              .formatted(amount, where));
                }
              } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    client.start();
    return client;
  }

  private Optional<SourceState> state(String source) {
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog());
        CatalogCommit commit = new CatalogCommit(catalog)) {
      return commit.state(source);
    }
  }

  private void awaitLoaded(String source, String... tables) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(state(source).map(SourceState::loaded).orElse(Set.of()))
                    .as("%s", log(source))
                    .contains(tables));
  }

  private void awaitCurrent(String source, Process ingest) throws Exception {
    long end;
    try (Connection connection = lake.connect(source);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
      result.next();
      end = PostgresSql.lsn(result.getString(1));
    }
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(500))
        .failFast(log(source), () -> !ingest.isAlive())
        .untilAsserted(
            () -> assertThat(state(source).orElseThrow().lsn()).isGreaterThanOrEqualTo(end));
  }

  private void awaitSlotFree(String database) {
    Awaitility.await()
        .untilAsserted(
            () -> {
              try (Connection connection = lake.connect(database);
                  Statement statement = connection.createStatement();
                  ResultSet result =
                      statement.executeQuery(
                          "SELECT count(*) FROM pg_replication_slots WHERE active AND database = current_database()")) {
                result.next();
                assertThat(result.getInt(1)).isZero();
              }
            });
  }

  private String log(String source) throws Exception {
    List<String> lines = Files.readAllLines(lake.log(source));
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** The hashes at which the catalog held commits of a source, newest first. */
  private List<String> hashes(String source) throws Exception {
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog())) {
      return catalog.nessie().getCommitLog().refName(lake.catalog().reference()).stream()
          .filter(
              entry -> source.equals(entry.getCommitMeta().getProperties().get("lakehouse.source")))
          .map(entry -> entry.getCommitMeta().getHash())
          .toList();
    }
  }

  private void assertEqual(String source, String table, String columns) throws Exception {
    Map<Object, Map<String, Object>> expected = new TreeMap<>();
    try (Connection connection = lake.connect(source);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT " + columns + " FROM " + table)) {
      while (result.next()) {
        Map<String, Object> row = new HashMap<>();
        for (String column : columns.split(", ")) {
          row.put(column, result.getObject(column));
        }
        expected.put(row.get("id"), row);
      }
    }
    Map<Object, Map<String, Object>> found =
        BronzeFold.fold(lake.catalog(), Optional.empty(), source, table);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, row) -> assertThat(found.get(id)).isEqualTo(row));
  }
}
