package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** One filling of the four databases: parts of the utility are generated and copied in parallel. */
final class DatabaseSeeding {

  /**
   * Foreign keys are not looked up row by row: the generator keeps them, in whatever order parts
   * arrive. Durability does not matter for data that can be made again.
   */
  private static final String SESSION =
      "SET session_replication_role = replica; SET synchronous_commit = off; SET timezone = 'UTC'";

  private final DatabaseServer server;
  private final UtilityGenerator generator;
  private final int threads;
  private final SeedProgress progress;
  private final AtomicInteger nextPart = new AtomicInteger();
  private final Map<UtilityTable, Long> rows = new EnumMap<>(UtilityTable.class);
  private int partsDone;

  DatabaseSeeding(
      DatabaseServer server, UtilityGenerator generator, int threads, SeedProgress progress) {
    this.server = server;
    this.generator = generator;
    this.threads = Math.max(1, Math.min(threads, generator.parts()));
    this.progress = progress;
    for (UtilityTable table : UtilityTable.values()) {
      rows.put(table, 0L);
    }
  }

  SeedResult run() throws SQLException, InterruptedException {
    long start = System.nanoTime();
    refuseFilled();
    ReadingKey key = new ReadingKey(server);
    key.drop();
    ExecutorService writers = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            writers.submit(
                () -> {
                  writeParts();
                  return null;
                }));
      }
      for (Future<?> writer : running) {
        writer.get();
      }
      key.create(writers);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException sql) {
        throw sql;
      }
      throw new IllegalStateException("Seeding stopped", e.getCause());
    } finally {
      writers.shutdownNow();
    }
    for (UtilityDatabase database : UtilityDatabase.values()) {
      try (Connection connection = server.connect(database);
          Statement statement = connection.createStatement()) {
        statement.execute("ANALYZE");
      }
    }
    return new SeedResult(rows, (System.nanoTime() - start) / 1_000_000);
  }

  private void refuseFilled() throws SQLException {
    for (UtilityTable table : UtilityTable.values()) {
      try (Connection connection = server.connect(table.database());
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT EXISTS (SELECT FROM " + table.tableName() + ")")) {
        row.next();
        if (row.getBoolean(1)) {
          throw new LakeException(
              ExitCode.PREFLIGHT,
              "Table "
                  + table.tableName()
                  + " of database "
                  + table.database().databaseName()
                  + " holds rows already; seeding fills empty databases only. Drop the four"
                  + " databases and create them again.");
        }
      }
    }
  }

  private void writeParts() throws SQLException {
    Map<UtilityDatabase, Connection> connections = new EnumMap<>(UtilityDatabase.class);
    try {
      for (UtilityDatabase database : UtilityDatabase.values()) {
        Connection connection = server.connect(database);
        connections.put(database, connection);
        try (Statement statement = connection.createStatement()) {
          statement.execute(SESSION);
        }
      }
      for (int part = nextPart.getAndIncrement();
          part < generator.parts();
          part = nextPart.getAndIncrement()) {
        ChunkRows chunk = generator.part(part);
        for (Map.Entry<UtilityTable, CopyText> table : chunk.all().entrySet()) {
          copy(connections.get(table.getKey().database()), table.getKey(), table.getValue());
        }
        done(chunk);
      }
    } finally {
      for (Connection connection : connections.values()) {
        connection.close();
      }
    }
  }

  private static void copy(Connection connection, UtilityTable table, CopyText text)
      throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + table.tableName() + " FROM STDIN");
    try {
      copy.writeToCopy(text.array(), 0, text.length());
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private synchronized void done(ChunkRows chunk) {
    chunk.all().forEach((table, text) -> rows.merge(table, text.rows(), Long::sum));
    partsDone++;
    progress.wrote(
        partsDone, generator.parts(), rows.values().stream().mapToLong(Long::longValue).sum());
  }
}
