package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import org.awaitility.Awaitility;

/** A database of its own, captured by our own engine in a process. */
final class CapturedDatabase {
  private final LakeProcesses lake;
  private final String name;

  private CapturedDatabase(LakeProcesses lake, String name) {
    this.lake = lake;
    this.name = name;
  }

  /** Makes a database whose every table is published. */
  static CapturedDatabase create(LakeProcesses lake, String name, String ddl) throws Exception {
    lake.execute("postgres", "CREATE DATABASE " + name);
    lake.execute(name, ddl, "CREATE PUBLICATION lake FOR ALL TABLES");
    return new CapturedDatabase(lake, name);
  }

  void execute(String... statements) throws SQLException {
    lake.execute(name, statements);
  }

  /** Starts the ingest with a fault, as {@link lakehouse.ingest.Faults} spells it. */
  Process ingestWithFault(String fault) throws Exception {
    return lake.ingestWithFault(fault, name);
  }

  Process ingest(String... options) throws Exception {
    return lake.ingest(name, options);
  }

  Thread transfers(AtomicBoolean done, int seed) {
    Thread client =
        new Thread(
            () -> {
              Random random = new Random(seed);
              try (Connection connection = lake.connect(name);
                  Statement statement = connection.createStatement()) {
                while (!done.get()) {
                  int amount = random.nextInt(10);
                  String where = " WHERE id = " + (1 + random.nextInt(20));
                  statement.execute(
                      "BEGIN; UPDATE one SET balance = balance - %d%s; UPDATE two SET balance = balance + %d%s; "
                              .formatted(2 * amount, where, amount, where)
                          + "UPDATE three SET balance = balance + %d%s; COMMIT"
                              .formatted(amount, where));
                }
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    client.start();
    return client;
  }

  Optional<SourceState> state() {
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog());
        CatalogCommit commit = new CatalogCommit(catalog)) {
      return commit.state(name);
    }
  }

  void awaitLoaded(String... tables) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(state().map(SourceState::loaded).orElse(Set.of()))
                    .as("%s", log())
                    .contains(tables));
  }

  void awaitCurrent(Process ingest) throws Exception {
    long end;
    try (Connection connection = lake.connect(name);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
      result.next();
      end = PostgresSql.lsn(result.getString(1));
    }
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(500))
        .failFast(log(), () -> !ingest.isAlive())
        .untilAsserted(() -> assertThat(state().orElseThrow().lsn()).isGreaterThanOrEqualTo(end));
  }

  void awaitSlotFree() {
    Awaitility.await()
        .untilAsserted(
            () -> {
              try (Connection connection = lake.connect(name);
                  Statement statement = connection.createStatement();
                  ResultSet result =
                      statement.executeQuery(
                          "SELECT count(*) FROM pg_replication_slots WHERE active AND database = current_database()")) {
                result.next();
                assertThat(result.getInt(1)).isZero();
              }
            });
  }

  String log() throws Exception {
    List<String> lines = Files.readAllLines(lake.log(name));
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  static void kill(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** The hashes at which the catalog held commits of the source, newest first. */
  List<String> hashes() throws Exception {
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog())) {
      return catalog.nessie().getCommitLog().refName(lake.catalog().reference()).stream()
          .filter(
              entry -> name.equals(entry.getCommitMeta().getProperties().get("lakehouse.source")))
          .map(entry -> entry.getCommitMeta().getHash())
          .toList();
    }
  }

  void assertEqual(String table, String columns) throws Exception {
    Map<Object, Map<String, Object>> expected = new TreeMap<>();
    try (Connection connection = lake.connect(name);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT " + columns + " FROM " + table)) {
      while (result.next()) {
        Map<String, Object> row = new HashMap<>();
        for (String column : columns.split(", ")) {
          row.put(column, result.getObject(column));
        }
        expected.put(row.get("id"), row);
      }
    }
    Map<Object, Map<String, Object>> found =
        BronzeFold.fold(lake.catalog(), Optional.empty(), name, table);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, row) -> assertThat(found.get(id)).containsAllEntriesOf(row));
  }
}
