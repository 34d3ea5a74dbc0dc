package lakehouse.load.models;

import static org.apache.iceberg.types.Types.NestedField.optional;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Types;

/**
 * A change log of a year's hourly readings, as an ingest leaves it; but DuckDB writes its files, by
 * millions of rows a second.
 */
final class BronzeReadings {
  private static final int DAYS = 365;
  private static final Schema SCHEMA =
      new Schema(
          optional(1, "place_id", Types.LongType.get()),
          optional(2, "read_at", Types.TimestampType.withZone()),
          optional(3, "energy", Types.DecimalType.of(12, 3)),
          optional(4, "quality", Types.IntegerType.get()),
          optional(5, "status", Types.StringType.get()),
          optional(6, "received_at", Types.TimestampType.withZone()),
          optional(7, ChangeColumns.OP, Types.StringType.get()),
          optional(8, ChangeColumns.EPOCH, Types.IntegerType.get()),
          optional(9, ChangeColumns.COMMIT_LSN, Types.LongType.get()),
          optional(10, ChangeColumns.SEQ, Types.LongType.get()),
          optional(11, ChangeColumns.LSN, Types.LongType.get()),
          optional(12, ChangeColumns.TX_ID, Types.LongType.get()),
          optional(13, ChangeColumns.COMMITTED_AT, Types.TimestampType.withZone()),
          optional(14, ChangeColumns.CAPTURED_AT, Types.TimestampType.withZone()),
          optional(
              15,
              ChangeColumns.OLD_KEY,
              Types.StructType.of(
                  optional(18, "place_id", Types.LongType.get()),
                  optional(19, "read_at", Types.TimestampType.withZone()))),
          optional(
              16, ChangeColumns.UNCHANGED, Types.ListType.ofOptional(20, Types.StringType.get())),
          optional(
              17,
              ChangeColumns.UNREPRESENTABLE,
              Types.MapType.ofOptional(21, 22, Types.StringType.get(), Types.StringType.get())));

  /** The ids that tables are given for that schema, as DuckDB wants them told. */
  private static final String FIELD_IDS =
      """
      {place_id: 1, read_at: 2, energy: 3, quality: 4, status: 5, received_at: 6, _op: 7, _epoch: 8,
       _commit_lsn: 9, _seq: 10, _lsn: 11, _tx_id: 12, _committed_at: 13, _captured_at: 14,
       _old_key: {__duckdb_field_id: 15, place_id: 18, read_at: 19},
       _unchanged: {__duckdb_field_id: 16, element: 20},
       _unrepresentable: {__duckdb_field_id: 17, key: 21, value: 22}}""";

  private final DuckDb duckDb;
  private final Table table;
  private final String source;
  private final long places;
  private int commits = 0;

  private BronzeReadings(DuckDb duckDb, Table table, String source, long places) {
    this.duckDb = duckDb;
    this.table = table;
    this.source = source;
    this.places = places;
  }

  /** Makes the log of about so many readings, with their load. */
  static BronzeReadings create(LakeCatalog catalog, DuckDb duckDb, String source, long rows)
      throws IOException {
    Namespace namespace = Layer.BRONZE.namespace(source);
    catalog.iceberg().createNamespace(namespace);
    Table table =
        catalog
            .iceberg()
            .buildTable(TableIdentifier.of(namespace, "reading"), SCHEMA)
            .withPartitionSpec(
                PartitionSpec.builderFor(SCHEMA).day(ChangeColumns.COMMITTED_AT).build())
            .withProperties(LakeCatalog.tableDefaults())
            .withProperties(
                Map.of(
                    ChangeColumns.SOURCE_PROPERTY,
                    source,
                    ChangeColumns.SOURCE_TABLE_PROPERTY,
                    "public.reading",
                    ChangeColumns.KEY_PROPERTY,
                    "[\"place_id\",\"read_at\"]"))
            .create();
    if (!table.schema().sameSchema(SCHEMA)) {
      throw new IllegalStateException("Field ids were given otherwise: " + table.schema());
    }
    BronzeReadings log =
        new BronzeReadings(duckDb, table, source, Math.max(1, rows / (DAYS * 24L)));
    // the marker, then the rows in the order in which they once came
    log.append(
        """
        SELECT 'l' AS op, 0 AS i, 0 AS minute, 0 AS seq
        UNION ALL
        SELECT 'r', i, 0, i + 1 FROM range(%d) t(i)
        """
            .formatted(log.rows()));
    return log;
  }

