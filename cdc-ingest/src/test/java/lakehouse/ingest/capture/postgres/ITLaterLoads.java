package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.Clients;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.SourceDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tables that are loaded while others stream, in real processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITLaterLoads {
  private static final String NATIVE = "engine: native";
  private static final int ROWS = 40_000;

  private static final String LATE =
      """
      CREATE TABLE late (id int PRIMARY KEY, n int, note text);
      ALTER TABLE late ALTER COLUMN note SET STORAGE EXTERNAL;
      INSERT INTO late SELECT i, 0, repeat('x', i %% 10 * 400) FROM generate_series(1, %d) i;
      """
          .formatted(ROWS);

  private static final String PUBLISH =
      "GRANT SELECT ON late TO lake_test; ALTER PUBLICATION lake ADD TABLE late;";

  private static final Predicate<SourceState> LATE_IS_LOADED =
      state -> state.loaded().contains("public.late");

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private ProgramProcess ingest;

  @AfterEach
  void endIngest() {
    ingest.close();
  }

  @Test
  void loadsATableThatComesWhileTheOthersStream() throws Exception {
    SourceDatabase bank = lake.source("bank", Accounts.DDL);
    ingest = IngestProcess.ingest(bank.config(NATIVE));
    try (Clients clients = new Clients(bank).start(1, Accounts::transfer)) {
      lake.awaitLoaded(ingest, bank, 3);
      bank.execute(LATE + PUBLISH);
      clients.start(2, ITLaterLoads::changeOfLate);
      lake.awaitState(ingest, bank, LATE_IS_LOADED);
    }
    lake.awaitCurrent(ingest, bank);
    lake.assertEqual(bank, "late");
    assertEveryHashIsWhole(bank);
  }

  @Test
  void loadsATableAnewThatGotAColumnWithADefault() throws Exception {
    SourceDatabase added = lake.source("added", Accounts.DDL + LATE);
    ingest = IngestProcess.ingest(added.config(NATIVE));
    try (Clients clients = new Clients(added).start(3, Accounts::transfer)) {
      lake.awaitLoaded(ingest, added, 4);
      clients.start(4, ITLaterLoads::changeOfLate);
      added.execute("ALTER TABLE late ADD COLUMN kind text DEFAULT 'usual'");
      lake.awaitState(ingest, added, state -> loadsOfLate(added) == 2);
    }
    lake.awaitCurrent(ingest, added);
    lake.assertEqual(added, "late");
    assertEveryHashIsWhole(added);
  }

  @Test
  void loadsATableAnewThatTheUserAsksFor() throws Exception {
    SourceDatabase shop = lake.source("shop", Accounts.DDL + LATE);
    Path config = shop.config(NATIVE);
    ingest = IngestProcess.ingest(config);
    lake.awaitLoaded(ingest, shop, 4);
    assertThat(resync(config, 0, "shop", "late")).contains("Loaded: [public.late]");
    assertThat(loadsOfLate(shop)).isEqualTo(2);
    assertThat(resync(config, 2, "shop", "lat"))
        .contains("Source shop captures no table lat")
        .contains("add the table to the publication lake");
    // a message of somebody else, and one that names no table of ours, change nothing
    shop.execute("SELECT pg_logical_emit_message(true, 'lakehouse.resync', 'public.nothing')");
    shop.execute("SELECT pg_logical_emit_message(true, 'theirs', 'public.late')");

    // what the log does not tell stops the capture, and the answer says what to do
    shop.execute("ALTER TABLE late RENAME COLUMN n TO number");
    shop.execute("INSERT INTO late VALUES (-1, -1, 'after the change')");
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(5);
    assertThat(ingest.output()).contains("may be a renaming", "lake resync shop public.late");
    assertThat(loadsOfLate(shop)).isEqualTo(2);

    assertThat(resync(config, 0, "shop", "public.late")).contains("No ingest of source shop runs");
    ingest = IngestProcess.ingest(config);
    lake.awaitState(ingest, shop, state -> loadsOfLate(shop) == 3);
    lake.awaitCurrent(ingest, shop);
    BronzeFold fold = lake.fold(shop, "late");
    var rows = fold.rows();
    rows.values().forEach(row -> row.remove("n")); // bronze keeps the column of that name
    assertThat(fold.doubledPlaces()).isEmpty();
    assertThat(rows).containsExactlyInAnyOrderEntriesOf(shop.rows("late", fold.key()));
  }

  @Test
  void beginsALoadAgainThatIsKilled() throws Exception {
    SourceDatabase struck = lake.source("struck", Accounts.DDL);
    Path config = struck.config(NATIVE);
    ingest = IngestProcess.ingest(config);
    try (Clients clients = new Clients(struck).start(5, Accounts::transfer)) {
      lake.awaitLoaded(ingest, struck, 3);
      ingest.kill();
      struck.execute(LATE + PUBLISH);
      struck.execute(
          "INSERT INTO late SELECT i, 0, repeat('y', 1500) FROM generate_series(200001, 300000) i");
      killWhileItLoads(struck);
      clients.start(6, ITLaterLoads::changeOfLate);
      killWhileItLoads(struck);
    }
    ingest = IngestProcess.ingest(config);
    lake.awaitState(ingest, struck, LATE_IS_LOADED);
    lake.awaitCurrent(ingest, struck);
    lake.assertEqual(struck, "late");
    assertEveryHashIsWhole(struck);
  }

  /** Starts the ingest, and kills it as soon as its COPY runs. */
  private void killWhileItLoads(SourceDatabase source) {
    source.awaitSlotFree();
    ingest = IngestProcess.ingest(source.config(NATIVE));
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(10))
        .failFast(() -> !ingest.alive())
        .until(() -> source.query("SELECT count(*) FROM pg_stat_progress_copy").equals("1"));
    ingest.kill();
    assertThat(lake.state(source).orElseThrow().loaded()).doesNotContain("public.late");
  }

  /** Changes rows of the table, large unchanged values and keys among them. */
  private static String changeOfLate(Random random) {
    int id = 1 + random.nextInt(ROWS);
    return switch (random.nextInt(5)) {
      case 0 -> "DELETE FROM late WHERE id = " + id;
      case 1 ->
          """
          UPDATE late SET id = %1$d + 100000
          WHERE id = %1$d AND NOT EXISTS (SELECT FROM late WHERE id = %1$d + 100000)"""
              .formatted(id);
      case 2 -> "INSERT INTO late VALUES (%d, 1, 'new') ON CONFLICT DO NOTHING".formatted(id);
      default -> "UPDATE late SET n = n + 1 WHERE id = " + id;
    };
  }

  private long loadsOfLate(SourceDatabase source) {
    return lake.fold(source, "late").operations().getOrDefault("l", 0L);
  }

  /** At each hash the sum is what it was, and a table that is there has its load. */
  private void assertEveryHashIsWhole(SourceDatabase source) throws Exception {
    assertThat(new SumsOfHashes(lake, source).all()).isNotEmpty().containsOnly(Accounts.SUM);
    List<String> hashes = lake.hashes(source);
    int before = 0;
    for (int i = 0; i < hashes.size(); i += Math.max(1, hashes.size() / 20)) {
      try (LakeCatalog catalog = lake.at(hashes.get(i))) {
        if (!catalog.iceberg().tableExists(Layer.BRONZE.table(source.name(), "public", "late"))) {
          before++;
          continue;
        }
        assertThat(BronzeFold.of(catalog, source.name(), "late").operations())
            .as("at %s, after %d without it", hashes.get(i), before)
            .containsKeys("l", "r");
      }
    }
  }

  private static String resync(Path config, int exitCode, String... arguments) {
    try (ProgramProcess resync = IngestProcess.resync(config, arguments)) {
      assertThat(resync.exitCode()).as(resync.output()).isEqualTo(exitCode);
      return resync.output();
    }
  }
}
