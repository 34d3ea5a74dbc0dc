package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.Clients;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.TcpProxy;
import lakehouse.ingest.fixture.TcpProxy.Reaction;
import lakehouse.source.SourceDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What befalls a first load while its readers stand in the midst of a range: each is shown to bite,
 * the load goes on or begins again by itself, and at the end bronze holds what the source holds,
 * and no change twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITNativeLoadFaults {
  private static final String NATIVE = "engine: native";
  private static final String LOAD_BROKE = "The load of public.big broke";
  private static final String LOAD_BEGINS = " tables in ";
  private static final int ROWS = 150_000;

  /** Of several ranges, each larger than what sockets hold. */
  private static final String BIG =
      """
      CREATE TABLE big (id int PRIMARY KEY, n int NOT NULL, v text);
      INSERT INTO big SELECT i, 0, repeat(md5(i::text), 10) FROM generate_series(1, %d) i;
      CREATE TABLE nothing_yet (id int PRIMARY KEY);
      ANALYZE;
      """
          .formatted(ROWS);

  private static final String COPIES =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'COPY (%' AND wait_event = 'ClientWrite'""";

  private static final String LOCKS =
      """
      SELECT count(*) FROM pg_locks
      WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""";

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  /** PostgreSQL alone: it can be restarted without the catalog. */
  private PlatformProcess server;

  private TcpProxy toSource;
  private TcpProxy toCatalog;
  private ProgramProcess ingest;

  @BeforeAll
  void start() {
    server = PlatformProcess.start(lake.folder().resolve("data of the source"));
    server.kill();
    toSource = TcpProxy.to(server.host(), server.port());
    toCatalog = lake.networkToCatalog();
  }

  @AfterEach
  void endIngest() {
    toSource.mend();
    ingest.close();
  }

  @AfterAll
  void stop() {
    toSource.close();
    toCatalog.close();
    server.close();
  }

  @Test
  void readsARangeAgainWhoseServerProcessIsTerminated() throws Exception {
    SourceDatabase source = source("reader");
    try (Clients clients = new Clients(source).start(1, ITNativeLoadFaults::change)) {
      begin(source);
      terminateCopies(source);
      awaitNoCopies(source);
      assertNothingHeld(source);
      toSource.mend();
      awaitPrinted(LOAD_BROKE);
      lake.awaitLoaded(ingest, source, 2);
    }
    assertEqual(source);
    assertThat(ingest.lines(".*loads 2 tables in .*")).as("the snapshot was kept").hasSize(1);
  }

  @Test
  void beginsAgainWithoutItsSnapshotOrItsProcess() throws Exception {
    SourceDatabase source = source("holder");
    source.execute("ALTER ROLE lake_test IN DATABASE holder SET wal_sender_timeout = '3s'");
    try (Clients clients = new Clients(source).start(2, ITNativeLoadFaults::change)) {
      begin(source);
      source.execute(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'idle in transaction'
            AND usename = 'lake_test'""");
      terminateCopies(source);
      awaitPrinted("the snapshot is lost, the load begins again");
      awaitLoads(2);
      awaitInTheMidst(source);
      assertNothingHeld(source);

      toSource.cut();
      awaitPrinted("the snapshot is lost, the load begins again", 2);
      awaitLoads(3);
      awaitInTheMidst(source);
      assertNothingHeld(source);

      ingest.kill();
      source.awaitSlotFree();
      begin(source);
      assertThat(ingest.output()).contains("the lake holds nothing of it yet");
      toSource.mend();
      lake.awaitLoaded(ingest, source, 2);
    }
    assertEqual(source);
  }

  @Test
  void noticesThatTheNetworkStandsStill() throws Exception {
    SourceDatabase source = source("stalled");
    source.execute("ALTER ROLE lake_test IN DATABASE stalled SET wal_sender_timeout = '3s'");
    try (Clients clients = new Clients(source).start(3, ITNativeLoadFaults::change)) {
      begin(source);
      awaitPrinted("that server process"); // these links alone stand still: another one tells
      assertNothingHeld(source);
      toSource.mend();
      lake.awaitLoaded(ingest, source, 2);
    }
    assertEqual(source);
  }

  @Test
  void outlivesRestartsOfTheServer() throws Exception {
    SourceDatabase source = source("restarted");
    begin(source);
    server.restartPostgres("immediate");
    assertNothingHeld(source);
    toSource.mend();
    awaitPrinted("the snapshot is lost, the load begins again");
    lake.awaitLoaded(ingest, source, 2);

    for (String mode : new String[] {"fast", "immediate"}) {
      source.execute("UPDATE big SET n = n + 1 WHERE id % 10 = 0");
      lake.awaitCurrent(ingest, source);
      source.execute("UPDATE big SET n = n + 1 WHERE id % 10 = 1");
      int broke = count("The stream of changes broke");
      server.restartPostgres(mode);
      awaitPrinted("The stream of changes broke", broke + 1);
      source.execute("UPDATE big SET n = n + 1 WHERE id % 10 = 2");
      lake.awaitCurrent(ingest, source);
    }
    assertEqual(source);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> source.query(LOCKS).equals("1"));
  }

  private SourceDatabase source(String name) throws Exception {
    return lake.source(server, name, BIG).through(toSource.port(), toCatalog.port());
  }

  /** Starts the ingest, and waits until its readers stand in the midst of a range. */
  private void begin(SourceDatabase source) throws Exception {
    toSource.when("COPY (", Reaction.HOLD_ANSWER, 1_000_000);
    ingest = IngestProcess.ingest(source.config(NATIVE));
    awaitInTheMidst(source);
  }

  private void awaitInTheMidst(SourceDatabase source) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .failFast("the ingest has ended", () -> !ingest.alive())
        .until(() -> !source.query(COPIES).equals("0"));
    System.out.println("in the midst of a range");
  }

  private static void terminateCopies(SourceDatabase source) throws Exception {
    source.execute(COPIES.replace("count(*)", "pg_terminate_backend(pid)"));
  }

  private static void awaitNoCopies(SourceDatabase source) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> source.query(COPIES).equals("0"));
  }

  private static String change(Random random) {
    return "UPDATE big SET n = n + 1, id = %s WHERE id = %d; SELECT pg_sleep(0.02)"
        .formatted(random.nextInt(5) == 0 ? "-id" : "id", 1 + random.nextInt(ROWS));
  }

  private void awaitLoads(int loads) {
    awaitPrinted(LOAD_BEGINS, loads);
  }

  private void awaitPrinted(String text) {
    awaitPrinted(text, 1);
  }

  private void awaitPrinted(String text, int times) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .failFast("the ingest has ended", () -> !ingest.alive())
        .until(() -> count(text) >= times);
    ingest
        .output()
        .lines()
        .filter(line -> line.contains(text))
        .reduce((before, last) -> last)
        .ifPresent(line -> System.out.println("the fault bites: " + line.strip()));
  }

  private int count(String text) {
    return (int) ingest.output().lines().filter(line -> line.contains(text)).count();
  }

  /** The fault bites: nothing of the load is to be seen. */
  private void assertNothingHeld(SourceDatabase source) {
    assertThat(lake.state(source).filter(state -> !state.loaded().isEmpty())).isEmpty();
  }

  private void assertEqual(SourceDatabase source) throws Exception {
    lake.awaitCurrent(ingest, source);
    lake.assertEqual(source, "big");
    lake.assertEqual(source, "nothing_yet");
  }
}
