package lakehouse.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.ingest.fixture.LoadGate;
import lakehouse.source.SourceDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

/**
 * SIGKILL of the ingest's own JVM: run again, it holds what the source holds, and nothing twice.
 */
class ITCaptureKill {
  /** Exit code of a process that SIGKILL has ended. */
  private static final int KILLED = 137;

  /** So that many commits cut through transactions. */
  private static final String OFTEN = "--checkpoint-interval=PT0.2S";

  /** Rows of a transaction that takes seconds. */
  private static final long LARGE = 40_000;

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private @Nullable ProgramProcess ingest;

  @AfterEach
  void stopIngest() {
    if (ingest != null) {
      ingest.close();
    }
  }

  @Test
  void goesOnWithALoadThatWasCutOff() throws Exception {
    SourceDatabase source = lake.source("load", LoadGate.ddl(3, 2));
    Path config = source.config("");
    try (LoadGate gate = LoadGate.shut(source)) {
      ingest = IngestProcess.ingest(config);
      gate.awaitLoad();
      lake.awaitRows(ingest, source, "t", Map.of("l", 1L, "r", 40_000L));

      // a second one does not harm the first, which has no slot in use yet
      try (ProgramProcess second = IngestProcess.ingest(config)) {
        assertThat(second.exitCode()).as(second.output()).isEqualTo(5);
        assertThat(second.output())
            .contains("Source load is being captured already")
            .contains("Stop the other ingest");
      }
      assertThat(ingest.alive()).as(ingest.output()).isTrue();
      assertThat(lake.state(source).orElseThrow().loaded()).as("the load goes on").isEmpty();
      assertThat(ingest.kill()).isEqualTo(KILLED);
    }
    source.execute("UPDATE t SET v = 'changed' WHERE id % 1000 = 0");

    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(ingest.output()).contains("goes on from");
    // what is read after the change holds it already
    assertThat(lake.assertEqual(source, "t").operations())
        .containsExactly(Map.entry("l", 1L), Map.entry("r", 60_000L), Map.entry("u", 40L));
    assertThat(lake.state(source).orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void goesOnWithAStreamThatWasCutOff() throws Exception {
    SourceDatabase source = lake.source("stream", Writer.DDL);
    Path config = source.config("");
    ingest = IngestProcess.ingest(config, OFTEN);
    lake.awaitLoaded(ingest, source, 3);
    try (Writer writer = new Writer(source)) {
      awaitCommits(source, 5);
      assertThat(ingest.kill()).isEqualTo(KILLED);

      ingest = IngestProcess.ingest(config, OFTEN);
      killWithinATransaction(source);
      assertThat(ingest.output()).contains("goes on from");

      // with all that it kept gone as well, the catalog alone tells where to go on
      source.deleteState();
      ingest = IngestProcess.ingest(config, OFTEN);
      awaitCommits(source, 5);
      assertThat(ingest.output()).contains("goes on at the catalog's position");
      assertThat(ingest.kill()).isEqualTo(KILLED);

      ingest = IngestProcess.ingest(config, OFTEN);
      awaitCommits(source, 2);
      assertThat(ingest.output()).contains("goes on from");
    }
    assertHoldsEachChangeOnce(source);
    assertThat(ingest.stop()).as(ingest.output()).isZero();
  }

  /** When the lake holds a part of it. */
  private void killWithinATransaction(SourceDatabase source) throws Exception {
    awaitCommits(source, 1);
    source.execute("INSERT INTO large SELECT i FROM generate_series(1, %d) i".formatted(LARGE));
    lake.awaitState(ingest, source, state -> lake.recordCount(source, "large") > 1);
    assertThat(ingest.kill()).isEqualTo(KILLED);
    assertThat(lake.recordCount(source, "large"))
        .as("rows and the mark of the load")
        .isBetween(2L, LARGE);
  }

  private void awaitCommits(SourceDatabase source, int commits) {
    long position = lake.state(source).orElseThrow().position();
    lake.awaitState(ingest, source, state -> state.position() >= position + commits);
  }

  @Test
  void skipsACommitThatFlinkDoesNotKnowOf() throws Exception {
    SourceDatabase source = lake.source("halt", Writer.DDL);
    Path config = source.config("");
    ingest = IngestProcess.ingestWithFault(config, Faults.AFTER_CATALOG_COMMIT + ":1", OFTEN);
    long first = assertHaltedAheadOfFlink(source);

    // the load's first commit is not done again
    ingest = IngestProcess.ingestWithFault(config, Faults.AFTER_CATALOG_COMMIT + ":6", OFTEN);
    lake.awaitLoaded(ingest, source, 3);
    assertSkipped(first);
    try (Writer writer = new Writer(source)) {
      long second = assertHaltedAheadOfFlink(source);
      ingest = IngestProcess.ingest(config, OFTEN);
      awaitCommits(source, 2);
      assertSkipped(second);
    }
    assertHoldsEachChangeOnce(source);
    assertThat(ingest.stop()).as(ingest.output()).isZero();
  }

  /** The fault bites: the process is gone, and the catalog is ahead of what Flink was told. */
  private long assertHaltedAheadOfFlink(SourceDatabase source) {
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(KILLED);
    assertThat(ingest.output()).contains("halted by fault");
    long position = lake.state(source).orElseThrow().position();
    assertThat(ingest.lines(".*position %d committed.*".formatted(position))).isEmpty();
    return position;
  }

  private void assertSkipped(long position) {
    assertThat(ingest.output())
        .contains("position %d is in the catalog already".formatted(position));
  }

  /** One row of bronze for each change of the source: none is missing, none stands there twice. */
  private void assertHoldsEachChangeOnce(SourceDatabase source) throws Exception {
    lake.awaitCurrent(ingest, source);
    long updates = Long.parseLong(source.query("SELECT sum(n) FROM counted"));
    long copies = Long.parseLong(source.query("SELECT count(*) FROM copied"));
    long large = Long.parseLong(source.query("SELECT count(*) FROM large"));
    BronzeFold counted = lake.assertEqual(source, "counted");
    assertThat(gaps(counted)).as(ingest.output()).isEmpty();
    assertThat(counted.operations())
        .containsExactly(Map.entry("l", 1L), Map.entry("r", 100L), Map.entry("u", updates));
    assertThat(lake.assertEqual(source, "copied").operations())
        .containsExactly(Map.entry("c", copies), Map.entry("l", 1L));
    assertThat(lake.assertEqual(source, "large").operations().getOrDefault("c", 0L))
        .isEqualTo(large);
    assertThat(lake.state(source).orElseThrow().epoch()).isEqualTo(1);
  }

  /** Where a row's count skips one: the updates that bronze does not hold, by what is around. */
  private static List<String> gaps(BronzeFold counted) {
    Map<String, BronzeFold.Row> last = new HashMap<>();
    List<String> gaps = new ArrayList<>();
    for (BronzeFold.Row row : counted.changes()) {
      if (row.op().equals("l")) {
        continue;
      }
      BronzeFold.Row before = last.put(row.values().get("id"), row);
      long n = Long.parseLong(row.values().get("n"));
      if (n != (before == null ? 0 : Long.parseLong(before.values().get("n")) + 1)) {
        gaps.add("between %s and %s".formatted(before, row));
      }
    }
    return gaps;
  }

  /** Updates and copies without end, each in a transaction of its own. */
  private static final class Writer implements AutoCloseable {
    static final String DDL =
        """
        CREATE TABLE counted (id int PRIMARY KEY, n bigint NOT NULL);
        INSERT INTO counted SELECT i, 0 FROM generate_series(1, 100) i;
        CREATE TABLE copied (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
        CREATE TABLE large (id int PRIMARY KEY);
        """;

    private final AtomicBoolean done = new AtomicBoolean();
    private final Thread thread;
    private volatile @Nullable Exception failure;

    Writer(SourceDatabase source) {
      // rows of one COPY share their log position
      String rows =
          IntStream.range(0, 500)
              .mapToObj(i -> "value " + i)
              .collect(Collectors.joining("\n", "", "\n"));
      this.thread =
          new Thread(
              () -> {
                try (Connection connection = source.connect();
                    Statement statement = connection.createStatement()) {
                  for (int i = 0; !done.get(); i++) {
                    statement.execute(
                        "UPDATE counted SET n = n + 1 WHERE id %% 7 = %d".formatted(i % 7));
                    if (i % 5 == 0) {
                      connection
                          .unwrap(PGConnection.class)
                          .getCopyAPI()
                          .copyIn("COPY copied (v) FROM STDIN", new StringReader(rows));
                    }
                    Thread.sleep(50);
                  }
                } catch (Exception e) {
                  failure = e;
                }
              });
      thread.start();
    }

    @Override
    public void close() throws Exception {
      done.set(true);
      thread.join();
      if (failure != null) {
        throw failure;
      }
    }
  }
}
