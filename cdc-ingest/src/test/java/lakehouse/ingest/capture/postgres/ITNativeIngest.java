package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lakehouse.ingest.Faults;
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
    CapturedDatabase shop =
        CapturedDatabase.create(
            lake,
            "shop",
            """
        CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(12,2), big text);
        ALTER TABLE item ALTER COLUMN big SET STORAGE EXTERNAL;
        INSERT INTO item SELECT i, 'n' || i, i / 4.0, repeat('x', i % 3 * 2000)
        FROM generate_series(1, 20000) i;
        CREATE TABLE nothing_yet (id int PRIMARY KEY)
        """);
    Process ingest = shop.ingest();
    try {
      shop.awaitLoaded("public.item", "public.nothing_yet");
      shop.execute(
          "INSERT INTO item VALUES (-1, 'new', NULL, NULL)",
          "UPDATE item SET price = price + 1 WHERE id % 7 = 0",
          "DELETE FROM item WHERE id % 11 = 0",
          "UPDATE item SET id = id + 100000 WHERE id BETWEEN 50 AND 60 AND big = ''",
          "ALTER TABLE item ADD COLUMN added int",
          "UPDATE item SET added = id WHERE id < 10",
          "INSERT INTO nothing_yet VALUES (1), (2)",
          "TRUNCATE nothing_yet",
          "INSERT INTO nothing_yet VALUES (3)");
      shop.awaitCurrent(ingest);
    } finally {
      CapturedDatabase.kill(ingest);
    }
    shop.assertEqual("item", "id, name, price, big, added");
    shop.assertEqual("nothing_yet", "id");
  }

  @Test
  void everyHashOfTheCatalogHoldsWholeTransactions() throws Exception {
    int wanted = Integer.getInteger("lakehouse.hashes", 40);
    List<Long> sums = sumsUnderTransfers("cut", "", wanted);
    assertThat(sums).hasSizeGreaterThanOrEqualTo(wanted).containsOnly(6_000L);
    System.out.printf("the sum is constant at %d hashes%n", sums.size());
  }

  @Test
  void aCutInsideATransactionWouldBeSeen() throws Exception {
    List<Long> sums = sumsUnderTransfers("broken_cut", Faults.SPLIT_TRANSACTIONS, 20);
    assertThat(sums).as("sums without the rule of whole transactions").contains(6_000L);
    assertThat(Set.copyOf(sums)).hasSizeGreaterThan(1);
  }

  /** The sum of all balances at each hash, while clients move money between three tables. */
  private List<Long> sumsUnderTransfers(String name, String fault, int hashes) throws Exception {
    List<String> tables = List.of("one", "two", "three");
    CapturedDatabase bank =
        CapturedDatabase.create(
            lake,
            name,
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
      clients.add(bank.transfers(done, i));
    }
    Process ingest = bank.ingestWithFault(fault);
    try {
      bank.awaitLoaded("public.one", "public.two", "public.three");
      Awaitility.await()
          .atMost(Duration.ofMinutes(30))
          .pollInterval(Duration.ofSeconds(2))
          .failFast(() -> !ingest.isAlive())
          .until(() -> bank.hashes().size() >= hashes);
      done.set(true);
      for (Thread client : clients) {
        client.join();
      }
      bank.awaitCurrent(ingest);
    } finally {
      done.set(true);
      CapturedDatabase.kill(ingest);
    }
    bank.assertEqual("one", "id, balance");
    List<String> oldestFirst = new ArrayList<>(bank.hashes());
    Collections.reverse(oldestFirst);
    // the first one is the beginning of the load, if it was one of its own
    return new SumsOfHashes(lake.catalog(), name)
        .of(oldestFirst, tables).stream().filter(sum -> sum != 0).toList();
  }

  @Test
  void losesAndDoublesNothingWhenItIsKilledAtRandomMoments() throws Exception {
    int kills = Integer.getInteger("lakehouse.kills", 4);
    long seed = Long.getLong("lakehouse.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    CapturedDatabase killed =
        CapturedDatabase.create(
            lake,
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
    Thread client = killed.transfers(done, 7);
    try {
      for (int i = 0; i < kills; i++) {
        Process ingest = killed.ingest();
        int millis = 3_000 + random.nextInt(12_000);
        System.out.println("kill after " + millis + " ms");
        assertThat(ingest.waitFor(millis, TimeUnit.MILLISECONDS)).as("ended by itself").isFalse();
        CapturedDatabase.kill(ingest);
        killed.awaitSlotFree();
      }
    } finally {
      done.set(true);
      client.join();
    }
    Process ingest = killed.ingest();
    try {
      killed.awaitLoaded("public.one", "public.two", "public.three");
      killed.awaitCurrent(ingest);
    } finally {
      CapturedDatabase.kill(ingest);
    }
    for (String table : List.of("one", "two", "three")) {
      killed.assertEqual(table, "id, balance");
    }
  }
}