  String source() {
    return source;
  }

  /** Rows that were loaded. */
  long rows() {
    return places * DAYS * 24;
  }

  /** The log's files. */
  List<String> files() throws IOException {
    table.refresh();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      return StreamSupport.stream(tasks.spliterator(), false)
          .map(task -> path(task.file().location()))
          .toList();
    }
  }

  /**
   * Changes by one commit. Of ten, seven correct a reading, two are new ones between the hours, and
   * one deletes a reading; a key changes once.
   */
  void change(Scenario scenario) throws IOException {
    long recent = scenario.days() * 24L * places;
    append(
        """
        SELECT
          CASE WHEN any_value(n) %% 10 IN (0, 1) THEN 'c' WHEN any_value(n) %% 10 = 2 THEN 'd' ELSE 'u' END AS op,
          i,
          CASE WHEN any_value(n) %% 10 IN (0, 1) THEN %d ELSE 0 END AS minute,
          any_value(n) AS seq
        FROM (
          SELECT n,
            CASE WHEN hash(n, 1) %% 100 < %d THEN %d + (hash(n, %d) %% %d)::BIGINT
              ELSE (hash(n, %d, 2) %% %d)::BIGINT END AS i
          FROM range(%d) t(n)
        )
        GROUP BY i
        """
            .formatted(
                commits,
                scenario.percentRecent(),
                rows() - recent,
                commits,
                recent,
                commits,
                rows(),
                scenario.changes(rows())));
  }

  // Changes as (op, i, minute, seq), where i numbers the readings by time and place.
  private void append(String changes) throws IOException {
    commits++;
    String file = table.location() + "/data/" + UUID.randomUUID() + ".parquet";
    Path path = Path.of(path(file));
    Files.createDirectories(path.getParent());
    duckDb.run(
        """
        COPY (
          SELECT
            CASE WHEN op <> 'l' THEN (i %% %1$d)::BIGINT END AS place_id,
            CASE WHEN op <> 'l' THEN TIMESTAMPTZ '2025-01-01 00:00:00Z'
              + to_hours((i // %1$d)::INTEGER) + to_minutes(minute::INTEGER) END AS read_at,
            CASE WHEN op NOT IN ('l', 'd') THEN ((hash(i, %2$d) %% 100000)::BIGINT / 1000)::DECIMAL(12, 3) END AS energy,
            CASE WHEN op NOT IN ('l', 'd') THEN (hash(i, %2$d, 1) %% 100)::INTEGER END AS quality,
            CASE WHEN op NOT IN ('l', 'd') THEN ['measured', 'estimated', 'corrected'][1 + (hash(i, %2$d, 2) %% 3)::BIGINT] END AS status,
            CASE WHEN op NOT IN ('l', 'd') THEN TIMESTAMPTZ '2026-01-01 00:00:00Z'
              + to_seconds((hash(i, %2$d, 3) %% 86400)::BIGINT) END AS received_at,
            op AS _op,
            1 AS _epoch,
            %3$d::BIGINT AS _commit_lsn,
            seq::BIGINT AS _seq,
            %3$d::BIGINT AS _lsn,
            %2$d::BIGINT AS _tx_id,
            TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_minutes(%2$d) AS _committed_at,
            TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_minutes(%2$d) AS _captured_at,
            NULL::STRUCT(place_id BIGINT, read_at TIMESTAMPTZ) AS _old_key,
            NULL::VARCHAR[] AS _unchanged,
            NULL::MAP(VARCHAR, VARCHAR) AS _unrepresentable
          FROM (%4$s)
        ) TO '%5$s' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 500000, FIELD_IDS %6$s)
        """
            .formatted(places, commits, commits * 1_000L, changes, path, FIELD_IDS));
    table
        .newAppend()
        .appendFile(
            DataFiles.builder(table.spec())
                .withPath(file)
                .withFormat("parquet")
                .withPartitionPath("_committed_at_day=2026-01-01")
                .withFileSizeInBytes(Files.size(path))
                .withMetrics(
                    ParquetUtil.fileMetrics(
                        table.io().newInputFile(file), MetricsConfig.forTable(table)))
                .build())
        .commit();
  }

  private static String path(String location) {
    return location.replaceFirst("^file:/*", "/");
  }
}
