package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.Faults;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.Clients;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.SourceDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole way from PostgreSQL to bronze by our own engine, in real processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITNativeIngest {
  private static final String NATIVE = "engine: native";

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private ProgramProcess ingest;

  @AfterEach
  void endIngest() {
    ingest.close();
  }

  @Test
  void holdsWhatTheSourceHoldsAfterLoadAndStream() throws Exception {
    SourceDatabase shop =
        lake.source(
            "shop",
            """
            CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(12,2), big text);
            ALTER TABLE item ALTER COLUMN big SET STORAGE EXTERNAL;
            INSERT INTO item SELECT i, 'n' || i, i / 4.0, repeat('x', i % 3 * 2000)
            FROM generate_series(1, 20000) i;
            CREATE TABLE nothing_yet (id int PRIMARY KEY);
            """);
    ingest = IngestProcess.ingest(shop.config(NATIVE));
    lake.awaitLoaded(ingest, shop, 2);
    for (String sql :
        List.of(
            "INSERT INTO item VALUES (-1, 'new', NULL, NULL)",
            "UPDATE item SET price = price + 1 WHERE id % 7 = 0",
            "DELETE FROM item WHERE id % 11 = 0",
            "UPDATE item SET id = id + 100000 WHERE id BETWEEN 50 AND 60",
            "ALTER TABLE item ADD COLUMN added int",
            "UPDATE item SET added = id WHERE id < 10",
            "INSERT INTO nothing_yet VALUES (1), (2)",
            "TRUNCATE nothing_yet",
            "INSERT INTO nothing_yet VALUES (3)")) {
      shop.execute(sql);
    }
    lake.awaitCurrent(ingest, shop);
    assertThat(lake.assertEqual(shop, "item").operations()).containsKeys("l", "r", "c", "u", "d");
    assertThat(lake.assertEqual(shop, "nothing_yet").operations()).containsKeys("l", "c", "t");
    ingest.kill();

    shop.awaitSlotFree();
    ingest = IngestProcess.ingest(shop.config(NATIVE), "--from-savepoint", "/tmp/savepoint-1");
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(2);
    assertThat(ingest.output())
        .contains("Source shop is captured by the engine native")
        .contains("/tmp/savepoint-1 was not looked at")
        .contains("Start again without --from-savepoint");
  }

  @Test
  void everyHashOfTheCatalogHoldsWholeTransactions() throws Exception {
    int wanted = Integer.getInteger("lakehouse.hashes", 40);
    List<Long> sums = sumsUnderTransfers("cut", Accounts::transfer, "", wanted);
    assertThat(sums).hasSizeGreaterThanOrEqualTo(wanted).containsOnly(Accounts.SUM);
    System.out.printf("the sum is constant at %d hashes%n", sums.size());
  }

  @Test
  void aCutInsideATransactionWouldBeSeen() throws Exception {
    List<Long> sums =
        sumsUnderTransfers("broken_cut", Accounts::longTransfer, Faults.SPLIT_TRANSACTIONS, 20);
    assertThat(sums).as("sums without the rule of whole transactions").contains(Accounts.SUM);
    assertThat(Set.copyOf(sums)).hasSizeGreaterThan(1);
    System.out.printf(
        "the sum is wrong at %d of %d hashes%n",
        sums.stream().filter(sum -> sum != Accounts.SUM).count(), sums.size());
  }

  /** The sum of all balances at each hash, while clients move money between three tables. */
  private List<Long> sumsUnderTransfers(
      String name, Function<Random, String> transfer, String fault, int hashes) throws Exception {
    SourceDatabase bank = lake.source(name, Accounts.DDL);
    try (Clients clients = new Clients(bank)) {
      for (int i = 0; i < 3; i++) {
        clients.start(i, transfer);
      }
      ingest =
          IngestProcess.ingestWithFault(
              bank.config(NATIVE),
              fault,
              "--checkpoint-interval",
              System.getProperty("lakehouse.checkpoint-interval", "PT0.5S"));
      lake.awaitLoaded(ingest, bank, 3);
      Awaitility.await()
          .atMost(Duration.ofMinutes(30))
          .pollInterval(Duration.ofSeconds(2))
          .failFast(() -> !ingest.alive())
          .until(() -> lake.hashes(bank).size() >= hashes);
    }
    lake.awaitCurrent(ingest, bank);
    lake.assertEqual(bank, "one");
    return new SumsOfHashes(lake, bank).all();
  }

  @Test
  void losesAndDoublesNothingWhenItIsKilledAtRandomMoments() throws Exception {
    int kills = Integer.getInteger("lakehouse.kills", 4);
    long seed = Long.getLong("lakehouse.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    SourceDatabase killed = lake.source("killed", Accounts.ddl(200_000));
    try (Clients clients = new Clients(killed).start(7, Accounts::transfer)) {
      for (int i = 0; i < kills; i++) {
        ingest = IngestProcess.ingest(killed.config(NATIVE));
        int millis = 3_000 + random.nextInt(12_000);
        System.out.println("kill after " + millis + " ms");
        TimeUnit.MILLISECONDS.sleep(millis);
        assertThat(ingest.alive()).as(ingest.output()).isTrue();
        ingest.kill();
        killed.awaitSlotFree();
      }
    }
    ingest = IngestProcess.ingest(killed.config(NATIVE));
    lake.awaitLoaded(ingest, killed, 3);
    lake.awaitCurrent(ingest, killed);
    for (String table : Accounts.TABLES) {
      lake.assertEqual(killed, table);
    }
  }
}
