package lakehouse.load.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.table.Layer;
import lakehouse.load.measure.CopyFloor;
import lakehouse.load.measure.MachineLoad;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.programs.LakePrograms.Running;
import lakehouse.load.run.RunRecord.Step;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Others that do what the lake does, on a copy of a bounded part of the table: beside each of them
 * stand the native engine and plain COPY on the very same rows.
 */
final class RunPeers {
  static final String COPY = "peers: COPY to a client that drops it";
  static final String PARQUET = "peers: COPY, then DuckDB to Parquet";
  static final String SPARK_JDBC = "peers: Spark JDBC read to Iceberg";
  static final String NATIVE = "peers: native into Iceberg";
  static final String FLINK_CDC = "peers: flink-cdc into Iceberg";
  static final String DUCKDB_QUERY = "peers: DuckDB's query over bronze's Parquet";
  static final String LAKE_QUERY = "peers: lake query of the same, with its start";

  private static final String SCHEMA = "peer";
  private static final String TABLE = "peer.reading";

  private final RunLake lake;
  private final Workload workload;
  private final Scenario scenario;
  private final Duration checkpointInterval;
  private final Path config;
  private final CatalogCommit states;
  private final LakeCatalog catalog;
  private final PostgresDatabase database;

  RunPeers(
      RunLake lake,
      Workload workload,
      Scenario scenario,
      Duration checkpointInterval,
      Path config,
      CatalogCommit states,
      LakeCatalog catalog) {
    this.lake = lake;
    this.workload = workload;
    this.scenario = scenario;
    this.checkpointInterval = checkpointInterval;
    this.config = config;
    this.states = states;
    this.catalog = catalog;
    this.database = lake.database(workload.sources().get(0));
  }

  void run(PhaseOutcome outcome) throws Exception {
    Scenario.Floors floors = scenario.floors().orElseThrow();
    drop();
    String key = workload.key();
    database.execute(
        List.of(
            "CREATE SCHEMA " + SCHEMA,
            "CREATE TABLE %s AS SELECT * FROM %s LIMIT %d"
                .formatted(TABLE, workload.table(), floors.peerRows()),
            "ALTER TABLE %s ADD PRIMARY KEY (%s)".formatted(TABLE, key),
            "VACUUM ANALYZE " + TABLE,
            "CREATE PUBLICATION peer FOR TABLE " + TABLE));
    long rows = Long.parseLong(database.value("SELECT count(*) FROM " + TABLE));
    CopyFloor floor =
        new CopyFloor(
            database,
            TABLE,
            new MachineLoad(
                lake.data(),
                lake.programs().alive().stream().map(Running::pid).toArray(Long[]::new)));
    outcome.step(RunFloors.step(COPY, floor.client()));
    outcome.step(timed(PARQUET, rows, () -> copyToParquet()));
    outcome.step(timed(SPARK_JDBC, rows, () -> sparkJdbc(key.split(",", 2)[0].strip())));
    outcome.step(ingest(NATIVE, CaptureEngineName.NATIVE, rows));
    if (floors.flinkCdc()) {
      outcome.step(ingest(FLINK_CDC, CaptureEngineName.FLINK_CDC, rows));
    }
    query(outcome);
    drop();
  }

