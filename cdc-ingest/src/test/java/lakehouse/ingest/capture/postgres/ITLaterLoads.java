package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lakehouse.catalog.commit.SourceState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are loaded while others stream, in real processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITLaterLoads {
  private static final String ACCOUNTS =
      """
      CREATE TABLE one (id int PRIMARY KEY, balance int);
      CREATE TABLE two (id int PRIMARY KEY, balance int);
      CREATE TABLE three (id int PRIMARY KEY, balance int);
      INSERT INTO one SELECT i, 100 FROM generate_series(1, 20) i;
      INSERT INTO two SELECT i, 100 FROM generate_series(1, 20) i;
      INSERT INTO three SELECT i, 100 FROM generate_series(1, 20) i
      """;

  private static final String LATE =
      """
      CREATE TABLE late (id int PRIMARY KEY, n int, note text);
      ALTER TABLE late ALTER COLUMN note SET STORAGE EXTERNAL;
      INSERT INTO late SELECT i, 0, repeat('x', i % 10 * 400) FROM generate_series(1, 40000) i
      """;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

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
  void loadsATableThatComesWhileTheOthersStream() throws Exception {
    CapturedDatabase bank = CapturedDatabase.create(lake, "bank", ACCOUNTS);
    AtomicBoolean done = new AtomicBoolean();
    Thread transfers = bank.transfers(done, 1);
    Process ingest = bank.ingest();
    try {
      bank.awaitLoaded("public.one", "public.two", "public.three");
      bank.execute(LATE);
      Thread changes = changesOfLate("bank", done);
      bank.awaitLoaded("public.late");
      done.set(true);
      transfers.join();
      changes.join();
      bank.awaitCurrent(ingest);
    } finally {
      done.set(true);
      CapturedDatabase.kill(ingest);
    }
    bank.assertEqual("late", "id, n, note");
    assertEveryHashIsWhole(bank, "bank");
  }

  @Test
  void loadsATableAnewThatGotAColumnWithADefault() throws Exception {
    CapturedDatabase added = CapturedDatabase.create(lake, "added", ACCOUNTS + ";" + LATE);
    AtomicBoolean done = new AtomicBoolean();
    Thread transfers = added.transfers(done, 2);
    Process ingest = added.ingest();
    try {
      added.awaitLoaded("public.late");
      Thread changes = changesOfLate("added", done);
      added.execute("ALTER TABLE late ADD COLUMN kind text DEFAULT 'usual'");
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .failFast(() -> !ingest.isAlive())
          .until(() -> loadsOf("added", "late") == 2);
      done.set(true);
      transfers.join();
      changes.join();
      added.awaitCurrent(ingest);
    } finally {
      done.set(true);
      CapturedDatabase.kill(ingest);
    }
    added.assertEqual("late", "id, n, note, kind");
    assertEveryHashIsWhole(added, "added");
  }

  @Test
  void loadsATableAnewThatTheUserAsksFor() throws Exception {
    CapturedDatabase shop = CapturedDatabase.create(lake, "shop", ACCOUNTS + ";" + LATE);
    Process ingest = shop.ingest();
    try {
      shop.awaitLoaded("public.late");
      assertThat(resync("shop", 0, "shop", "late")).contains("Loaded: [public.late]");
      assertThat(loadsOf("shop", "late")).isEqualTo(2);

      // what the log does not tell stops the capture, and the answer says what to do
      shop.execute(
          "ALTER TABLE late RENAME COLUMN n TO number",
          "INSERT INTO late VALUES (-1, -1, 'after the change')");
      assertThat(ingest.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(ingest.exitValue()).as(shop.log()).isEqualTo(5);
      assertThat(shop.log()).contains("may be a renaming", "lake resync shop public.late");
    } finally {
      CapturedDatabase.kill(ingest);
    }
    assertThat(resync("shop", 0, "shop", "public.late")).contains("No ingest of source shop runs");
    Process again = shop.ingest();
    try {
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .failFast(() -> !again.isAlive())
          .until(() -> loadsOf("shop", "late") == 3);
      shop.awaitCurrent(again);
    } finally {
      CapturedDatabase.kill(again);
    }
    shop.assertEqual("late", "id, number, note");
    assertThat(resync("shop", 2, "shop", "lat")).contains("captures no table lat");
  }

  @Test
  void beginsALoadAgainThatIsKilled() throws Exception {
    CapturedDatabase struck = CapturedDatabase.create(lake, "struck", ACCOUNTS);
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> clients = new ArrayList<>(List.of(struck.transfers(done, 3)));
    try {
      Process first = struck.ingest();
      struck.awaitLoaded("public.one", "public.two", "public.three");
      CapturedDatabase.kill(first);
      struck.execute(
          LATE,
          "INSERT INTO late SELECT i, 0, repeat('y', 1500) FROM generate_series(200001, 300000) i");
      killWhileItLoads(struck);
      clients.add(changesOfLate("struck", done));
      killWhileItLoads(struck);
    } finally {
      done.set(true);
      for (Thread client : clients) {
        client.join();
      }
    }
    Process ingest = struck.ingest();
    try {
      struck.awaitLoaded("public.late");
      struck.awaitCurrent(ingest);
    } finally {
      CapturedDatabase.kill(ingest);
    }
    struck.assertEqual("late", "id, n, note");
    assertEveryHashIsWhole(struck, "struck");
  }

  /** Starts the ingest, and kills it as soon as its COPY runs. */
  private void killWhileItLoads(CapturedDatabase database) throws Exception {
    database.awaitSlotFree();
    Process ingest = database.ingest();
    try (Connection connection = lake.connect("struck");
        Statement statement = connection.createStatement()) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(10))
          .failFast(() -> !ingest.isAlive())
          .until(() -> isCopying(statement));
    } finally {
      CapturedDatabase.kill(ingest);
    }
    assertThat(database.state().orElseThrow().loaded()).doesNotContain("public.late");
  }

  private static boolean isCopying(Statement statement) throws SQLException {
    try (ResultSet result =
        statement.executeQuery("SELECT EXISTS (SELECT FROM pg_stat_progress_copy)")) {
      result.next();
      return result.getBoolean(1);
    }
  }

  /** Changes rows of the table, large unchanged values and keys among them, until told to end. */
  private Thread changesOfLate(String database, AtomicBoolean done) {
    Thread client =
        new Thread(
            () -> {
              Random random = new Random(5);
              try (Connection connection = lake.connect(database);
                  Statement statement = connection.createStatement()) {
                while (!done.get()) {
                  int id = 1 + random.nextInt(40_000);
                  statement.execute(
                      switch (random.nextInt(5)) {
                        case 0 -> "DELETE FROM late WHERE id = " + id;
                        case 1 ->
                            """
                            UPDATE late SET id = %1$d + 100000
                            WHERE id = %1$d AND NOT EXISTS (
                              SELECT FROM late WHERE id = %1$d + 100000)"""
                                .formatted(id);
                        case 2 ->
                            "INSERT INTO late VALUES (%d, 1, 'new') ON CONFLICT DO NOTHING"
                                .formatted(id);
                        default -> "UPDATE late SET n = n + 1 WHERE id = " + id;
                      });
                }
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    client.start();
    return client;
  }

  private long loadsOf(String source, String table) throws Exception {
    return BronzeFold.read(lake.catalog(), Optional.empty(), source, table).stream()
        .filter(change -> change.getField("_op").equals("l"))
        .count();
  }

  /** At each hash the sum is what it was, and a table that is there has its load. */
  private void assertEveryHashIsWhole(CapturedDatabase database, String source) throws Exception {
    List<String> hashes = database.hashes();
    assertThat(hashes).isNotEmpty();
    for (int i = 0; i < hashes.size(); i += Math.max(1, hashes.size() / 20)) {
      Optional<String> hash = Optional.of(hashes.get(i));
      long sum = 0;
      for (String table : List.of("one", "two", "three")) {
        sum +=
            BronzeFold.fold(lake.catalog(), hash, source, table).values().stream()
                .mapToLong(row -> (Integer) row.get("balance"))
                .sum();
      }
      assertThat(sum).as("sum at %s", hash).isEqualTo(6_000);
      assertThat(BronzeFold.read(lake.catalog(), hash, source, "late"))
          .satisfiesAnyOf(
              changes -> assertThat(changes).isEmpty(),
              changes ->
                  assertThat(changes).anyMatch(change -> change.getField("_op").equals("l")));
    }
    assertThat(database.state().map(SourceState::loaded).orElse(Set.of()))
        .contains("public.one", "public.two", "public.three", "public.late");
  }

  private String resync(String database, int exitCode, String... arguments) throws Exception {
    Path output = folder.resolve("resync.out");
    Process process = lake.resync(database, output, arguments);
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    String text = Files.readString(output);
    assertThat(ended).as("%s%n%s", text, Files.readString(lake.log(database))).isTrue();
    assertThat(process.exitValue()).as(text).isEqualTo(exitCode);
    return text;
  }
}
