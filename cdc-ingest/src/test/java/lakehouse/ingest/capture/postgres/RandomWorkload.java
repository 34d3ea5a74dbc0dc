package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lakehouse.ingest.fixture.SourceDatabase;

/**
 * Sessions that change a database in all ways that a change log has to tell apart: rolled back
 * savepoints and transactions, transactions that stay open while others come and go, large ones,
 * changes of keys, large values that stay as they are, truncates, rows that are equal. What they do
 * is drawn from a seed; how they meet is left to the server.
 */
final class RandomWorkload implements AutoCloseable {
  /** Tables with a key. */
  static final List<String> KEYED = List.of("doc", "pair", "whole");

  /** A table without one. */
  static final String BAG = "bag";

  static final String DDL =
      """
      CREATE TABLE doc (id int PRIMARY KEY, n int, note text, tags int[]);
      ALTER TABLE doc ALTER COLUMN note SET STORAGE EXTERNAL;
      CREATE TABLE pair (a int, b text, v numeric(12,2), at timestamptz, PRIMARY KEY (a, b));
      CREATE TABLE whole (id int PRIMARY KEY, n bigint, note text);
      ALTER TABLE whole ALTER COLUMN note SET STORAGE EXTERNAL;
      ALTER TABLE whole REPLICA IDENTITY FULL;
      CREATE TABLE bag (k int, v text);
      ALTER TABLE bag REPLICA IDENTITY FULL;
      INSERT INTO doc SELECT i, 0, repeat('d', i % 7 * 500), ARRAY[i, NULL]
      FROM generate_series(1, 20000) i;
      INSERT INTO pair SELECT i % 100, 'b' || i, i / 4.0, to_timestamp(i) FROM generate_series(1, 5000) i;
      INSERT INTO whole SELECT i, i, repeat('w', i % 5 * 700) FROM generate_series(1, 3000) i;
      INSERT INTO bag SELECT i % 50, 'v' || i % 3 FROM generate_series(1, 500) i;
      """;

  private static final int KEYS = 4_000;

  /** What PostgreSQL ends one of two sessions with that wait for each other, or wait too long. */
  private static final Set<String> LOST_A_RACE = Set.of("40P01", "55P03", "23505");

  /**
   * A transaction that was committed.
   *
   * @param begun the log's end when it had written
   * @param ended the log's end behind it
   */
  record Committed(long begun, long ended) {}

  private final SourceDatabase source;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> sessions = new ArrayList<>();
  private final Queue<Committed> committed = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean ended = new AtomicBoolean();

  /** Starts it. */
  RandomWorkload(SourceDatabase source, long seed) {
    this.source = source;
    for (int i = 0; i < 4; i++) {
      Random random = new Random(seed * 31 + i);
      boolean lingers = i < 2;
      sessions.add(
          threads.submit(
              () -> {
                session(random, lingers);
                return null;
              }));
    }
  }

  /** The transactions so far. */
  List<Committed> committed() {
    return List.copyOf(committed);
  }

