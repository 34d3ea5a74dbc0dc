package lakehouse.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.SourceDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One source whose ingest is stopped and started again, with the state it left, with an older one,
 * with none: the tests are stations of one life. What bronze holds is counted, not folded alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ITCaptureRestart {
  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private SourceDatabase source;
  private Path config;
  private ProgramProcess ingest;
  private String firstSavepoint;

  @BeforeAll
  void start() throws Exception {
    source =
        lake.source(
            "places",
            """
            CREATE TABLE a (id int PRIMARY KEY, v int);
            INSERT INTO a SELECT i, i FROM generate_series(1, 1000) i;
            """);
    config = source.config("");
  }

  @AfterEach
  void stopIngest() {
    ingest.close();
  }

  @Test
  @Order(1)
  void keepsASecondIngestAway() throws Exception {
    ingest = IngestProcess.ingest(config);
    lake.awaitLoaded(ingest, source, 1);
    SourceState before = lake.state(source).orElseThrow();
    try (ProgramProcess second = IngestProcess.ingest(config)) {
      assertThat(second.exitCode()).as(second.output()).isEqualTo(5);
      assertThat(second.output())
          .contains("The source is being captured already.")
          .contains("streams from slot lake_places")
          .contains("Stop the other ingest");
    }
    update(1, 10);
    lake.awaitCurrent(ingest, source);
    assertThat(lake.state(source).orElseThrow())
        .satisfies(state -> assertThat(state.run()).isEqualTo(before.run()))
        .satisfies(state -> assertThat(state.epoch()).isEqualTo(1));
    assertHolds(Map.of("l", 1L, "r", 1000L, "u", 10L));
    assertThat(ingest.stop()).as(ingest.output()).isZero();
    firstSavepoint = copied(savepoint(), lake.folder().resolve("older savepoint"));
    // <state>/<source>/<run>/savepoints/<savepoint>
    Path state = Path.of(savepoint()).resolve("../../../..").normalize();
    try (Stream<Path> scratch = Files.list(state.resolve(".scratch"))) {
      assertThat(scratch.filter(Files::isDirectory)).as("what Flink kept on disk").isEmpty();
    }
  }

  @Test
  @Order(2)
  void goesOnFromItsSavepoint() throws Exception {
    update(11, 20);
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(ingest.output()).contains("goes on from");
    assertHolds(Map.of("l", 1L, "r", 1000L, "u", 20L));
  }

  @Test
  @Order(3)
  void refusesASavepointThatIsOlderThanTheCatalog() throws Exception {
    SourceState newest = lake.state(source).orElseThrow();
    ingest = IngestProcess.ingest(config, "--source", "places", "--from-savepoint", firstSavepoint);
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(5);
    assertThat(ingest.output())
        .contains("is not the newest")
        .contains("the catalog holds position %d".formatted(newest.position()))
        .contains("start again without --from-savepoint")
        .contains("--reload places");
    assertThat(lake.state(source)).contains(newest);
    assertHolds(Map.of("l", 1L, "r", 1000L, "u", 20L));
  }

  @Test
  @Order(4)
  void goesOnAtTheCatalogsPositionWithoutState() throws Exception {
    long position = lake.state(source).orElseThrow().position();
    source.deleteState();
    update(21, 30);
    ingest = IngestProcess.ingest(config);
    lake.awaitCurrent(ingest, source);
    assertThat(ingest.output()).contains("goes on at the catalog's position");
    SourceState state = lake.state(source).orElseThrow();
    assertThat(state.epoch()).isEqualTo(1);
    assertThat(state.position()).isGreaterThan(position);
    assertHolds(Map.of("l", 1L, "r", 1000L, "u", 30L));

    // and what has begun so is a capture like any other
    update(31, 40);
    lake.awaitCurrent(ingest, source);
    ingest.kill();
    update(41, 50);
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(ingest.output()).contains("goes on from");
    assertHolds(Map.of("l", 1L, "r", 1000L, "u", 50L));
  }

  /** A commit ends where the next change begins: the two have one position in the log. */
  @Test
  @Order(5)
  void losesNothingRightBehindACommit() throws Exception {
    for (int round = 1; round <= 3; round++) {
      ingest = IngestProcess.ingest(config);
      source.execute("INSERT INTO a VALUES (%d, 0)".formatted(10_000 + round));
      lake.awaitCurrent(ingest, source);
      ingest.kill();
      source.execute("INSERT INTO a VALUES (%1$d, 1), (%1$d + 1, 2)".formatted(20_000 + 2 * round));
    }
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertHolds(Map.of("l", 1L, "r", 1000L, "u", 50L, "c", 9L));
  }

  @Test
  @Order(6)
  void refusesToGoOnWithASlotThatBeginsLater() throws Exception {
    source.deleteState();
    source.execute("SELECT pg_drop_replication_slot('lake_places')");
    update(51, 60);
    source.execute("SELECT pg_create_logical_replication_slot('lake_places', 'pgoutput')");
    ingest = IngestProcess.ingest(config);
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(3);
    assertThat(ingest.output())
        .contains("its replication slot lake_places begins at")
        .contains("lake ingest --reload places");
    assertHolds(Map.of("l", 1L, "r", 1000L, "u", 50L, "c", 9L), false);
  }

  @Test
  @Order(7)
  void loadsAnewUnderAnEpochOfItsOwnWhenAskedTo() throws Exception {
    ingest = IngestProcess.ingest(config, "--reload", "places", "--until-loaded");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(lake.state(source).orElseThrow().epoch()).isEqualTo(2);
    assertHolds(Map.of("l", 2L, "r", 2009L, "u", 50L, "c", 9L));
  }

  /** Its last commit has rows of the very seconds in which the process is told to end. */
  @Test
  @Order(8)
  void endsCleanlyWhileRowsArrive() throws Exception {
    ingest = IngestProcess.ingest(config);
    lake.awaitCurrent(ingest, source);
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> insertUntil(ended));
    long lsn = source.lsn() + 100_000;
    lake.awaitState(ingest, source, state -> state.lsn() >= lsn);
    int exitCode = ingest.stop();
    ended.set(true);
    int inserted = writer.get();
    assertThat(exitCode).as(ingest.output()).isZero();
    assertThat(ingest.output()).contains("Source places: stopped").doesNotContain("Exception");
    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertHolds(Map.of("l", 2L, "r", 2009L, "u", 50L, "c", 9L + inserted));
  }

  @Test
  @Order(9)
  void refusesToReplayWhatItCannotLoadAlone() {
    ingest = IngestProcess.quarantine(config, "replay", "places");
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(2);
    assertThat(ingest.output())
        .contains("Source places is captured by flink-cdc, which cannot load one table anew.")
        .contains("Load the whole source: `lake ingest --reload places`");
  }

  private int insertUntil(AtomicBoolean ended) {
    try (Connection connection = source.connect();
        PreparedStatement insert = connection.prepareStatement("INSERT INTO a VALUES (?, 0)")) {
      int inserted = 0;
      while (!ended.get()) {
        insert.setInt(1, 100_000 + inserted++);
        insert.executeUpdate();
      }
      return inserted;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void update(int from, int to) throws Exception {
    source.execute("UPDATE a SET v = v + 1 WHERE id BETWEEN %d AND %d".formatted(from, to));
  }

  private void assertHolds(Map<String, Long> operations) throws Exception {
    assertHolds(operations, true);
  }

  /** Each change once, and all of them if nothing is missing. */
  private void assertHolds(Map<String, Long> operations, boolean all) throws Exception {
    assertThat(lake.fold(source, "a").operations()).isEqualTo(operations);
    assertThat(lake.fold(source, "a").doubledPlaces()).isEmpty();
    if (all) {
      lake.assertEqual(source, "a");
    }
  }

  private String savepoint() {
    return ingest
        .lines(".*Savepoint .*")
        .findFirst()
        .orElseThrow()
        .replaceFirst(".*Savepoint file:", "");
  }

  /** A restored savepoint belongs to Flink, which deletes it with time. */
  private static String copied(String from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(Path.of(from))) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to.toString();
  }
}
