package lakehouse.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
import org.postgresql.PGConnection;

/**
 * SIGKILL of the ingest's own JVM: run again, it holds what the source holds, and nothing twice.
 */
class ITCaptureKill {
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

  @Test
  void goesOnWithALoadThatWasCutOff() throws Exception {
    SourceDatabase source =
        lake.source(
            "load",
            """
            CREATE TABLE t (id int PRIMARY KEY, v text);
            INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 200000) i;
            """);
    Path config = source.config("");
    ingest = IngestProcess.ingest(config);
    lake.awaitState(ingest, source, state -> state.position() >= 1);
    assertThat(lake.state(source).orElseThrow().loaded()).as("the load goes on").isEmpty();
    ingest.kill();
    source.execute("UPDATE t SET v = 'changed' WHERE id % 1000 = 0");

    ingest = IngestProcess.ingest(config, "--until-current");
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    assertThat(ingest.output()).contains("goes on from");
    BronzeFold fold = lake.assertEqual(source, "t");
    assertThat(fold.operations()).containsEntry("l", 1L).containsEntry("r", 200_000L);
    assertThat(lake.state(source).orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void goesOnWithAStreamThatWasCutOff() throws Exception {
    SourceDatabase source = lake.source("stream", Writer.DDL);
    Path config = source.config("");
    ingest = IngestProcess.ingest(config);
    lake.awaitLoaded(ingest, source, 2);
    try (Writer writer = new Writer(source)) {
      for (int kill = 0; kill < 3; kill++) {
        long position = lake.state(source).orElseThrow().position();
        lake.awaitState(ingest, source, state -> state.position() >= position + 3);
        ingest.kill();
        ingest = IngestProcess.ingest(config);
      }
      lake.awaitCurrent(ingest, source);
    }
    assertHoldsEachChangeOnce(source);
    assertThat(ingest.stop()).isZero();
  }

  @Test
  void skipsACommitThatFlinkDoesNotKnowOf() throws Exception {
    SourceDatabase source = lake.source("halt", Writer.DDL);
    Path config = source.config("");
    ingest = IngestProcess.ingestWithFault(config, Faults.AFTER_CATALOG_COMMIT + ":5");
    try (Writer writer = new Writer(source)) {
      // the fault bites: the process is gone, and the catalog is ahead of what it was told
      assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(137);
      assertThat(ingest.output()).contains("halted by fault");
      long position = lake.state(source).orElseThrow().position();
      assertThat(ingest.lines(".*position %d committed.*".formatted(position))).isEmpty();

      ingest = IngestProcess.ingest(config);
      lake.awaitState(ingest, source, state -> state.position() > position + 2);
      assertThat(ingest.output())
          .contains("position %d is in the catalog already".formatted(position));
    }
    lake.awaitCurrent(ingest, source);
    assertHoldsEachChangeOnce(source);
    assertThat(ingest.stop()).isZero();
  }

  private void assertHoldsEachChangeOnce(SourceDatabase source) throws Exception {
    lake.awaitCurrent(ingest, source);
    lake.assertEqual(source, "copied");
    Map<String, Long> counted = lake.assertEqual(source, "counted").operations();
    long updates = Long.parseLong(source.query("SELECT sum(n) FROM counted"));
    long loaded =
        lake.fold(source, "counted").changes().stream()
            .filter(row -> row.op().equals("r"))
            .mapToLong(row -> Long.parseLong(row.values().get("n")))
            .sum();
    assertThat(counted.get("u")).as("one row for each update").isEqualTo(updates - loaded);
  }

  /** Updates and copies without end, each in a transaction of its own. */
  private static final class Writer implements AutoCloseable {
    static final String DDL =
        """
        CREATE TABLE counted (id int PRIMARY KEY, n bigint NOT NULL);
        INSERT INTO counted SELECT i, 0 FROM generate_series(1, 100) i;
        CREATE TABLE copied (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
        """;

    private final AtomicBoolean done = new AtomicBoolean();
    private final Thread thread;
    private volatile @Nullable Exception failure;

    Writer(SourceDatabase source) {
      // rows of one COPY share their log position
      String rows =
          IntStream.range(0, 3_000)
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
