package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.TcpProxy;
import lakehouse.ingest.fixture.TcpProxy.Reaction;
import lakehouse.source.SourceDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.projectnessie.model.Branch;

/**
 * What befalls a capture that streams, one thing after the other in one life: each is shown to
 * bite, and afterwards bronze holds what the source holds, and no change twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ITNativeFaults {
  private static final String NATIVE = "engine: native";
  private static final String COMMIT_REQUEST = "/history/commit";
  private static final String STREAM_BROKE = "The stream of changes broke";

  private final Random random = new Random(1);
  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private TcpProxy toSource;
  private TcpProxy toCatalog;
  private SourceDatabase bank;
  private Path config;
  private ProgramProcess ingest;

  /** How much the ingest had printed when the test began. */
  private int printed;

  @BeforeAll
  void start() throws Exception {
    toSource = lake.networkToSource();
    toCatalog = lake.networkToCatalog();
    bank = lake.source("bank", Accounts.DDL).through(toSource.port(), toCatalog.port());
    bank.execute("ALTER ROLE lake_test IN DATABASE bank SET wal_sender_timeout = '3s'");
    config = bank.config(NATIVE);
    ingest = IngestProcess.ingest(config);
    lake.awaitLoaded(ingest, bank, 3);
  }

  @AfterAll
  void stop() {
    ingest.close();
    toSource.close();
    toCatalog.close();
  }

  @AfterEach
  void mend() {
    toSource.mend();
    toCatalog.mend();
  }

  @Test
  @Order(1)
  void streamsOnWhenItsServerProcessIsTerminated() throws Exception {
    begin();
    String walSender =
        "SELECT active_pid FROM pg_replication_slots WHERE slot_name = 'lake_bank' AND active";
    String before = bank.query(walSender);
    bank.execute("SELECT pg_terminate_backend(%s)".formatted(before));
    transfer();
    awaitPrinted(STREAM_BROKE);
    assertRecovers();
    assertThat(bank.query(walSender)).isNotEqualTo(before);
  }

  @Test
  @Order(2)
  void streamsOnWhenTheNetworkWasCut() throws Exception {
    begin();
    toSource.down();
    long after = transfer();
    awaitPrinted(STREAM_BROKE);
    assertNotHeld(after);
    toSource.mend();
    assertRecovers();
  }

  @Test
  @Order(3)
  void noticesThatTheNetworkStandsStill() throws Exception {
    begin();
    toSource.stall();
    long after = transfer();
    awaitPrinted("has been silent for");
    assertNotHeld(after);
    toSource.mend();
    assertRecovers();
  }

  @Test
  @Order(4)
  void noticesThatTheNetworkStandsStillInsideATransaction() throws Exception {
    begin();
    toSource.when("START_REPLICATION", Reaction.HOLD_ANSWER, 100_000);
    toSource.cut(); // the next stream stops inside the large transaction
    toSource.awaitSaid();
    try (Connection connection = bank.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          BEGIN;
          INSERT INTO two SELECT i, 0 FROM generate_series(1001, 20000) i;
          DELETE FROM two WHERE id > 1000;
          COMMIT""");
    }
    long after = bank.lsn();
    awaitPrinted("has been silent for");
    assertNotHeld(after);
    toSource.mend();
    assertRecovers();
  }

  @Test
  @Order(5)
  void commitsWhenTheCatalogIsBack() throws Exception {
    begin();
    toCatalog.down();
    long after = transfer();
    awaitPrinted("does not answer");
    assertNotHeld(after);
    toCatalog.mend();
    assertRecovers();
  }

  @Test
  @Order(6)
  void commitsAgainWhatDidNotReachTheCatalog() throws Exception {
    begin();
    toCatalog.when(COMMIT_REQUEST, Reaction.BREAK);
    long after = transfer();
    toCatalog.awaitSaid();
    assertNotHeld(after);
    toCatalog.mend();
    assertRecovers();
  }

  @Test
  @Order(7)
  void findsThatACommitWithoutAnswerWasMade() throws Exception {
    assertCommittedUnknown(Reaction.SWALLOW_ANSWER);
  }

  @Test
  @Order(8)
  void findsThatACommitWithAnAnswerThatNeverCameWasMade() throws Exception {
    assertCommittedUnknown(Reaction.HOLD_ANSWER);
  }

  private void assertCommittedUnknown(Reaction reaction) throws Exception {
    begin();
    toCatalog.when(COMMIT_REQUEST, reaction);
    transfer();
    toCatalog.awaitSaid();
    awaitPrinted("was committed already");
    String line =
        since().lines().filter(l -> l.contains("was committed already")).findFirst().orElseThrow();
    String position = line.replaceFirst(".*position (\\d+) .*", "$1");
    assertThat(since())
        .as("the catalog held it before the ingest knew")
        .doesNotContain("position %s committed".formatted(position));
    toCatalog.mend();
    assertRecovers();
  }

  @Test
  @Order(9)
  void writesWhenTheStorageTakesFilesAgain() throws Exception {
    refuses("data");
  }

  @Test
  @Order(10)
  void commitsWhenTheStorageTakesMetadataAgain() throws Exception {
    refuses("metadata");
  }

  /** A file where the table's folder was: nobody, not even root, can write into it. */
  private void refuses(String part) throws Exception {
    begin();
    String location =
        lake.catalog()
            .iceberg()
            .loadTable(Layer.BRONZE.table(bank.name(), "public", "two"))
            .location();
    Path storage = Path.of(location.replaceFirst("^file:/+", "/"), part);
    Path away = storage.resolveSibling(part + " away");
    Files.move(storage, away);
    Files.createFile(storage);
    try {
      long after = transfer();
      awaitPrinted(storage.toString());
      assertNotHeld(after);
    } finally {
      Files.delete(storage);
      Files.move(away, storage);
    }
    assertRecovers();
  }

  @Test
  @Order(11)
  void goesOnWithNothingButTheCatalog() throws Exception {
    begin();
    ingest.kill();
    bank.deleteState();
    transfer();
    restart();
    assertRecovers();
    assertThat(lake.state(bank).orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  @Order(12)
  void stopsWhenTheBranchIsSetBack() throws Exception {
    for (int i = 0; i < 4; i++) {
      begin();
    }
    long held = lake.state(bank).orElseThrow().lsn();
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                Long.parseLong(
                        bank.query(
                            """
                            SELECT (confirmed_flush_lsn - '0/0')::text FROM pg_replication_slots
                            WHERE slot_name = 'lake_bank'"""))
                    >= held);
    setBack(3);
    transfer();
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(5);
    assertThat(since())
        .contains("The catalog's state of source bank is not the one this ingest follows on")
        .contains("the branch was set back")
        .contains("lake ingest --reload bank");

    // what lies between is gone from the slot: it is not passed over in silence
    bank.awaitSlotFree();
    ingest = IngestProcess.ingest(config);
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(3);
    assertThat(ingest.output())
        .contains("Source bank cannot go on from position")
        .contains("its replication slot lake_bank begins at")
        .contains("lake ingest --reload bank");

    ingest = IngestProcess.ingest(config, "--reload", "bank");
    lake.awaitState(ingest, bank, state -> state.epoch() == 2 && state.loaded().size() == 3);
    assertRecovers();
  }

  private void setBack(int commits) throws Exception {
    List<String> hashes = lake.hashes(bank);
    Branch head = (Branch) lake.catalog().requireReference("main");
    lake.catalog()
        .nessie()
        .assignBranch()
        .branch(head)
        .assignTo(Branch.of("main", hashes.get(hashes.size() - 1 - commits)))
        .assign();
  }

  /** The lake holds all there is, and has taken in a change since. */
  private void begin() throws Exception {
    transfer();
    lake.awaitCurrent(ingest, bank);
    printed = ingest.output().length();
  }

  private void restart() {
    bank.awaitSlotFree();
    ingest = IngestProcess.ingest(config);
    printed = 0;
  }

  /** A few transactions; returns the end of the log behind them. */
  private long transfer() throws Exception {
    try (Connection connection = bank.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 20; i++) {
        statement.execute(Accounts.transfer(random));
      }
    }
    return bank.lsn();
  }

  private String since() {
    return ingest.output().substring(printed);
  }

  private void awaitPrinted(String text) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .failFast("the ingest has ended", () -> !ingest.alive())
        .until(() -> since().contains(text));
    since()
        .lines()
        .filter(line -> line.contains(text))
        .findFirst()
        .ifPresent(line -> System.out.println("the fault bites: " + line.strip()));
  }

  /** The fault bites: what was committed in the source meanwhile is not in the lake. */
  private void assertNotHeld(long after) {
    assertThat(lake.state(bank).orElseThrow().lsn()).isLessThan(after);
  }

  private void assertRecovers() throws Exception {
    transfer();
    lake.awaitCurrent(ingest, bank);
    for (String table : Accounts.TABLES) {
      lake.assertEqual(bank, table);
    }
  }
}