  private void drop() throws SQLException, InterruptedException {
    for (CaptureEngineName engine : CaptureEngineName.values()) {
      database.dropSlot("lake_" + source(engine));
    }
    database.execute(
        List.of(
            "DROP PUBLICATION IF EXISTS peer",
            "DROP SCHEMA IF EXISTS %s CASCADE".formatted(SCHEMA)));
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Step timed(String name, long rows, Work work) throws Exception {
    long began = System.nanoTime();
    work.run();
    return new Step(name, (System.nanoTime() - began) / 1e9, rows, Optional.empty());
  }

  /** The rows as CSV through a pipe that DuckDB reads. */
  private void copyToParquet() throws Exception {
    Path pipe = lake.data().path().resolve("peer.csv");
    Path parquet = lake.data().path().resolve("peer.parquet");
    Files.deleteIfExists(pipe);
    if (new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor() != 0) {
      throw new IOException("mkfifo %s failed".formatted(pipe));
    }
    CompletableFuture<Void> copying =
        CompletableFuture.runAsync(
            () -> {
              try (Connection connection = database.connect();
                  OutputStream out = Files.newOutputStream(pipe)) {
                CopyOut copy =
                    connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY %s TO STDOUT (FORMAT csv, HEADER)".formatted(TABLE));
                for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
                  out.write(line);
                }
              } catch (SQLException | IOException e) {
                throw new CompletionException(e);
              }
            });
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement()) {
      statement.execute("SET memory_limit = '2GB'");
      statement.execute(
          "COPY (SELECT * FROM read_csv('%s', header = true, delim = ',', quote = '\"', all_varchar = true, auto_detect = false, columns = {%s})) TO '%s' (FORMAT parquet, COMPRESSION zstd)"
              .formatted(pipe, columns(), parquet));
    }
    copying.get();
    Files.delete(pipe);
    Files.delete(parquet);
  }

  /** The columns as DuckDB wants them told. */
  private String columns() throws SQLException {
    return database.value(
        """
        SELECT string_agg(format('''%I'': ''%s''', attname,
          CASE format_type(atttypid, NULL)
            WHEN 'bigint' THEN 'BIGINT' WHEN 'integer' THEN 'INTEGER' WHEN 'boolean' THEN 'BOOLEAN'
            WHEN 'timestamp with time zone' THEN 'TIMESTAMPTZ' WHEN 'double precision' THEN 'DOUBLE'
            WHEN 'numeric' THEN upper(replace(format_type(atttypid, atttypmod), 'numeric', 'DECIMAL'))
            ELSE 'VARCHAR' END), ', ' ORDER BY attnum)
        FROM pg_attribute
        WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped"""
            .replace("%s'::regclass", TABLE + "'::regclass"));
  }

  private void sparkJdbc(String splitBy) throws Exception {
    lake.password(database.user());
    lake.programs()
        .startWith(
            "-Xmx2g " + ModelPhases.compiler(scenario),
            "peer-spark-jdbc",
            "load-test",
            "peer-spark-jdbc",
            "--host=" + database.host(),
            "--port=" + database.port(),
            "--database=" + database.name(),
            "--user=" + database.user(),
            "--password-file=" + passwordFile(),
            "--table=" + TABLE,
            "--split-by=" + splitBy,
            "--into=" + lake.data().path().resolve("peer-iceberg"))
        .await(line -> {});
  }

  private Path passwordFile() throws IOException {
    Path file = lake.data().secrets().resolve("peer-admin");
    Files.deleteIfExists(file);
    Files.createFile(
        file,
        java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
            java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, database.password().reveal());
  }

  private static String source(CaptureEngineName engine) {
    return engine == CaptureEngineName.NATIVE ? "peer_native" : "peer_flink_cdc";
  }

  /** From when the slot is made until the catalog holds the table. */
  private Step ingest(String name, CaptureEngineName engine, long rows) throws Exception {
    String source = source(engine);
    String user = "lake_" + source;
    database.execute(
        List.of(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN CREATE ROLE %1$s LOGIN REPLICATION; END IF; END $$"
                .formatted(user),
            "ALTER ROLE %s PASSWORD '%s'".formatted(user, lake.password(user).reveal()),
            "GRANT CONNECT ON DATABASE %s TO %s".formatted(database.name(), user),
            "GRANT USAGE ON SCHEMA %s TO %s".formatted(SCHEMA, user),
            "GRANT SELECT ON %s TO %s".formatted(TABLE, user)));
    Path peer =
        lake.configure(
            source,
            List.of(
                new RunLake.Source(
                    source,
                    engine == CaptureEngineName.NATIVE ? "native" : "flink-cdc",
                    database.name(),
                    user,
                    "peer",
                    TABLE)));
    RunIngest ingest = new RunIngest(lake, peer, List.of(source), checkpointInterval, states);
    ingest.start();
    while (database
        .value(
            "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'lake_%s'"
                .formatted(source))
        .equals("0")) {
      ingest.requireAlive();
      Thread.sleep(25);
    }
    long began = System.nanoTime();
    ingest.awaitLoaded(java.util.Map.of(source, 1));
    double seconds = (System.nanoTime() - began) / 1e9;
    ingest.stop();
    database.dropSlot("lake_" + source);
    database.execute(List.of("DROP OWNED BY " + user));
    return new Step(name, seconds, rows, Optional.empty());
  }

  /** The same sums over the same files, by DuckDB and by the lake's own query. */
  private void query(PhaseOutcome outcome) throws Exception {
    Table bronze =
        catalog
            .iceberg()
            .loadTable(Layer.BRONZE.table(workload.sources().get(0), "public", workload.table()));
    List<String> files = new ArrayList<>();
    long rows = 0;
    try (CloseableIterable<FileScanTask> tasks = bronze.newScan().planFiles()) {
      for (FileScanTask task : tasks) {
        files.add("'" + task.file().location().replaceFirst("^file:/*", "/") + "'");
        rows += task.file().recordCount();
      }
    }
    String sums = workload.sums();
    long scanned = rows;
    if (lake.warehouse().isPresent()) {
      try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = duckDb.createStatement()) {
        statement.execute("SET memory_limit = '2GB'");
        String from =
            files.stream()
                .collect(Collectors.joining(", ", "read_parquet([", "], union_by_name = true)"));
        outcome.step(timed(DUCKDB_QUERY, scanned, () -> statement.execute(sums.formatted(from))));
      }
    }
    String table = "lake.bronze.%s.%s".formatted(workload.sources().get(0), workload.table());
    outcome.step(
        timed(
            LAKE_QUERY,
            scanned,
            () ->
                lake.programs()
                    .startWith(
                        ModelPhases.compiler(scenario),
                        "peer-query",
                        "query",
                        "--json",
                        "--config",
                        config.toString(),
                        sums.formatted(table))
                    .await(line -> {})));
  }
}
