package lakehouse.load.demo;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.LakePrograms.Running;
import lakehouse.load.utility.HeadEndDrops;
import lakehouse.load.utility.LegacyPlatform;
import lakehouse.load.utility.UtilityDatabase;
import lakehouse.load.utility.UtilityDatabases;

/** How far the ingest is, by the catalog's word, against what the databases hold. */
final class CaptureProgress {
  private static final Duration LOOK_EVERY = Duration.ofMillis(300);

  /** How long a job may take to start and read its first rows. */
  private static final Duration LOAD_PATIENCE = Duration.ofMinutes(10);

  /** A stream that is alive moves its source every few seconds, if only by a heartbeat. */
  private static final Duration STREAM_PATIENCE = Duration.ofMinutes(2);

  /** However much its sources move. */
  private static final Duration AT_MOST = Duration.ofHours(2);

  private final PlatformFile platform;
  private final DataFolder data;
  private final CatalogCommit catalog;
  private final CatalogLog log;

  CaptureProgress(PlatformFile platform, DataFolder data, CatalogCommit catalog, CatalogLog log) {
    this.platform = platform;
    this.data = data;
    this.catalog = catalog;
    this.log = log;
  }

  /**
   * Waits until every published table is loaded, the queried one too, and all files are taken in;
   * returns how many tables these are.
   */
  int awaitLoaded(Running ingest, int files, Consumer<String> now)
      throws SQLException, InterruptedException {
    int published = 0;
    for (UtilityDatabase database : UtilityDatabase.values()) {
      published +=
          (int)
              number(
                  database,
                  "SELECT count(*) FROM pg_publication_tables WHERE pubname = '%s'"
                      .formatted(UtilityDatabases.PUBLICATION));
    }
    int tables = published + 1;
    await(
        ingest,
        LOAD_PATIENCE,
        "all tables are loaded",
        () -> {
          int loaded = 0;
          for (UtilityDatabase database : UtilityDatabase.values()) {
            loaded += state(database).map(state -> state.loaded().size()).orElse(0);
          }
          loaded += state(LegacyPlatform.DATABASE).map(state -> state.loaded().size()).orElse(0);
          now.accept(
              "%d of %d tables loaded, %,d rows".formatted(loaded, tables, log.captured().rows()));
          return loaded >= tables && takenIn() >= files;
        });
    return tables;
  }

  /**
   * Waits until all that was committed before now is in the lake.
   *
   * @param round of the queried database, after which the next holds what was changed
   * @param files how many there are
   */
  void awaitCurrent(Running ingest, long round, int files, Consumer<String> now)
      throws SQLException, InterruptedException {
    Map<UtilityDatabase, Long> targets = new EnumMap<>(UtilityDatabase.class);
    for (UtilityDatabase database : UtilityDatabase.values()) {
      targets.put(database, number(database, "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"));
    }
    await(
        ingest,
        STREAM_PATIENCE,
        "the lake holds what was committed",
        () -> {
          long behind = 0;
          for (var target : targets.entrySet()) {
            long reached = state(target.getKey()).map(SourceState::lsn).orElse(0L);
            behind = Math.max(behind, target.getValue() - reached);
          }
          now.accept("%s behind".formatted(Console.bytes(Math.max(0, behind))));
          return behind <= 0
              && takenIn() >= files
              && state(LegacyPlatform.DATABASE).orElseThrow().position() > round;
        });
  }

  /** How many files are at their end. */
  private int takenIn() {
    return state(HeadEndDrops.SOURCE).flatMap(SourceState::resume).map(Integer::parseInt).orElse(0);
  }

  private Optional<SourceState> state(UtilityDatabase database) {
    return state(database.databaseName());
  }

  private Optional<SourceState> state(String source) {
    return catalog.state(source);
  }

  private interface Condition {
    boolean holds();
  }

  /** Waits as long as every source moves. */
  private void await(Running ingest, Duration patience, String what, Condition condition)
      throws InterruptedException {
    Map<UtilityDatabase, Optional<SourceState>> states = new EnumMap<>(UtilityDatabase.class);
    Map<UtilityDatabase, Long> moved = new EnumMap<>(UtilityDatabase.class);
    long begun = System.nanoTime();
    while (!condition.holds()) {
      ingest.requireAlive();
      if (System.nanoTime() - begun > AT_MOST.toNanos()) {
        throw ingest.failure("is not there after %s; waited until %s".formatted(AT_MOST, what));
      }
      for (UtilityDatabase database : UtilityDatabase.values()) {
        Optional<SourceState> state = state(database);
        if (!state.equals(states.put(database, state))) {
          moved.put(database, System.nanoTime());
        } else if (System.nanoTime() - moved.get(database) > patience.toNanos()) {
          throw ingest.failure(
              "has left source %s where it was for %d minutes; waited until %s"
                  .formatted(database.databaseName(), patience.toMinutes(), what));
        }
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    }
  }

  private long number(UtilityDatabase database, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                platform.jdbcUrl(database.databaseName()),
                platform.postgresUser(),
                platform.postgresPassword(data).reveal());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
