package lakehouse.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
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

/**
 * What the connector gets wrong and we do not mend: each line of docs/limits.md on flink-cdc. A
 * test that fails here means that the connector has become better, and a line can go.
 */
class ITFlinkCdcLimits {
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
  void losesATransactionThatIsOpenWhileItsChunkIsRead() throws Exception {
    SourceDatabase source =
        lake.source(
            "opened",
            """
            CREATE TABLE t (id int PRIMARY KEY, v text);
            INSERT INTO t SELECT i, repeat('x', 50) FROM generate_series(1, 150000) i;
            """);
    Path config = source.config("");
    ingest = IngestProcess.ingest(config);
    lake.awaitState(ingest, source, state -> state.position() >= 1);
    try (Connection open = source.connect();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (1000000, 'lost')");
      source.execute("INSERT INTO t VALUES (1000001, 'not lost')"); // the log moves on
      assertThat(lake.state(source).orElseThrow().loaded()).as("the load goes on").isEmpty();
      lake.awaitLoaded(ingest, source, 1);
      open.commit();
    }
    source.execute("INSERT INTO t VALUES (1000002, 'not lost')");
    lake.awaitCurrent(ingest, source);
    BronzeFold fold = lake.fold(source, "t");
    assertThat(fold.rows())
        .containsKeys(List.of("1000001"), List.of("1000002"))
        .doesNotContainKey(List.of("1000000"));
  }

  @Test
  void endsWhenATableIsTruncatedWhileItIsLoaded() throws Exception {
    SourceDatabase source =
        lake.source(
            "cut",
            """
            CREATE TABLE t (id int PRIMARY KEY, v text);
            INSERT INTO t SELECT i, repeat('x', 50) FROM generate_series(1, 150000) i;
            """);
    ingest = IngestProcess.ingest(source.config(""));
    lake.awaitState(ingest, source, state -> state.position() >= 1);
    source.execute("TRUNCATE t");
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(5);
    assertThat(ingest.output())
        .contains("Table public.t was truncated while it was loaded")
        .contains("lake ingest --reload cut");
  }

  @Test
  void spellsSomeValuesItsOwnWay() throws Exception {
    String row =
        """
        '24:00:00', '12:34:56.5+05', '1 year 2 mons 3 days 04:05:06', '1234.50', B'00101',
        '0044-03-15 BC', 'infinity', '-infinity', 'infinity', 'infinity', 'NaN', '(1,2)', '1.500'
        """;
    SourceDatabase source =
        lake.source(
            "spelt",
            """
            CREATE TABLE t (
              id int PRIMARY KEY, tm time, ttz timetz, iv interval, mo money, vb varbit(8),
              bc date, dinf date, dninf date, tsinf timestamp, tzinf timestamptz, nan numeric(8,2),
              pt point, plain numeric);
            INSERT INTO t VALUES (1, %s);
            CREATE TABLE arrays (id int PRIMARY KEY, a text[], n int);
            ALTER TABLE arrays ALTER COLUMN a SET STORAGE EXTERNAL;
            INSERT INTO arrays VALUES (1, ARRAY[repeat('x', 10000)], 1);
            """
                .formatted(row));
    ingest = IngestProcess.ingest(source.config(""));
    lake.awaitLoaded(ingest, source, 2);
    source.execute("INSERT INTO t VALUES (2, %s)".formatted(row));
    lake.awaitCurrent(ingest, source);
    Map<List<String>, Map<String, @Nullable String>> rows = lake.fold(source, "t").rows();
    System.err.println("LOADED   " + rows.get(List.of("1")));
    System.err.println("STREAMED " + rows.get(List.of("2")));
    source.execute("UPDATE arrays SET n = 2");
    lake.awaitCurrent(ingest, source);
    System.err.println("ARRAYS " + lake.fold(source, "arrays").changes().toString().replaceAll("x{100,}", "x+"));
  }
}
