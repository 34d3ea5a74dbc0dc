package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.fixture.BronzeFold;
import lakehouse.ingest.fixture.CaptureHarness;
import lakehouse.ingest.fixture.IngestProcess;
import lakehouse.source.SourceDatabase;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Large rows, large transactions and many tables, in a process with a heap of 1 GiB. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITNativeSizes {
  private static final String NATIVE = "engine: native";
  private static final String LEFT_OUT = "left out: the row is larger than 32 MiB";

  @RegisterExtension static final CaptureHarness lake = new CaptureHarness();

  private ProgramProcess ingest;

  @AfterEach
  void endIngest() {
    ingest.close();
  }

  @Test
  void leavesTheLargestValuesOfALargeRowOut() throws Exception {
    int large = Integer.getInteger("lakehouse.row-bytes", 40_000_000);
    SourceDatabase source =
        lake.source(
            "documents",
            """
            CREATE TABLE document (id int PRIMARY KEY, title text, body text);
            CREATE TABLE whole (id int PRIMARY KEY, title text, body text);
            ALTER TABLE whole REPLICA IDENTITY FULL;
            INSERT INTO document
            SELECT i, 't' || i, repeat('x', CASE WHEN i %% 4 = 0 THEN %1$d ELSE 100 END)
            FROM generate_series(1, 12) i;
            INSERT INTO whole VALUES (1, 'one', repeat('y', %1$d)), (2, 'two', 'small');
            """
                .formatted(large));
    ingest = IngestProcess.ingest(source.config(NATIVE));
    lake.awaitLoaded(ingest, source, 2);
    for (String sql :
        new String[] {
          "INSERT INTO document VALUES (20, 'streamed', repeat('z', %d))".formatted(large),
          "UPDATE document SET title = 'changed' WHERE id = 4", // the body is not sent
          "UPDATE document SET body = 'small again' WHERE id = 8",
          "UPDATE whole SET title = 'changed' WHERE id = 1", // both rows are sent
          "UPDATE whole SET id = 3 WHERE id = 1",
          "DELETE FROM document WHERE id = 12"
        }) {
      source.execute(sql);
    }
    lake.awaitCurrent(ingest, source);
    assertEqual(source, "document", large);
    assertEqual(source, "whole", large);

    // 3 loaded, 1 inserted; 1 loaded, changed twice with the value that was left out
    assertThat(lake.quarantine(source))
        .hasSize(7)
        .allSatisfy(
            row -> {
              assertThat(row.getField("reason")).isEqualTo("row-too-large");
              assertThat(row.getField("message").toString()).endsWith("the values of body.");
              assertThat(row.getField("row_text")).isNull();
            })
        .extracting(row -> row.getField("table_name"))
        .containsOnly("public.document", "public.whole");
    assertThat(places(lake.quarantine(source)))
        .isSubsetOf(places(lake.fold(source, "document"), lake.fold(source, "whole")));
  }

  @Test
  void loadsTablesWithRejectedRowsAnewForAReplay() throws Exception {
    SourceDatabase source =
        lake.source(
            "smaller",
            """
            CREATE TABLE document (id int PRIMARY KEY, body text);
            CREATE TABLE other (id int PRIMARY KEY);
            INSERT INTO document VALUES (1, repeat('x', 40000000)), (2, 'small');
            """);
    Path config = source.config(NATIVE);
    ingest = IngestProcess.ingest(config);
    lake.awaitLoaded(ingest, source, 2);
    assertThat(lake.quarantine(source)).hasSize(1);
    source.execute("UPDATE document SET body = 'small now' WHERE id = 1");
    lake.awaitCurrent(ingest, source);

    replay(config, "Loaded anew for 1 rejected rows: [public.document]");
    assertThat(lake.assertEqual(source, "document").operations()).containsEntry("l", 2L);
    replay(config, "Nothing of source smaller is to be replayed.");

    source.execute("INSERT INTO document VALUES (3, repeat('y', 40000000))");
    lake.awaitCurrent(ingest, source);
    assertThat(ingest.stop()).as(ingest.output()).isZero();
    source.execute("UPDATE document SET body = 'small too' WHERE id = 3");
    replay(
        config,
        "For 1 rejected rows the next start of the ingest loads [public.document] anew: lake ingest"
            + " --source smaller");
    ingest = IngestProcess.ingest(config);
    lake.awaitLoaded(ingest, source, 2);
    lake.awaitCurrent(ingest, source);
    assertThat(lake.assertEqual(source, "document").operations()).containsEntry("l", 3L);
    assertThat(lake.assertEqual(source, "other").operations()).containsEntry("l", 1L);
  }

  private static void replay(Path config, String says) {
    try (ProgramProcess replay = IngestProcess.quarantine(config, "replay", "smaller")) {
      assertThat(replay.exitCode()).as(replay.output()).isZero();
      assertThat(replay.output()).contains(says);
    }
  }

  private static Set<String> places(List<Record> quarantine) {
    return quarantine.stream()
        .map(
            row ->
                "%s %s/%s/%s"
                    .formatted(
                        row.getField("table_name"),
                        row.getField("epoch"),
                        row.getField("commit_lsn"),
                        row.getField("seq")))
        .collect(Collectors.toSet());
  }

  private static Set<String> places(BronzeFold... tables) {
    return Stream.of(tables)
        .flatMap(
            table ->
                table.changes().stream()
                    .map(
                        row ->
                            "%s %d/%d/%d"
                                .formatted(
                                    table.table().properties().get("lakehouse.source-table"),
                                    row.epoch(),
                                    row.commitLsn(),
                                    row.seq())))
        .collect(Collectors.toSet());
  }

  /** Equal but for the large values, which say what became of them. */
  private void assertEqual(SourceDatabase source, String table, int large) throws Exception {
    var expected = source.rows(table, List.of("id"));
    expected
        .values()
        .forEach(row -> row.computeIfPresent("body", (c, v) -> v.length() < large ? v : LEFT_OUT));
    BronzeFold fold = lake.fold(source, table);
    assertThat(fold.doubledPlaces()).isEmpty();
    assertThat(fold.rows()).containsExactlyInAnyOrderEntriesOf(expected);
    assertThat(expected.values())
        .anySatisfy(row -> assertThat(row).containsEntry("body", LEFT_OUT));
  }

  @Test
  void takesALargeTransactionWhole() throws Exception {
    int rows = Integer.getInteger("lakehouse.transaction-rows", 200_000);
    SourceDatabase source =
        lake.source(
            "history",
            """
            CREATE TABLE reading (id bigint PRIMARY KEY, at timestamptz, value numeric(12,3), note text);
            """);
    ingest = IngestProcess.ingest(source.config(NATIVE));
    lake.awaitLoaded(ingest, source, 1);
    source.execute(
        """
        INSERT INTO reading SELECT i, now(), i / 8.0, md5(i::text)
        FROM generate_series(1, %d) i"""
            .formatted(rows));
    source.execute("UPDATE reading SET note = 'after' WHERE id = 1");
    lake.awaitCurrent(ingest, source);

    Table table =
        lake.catalog().iceberg().loadTable(Layer.BRONZE.table(source.name(), "public", "reading"));
    BitSet places = new BitSet();
    BitSet ids = new BitSet();
    long largest = 0;
    try (CloseableIterable<Record> records =
        IcebergGenerics.read(table).select("_op", "_commit_lsn", "_seq", "id").build()) {
      for (Record record : records) {
        if (record.getField("_op").equals("c")) {
          int place = Math.toIntExact((Long) record.getField("_seq"));
          assertThat(places.get(place)).as("a change twice").isFalse();
          places.set(place);
          ids.set(Math.toIntExact((Long) record.getField("id")));
          largest = Math.max(largest, (Long) record.getField("_commit_lsn"));
        }
      }
    }
    assertThat(ids.cardinality()).isEqualTo(rows);
    assertThat(places.cardinality()).isEqualTo(rows);
    assertThat(largest).isPositive();
    System.out.printf(
        "%d rows of one transaction in %d snapshots; peak resident memory %s%n",
        rows, table.history().size(), peak());
  }

  @Test
  void takesManyTablesAtOnce() throws Exception {
    int tables = Integer.getInteger("lakehouse.tables", 40);
    SourceDatabase source =
        lake.source(
            "many", each(tables, "CREATE TABLE t%d (id int PRIMARY KEY, at timestamptz, v text)"));
    source.execute(
        each(
            tables, "INSERT INTO t%d SELECT i, now(), md5(i::text) FROM generate_series(1, 99) i"));
    ingest = IngestProcess.ingest(source.config(NATIVE));
    lake.awaitLoaded(ingest, source, tables);
    source.execute(each(tables, "UPDATE t%d SET v = 'in one transaction' WHERE id < 5"));
    lake.awaitCurrent(ingest, source);
    for (int i = 0; i < tables; i++) {
      source.execute("DELETE FROM t%d WHERE id %% 10 = 9".formatted(i));
    }
    lake.awaitCurrent(ingest, source);
    for (int i = 0; i < tables; i++) {
      assertThat(lake.assertEqual(source, "t" + i).operations())
          .containsExactlyInAnyOrderEntriesOf(Map.of("l", 1L, "r", 99L, "u", 4L, "d", 10L));
    }
    System.out.printf("%d tables; peak resident memory %s%n", tables, peak());
  }

  /** One transaction of a statement for each table. */
  private static String each(int tables, String statement) {
    return IntStream.range(0, tables)
        .mapToObj(statement::formatted)
        .collect(Collectors.joining(";", "BEGIN;", ";COMMIT"));
  }

  private String peak() throws Exception {
    return java.nio.file.Files.readAllLines(Path.of("/proc/" + ingest.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .findFirst()
        .orElse("unknown");
  }
}