  private void session(Random random, boolean lingers) throws Exception {
    try (Connection connection = source.connect()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET lock_timeout = '2s'");
        connection.commit();
        while (!ended.get()) {
          transaction(connection, statement, random, lingers);
          TimeUnit.MILLISECONDS.sleep(random.nextInt(100));
        }
      }
    }
  }

  private void transaction(
      Connection connection, Statement statement, Random random, boolean lingers)
      throws SQLException, InterruptedException {
    try {
      statement.execute(change(random));
      long begun = end(statement);
      int changes = random.nextInt(12);
      for (int i = 0; i < changes; i++) {
        if (random.nextInt(4) == 0) {
          inSavepoint(connection, statement, random);
        } else {
          statement.execute(random.nextInt(30) == 0 ? large(random) : change(random));
        }
        if (lingers) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
        }
      }
      if (random.nextInt(150) == 0) {
        statement.execute(
            random.nextBoolean() ? "TRUNCATE pair" : "TRUNCATE whole, bag RESTART IDENTITY");
      }
      if (random.nextInt(6) == 0) {
        connection.rollback();
      } else {
        connection.commit();
        committed.add(new Committed(begun, end(statement)));
        connection.commit();
      }
    } catch (SQLException e) {
      if (!LOST_A_RACE.contains(e.getSQLState())) {
        throw e;
      }
      connection.rollback();
    }
  }

  private void inSavepoint(Connection connection, Statement statement, Random random)
      throws SQLException {
    Savepoint savepoint = connection.setSavepoint();
    statement.execute(change(random));
    if (random.nextInt(3) == 0) {
      Savepoint inner = connection.setSavepoint();
      statement.execute(change(random));
      if (random.nextBoolean()) {
        connection.rollback(inner);
      }
    }
    if (random.nextBoolean()) {
      connection.rollback(savepoint);
    } else {
      connection.releaseSavepoint(savepoint);
    }
  }

  private static long end(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Spills, at the memory that the test leaves to decoding. */
  private static String large(Random random) {
    int from = 1 + random.nextInt(KEYS);
    return random.nextBoolean()
        ? "UPDATE doc SET n = n + 1 WHERE id BETWEEN %d AND %d".formatted(from, from + 1_500)
        : """
          INSERT INTO whole SELECT i, 1, repeat('x', 300) FROM generate_series(%d, %d) i
          ON CONFLICT (id) DO UPDATE SET n = whole.n + 1"""
            .formatted(from, from + 1_000);
  }

  private static String change(Random random) {
    int id = 1 + random.nextInt(KEYS);
    int other = 1 + random.nextInt(KEYS * 3);
    return switch (random.nextInt(12)) {
      case 0 -> "UPDATE doc SET n = n + 1 WHERE id = " + id;
      case 1 -> "UPDATE doc SET tags = tags || %d WHERE id = %d".formatted(other, id);
      case 2 -> "UPDATE doc SET note = repeat('%s', 2500) WHERE id = %d".formatted(id % 10, id);
      case 3 ->
          """
          UPDATE doc SET id = %1$d
          WHERE id = %2$d AND NOT EXISTS (SELECT FROM doc WHERE id = %1$d)"""
              .formatted(other, id);
      case 4 -> "DELETE FROM doc WHERE id = " + id;
      case 5 ->
          """
          INSERT INTO doc VALUES (%d, %d, NULL, '{}')
          ON CONFLICT (id) DO UPDATE SET note = excluded.note"""
              .formatted(id, other);
      case 6 ->
          """
          INSERT INTO pair VALUES (%1$d, 'b%2$d', %2$d / 4.0, clock_timestamp())
          ON CONFLICT (a, b) DO UPDATE SET v = pair.v + 1, b = pair.b || '.'"""
              .formatted(id % 100, id);
      case 7 -> "DELETE FROM pair WHERE a = %d AND b < 'b2'".formatted(id % 100);
      case 8 -> "UPDATE whole SET n = n + 1 WHERE id = " + id;
      case 9 ->
          """
          UPDATE whole SET id = -id
          WHERE id = %1$d AND NOT EXISTS (SELECT FROM whole WHERE id = -%1$d)"""
              .formatted(id);
      case 10 -> "INSERT INTO bag VALUES (%d, 'v%d'), (1, 'same')".formatted(id % 50, id % 3);
      default ->
          random.nextBoolean()
              ? "UPDATE bag SET v = v || '!' WHERE k = %d AND length(v) < 9".formatted(id % 50)
              : "DELETE FROM bag WHERE k = %d".formatted(id % 50);
    };
  }

  /** Ends all sessions, and fails if one has failed. */
  @Override
  public void close() throws Exception {
    ended.set(true);
    threads.shutdown();
    for (Future<?> session : sessions) {
      try {
        session.get();
      } catch (ExecutionException e) {
        throw new SQLException("a session has failed", e.getCause());
      }
    }
  }
}
