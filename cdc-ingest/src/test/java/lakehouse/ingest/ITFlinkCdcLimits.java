package lakehouse.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

/**
 * What the connector gets wrong and we do not mend: each line of docs/limits.md on flink-cdc. A
 * test that fails here means that the connector has become better, and a line can go.
 */
class ITFlinkCdcLimits {
  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private @Nullable ProgramProcess ingest;

  @AfterEach
  void stopIngest() {
    if (ingest != null) {
      ingest.close();
    }
  }

  @Test
  void losesATransactionThatIsOpenWhileItsChunkIsRead() throws Exception {
    SourceDatabase source = lake.source("opened", LoadGate.ddl(3, 1));
    try (Connection open = source.connect();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      try (LoadGate gate = LoadGate.shut(source)) {
        ingest = IngestProcess.ingest(source.config(""));
        gate.awaitLoad();
        statement.execute("INSERT INTO t VALUES (1000000, 'lost')");
        source.execute("INSERT INTO t VALUES (1000001, 'not lost')"); // the log moves on
      }
      lake.awaitLoaded(ingest, source, 1); // the last chunk was read after both
      open.commit();
    }
    source.execute("INSERT INTO t VALUES (1000002, 'not lost')");
    lake.awaitCurrent(ingest, source);
    BronzeFold fold = lake.fold(source, "t");
    assertThat(fold.rows())
        .hasSize(60_002)
        .containsKeys(List.of("1000001"), List.of("1000002"))
        .doesNotContainKey(List.of("1000000"));
  }

  @Test
  void endsWhenATableIsTruncatedWhileItIsLoaded() throws Exception {
    SourceDatabase source = lake.source("cut", LoadGate.ddl(4, 1));
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<?> truncated;
      try (LoadGate gate = LoadGate.shut(source)) {
        ingest = IngestProcess.ingest(source.config(""));
        gate.awaitLoad();
        truncated =
            other.submit(
                () -> {
                  source.execute("TRUNCATE t"); // between the second chunk and the fourth
                  return null;
                });
        gate.awaitWaiting("AccessExclusiveLock");
      }
      truncated.get();
      assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(5);
      assertThat(ingest.output())
          .contains("Table public.t was truncated while it was loaded")
          .contains("lake ingest --reload cut");
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void endsWhenAColumnIsAddedWhoseNameItMisreads() throws Exception {
    SourceDatabase source = lake.source("umlaut", "CREATE TABLE t (id int PRIMARY KEY)");
    ingest = IngestProcess.ingest(source.config(""));
    lake.awaitLoaded(ingest, source, 1);
    source.execute("ALTER TABLE t ADD COLUMN größe int");
    source.execute("INSERT INTO t VALUES (1, 1)");
    assertThat(ingest.exitCode()).as(ingest.output()).isEqualTo(3);
    assertThat(ingest.output())
        .contains("Table public.t has a column now whose name has characters beyond ASCII")
        .contains("lake ingest --reload umlaut");
    assertThat(lake.fold(source, "t").operations()).containsExactly(Map.entry("l", 1L));
  }

  @Test
  void spellsSomeValuesItsOwnWay() throws Exception {
    String row =
        """
        '24:00', '12:34:56.5+05', '1 year 2 mons 3 days 04:05:06', B'00101', '0044-03-15 BC',
        'infinity', '-infinity', 'infinity', 'infinity', 'NaN'
        """;
    SourceDatabase source =
        lake.source(
            "spelt",
            """
            CREATE TABLE t (
              id int PRIMARY KEY, tm time(3), ttz timetz, iv interval, vb varbit(8), bc date, dinf date,
              dninf date, tsinf timestamp, tzinf timestamptz, nan numeric(8,2));
            INSERT INTO t VALUES (1, %s);
            """
                .formatted(row));
    ingest = IngestProcess.ingest(source.config(""));
    lake.awaitLoaded(ingest, source, 1);
    source.execute("INSERT INTO t VALUES (2, %s)".formatted(row));
    lake.awaitCurrent(ingest, source);
    Map<List<String>, Map<String, @Nullable String>> rows = lake.fold(source, "t").rows();

    // both ways
    for (Map<String, @Nullable String> values : rows.values()) {
      assertThat(values)
          .containsEntry("iv", "P1Y2M3DT4H5M6S")
          .containsEntry("vb", "00000101") // the declared length, not the value's
          .containsEntry("dinf", "infinity")
          .containsEntry("dninf", "-infinity")
          .containsEntry("tsinf", "infinity")
          .containsEntry("tzinf", "infinity");
    }
    // the load only
    assertThat(rows.get(List.of("1")))
        .containsEntry("nan", null)
        .containsEntry("tm", "00:00:00")
        .containsEntry("ttz", "07:34:56Z")
        .containsEntry("bc", "0044-03-15");
    // the stream only
    assertThat(rows.get(List.of("2")))
        .containsEntry("nan", "NaN")
        .containsEntry("tm", "24:00:00")
        .containsEntry("ttz", "07:34:56.5Z")
        .containsEntry("bc", "-0043-03-15");
  }
}
