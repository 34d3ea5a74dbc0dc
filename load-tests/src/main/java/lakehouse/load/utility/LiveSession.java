package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import lakehouse.load.utility.Draws.Topic;

/**
 * The live workload's session with one database: runs transactions in order, counts what they
 * change, and keeps in the database itself how far it came, so that a later run goes on from there
 * even when this one is killed. Not thread-safe.
 */
final class LiveSession implements AutoCloseable {

  /** The first id that the live workload gives to rows; the generator stays below. */
  static final long FIRST_LIVE_ID = 900_000_000_000L;

  private static final int IDS_PER_ROUND = 1000;

  private final UtilityDatabase database;
  private final Connection connection;
  private final Connection overtaken;
  private final Draws draws;
  private final Map<UtilityTable, Map<LiveOperation, Long>> committed =
      new EnumMap<>(UtilityTable.class);
  private final List<Change> pending = new ArrayList<>();
  private long transactionsDone;
  private OffsetDateTime startedAt = OffsetDateTime.now(ZoneOffset.UTC);
  private int round;

  private record Change(UtilityTable table, LiveOperation operation, long rows) {}

  LiveSession(DatabaseServer server, UtilityDatabase database, Draws draws) throws SQLException {
    this.database = database;
    this.draws = draws;
    this.connection = server.connect(database);
    this.overtaken = server.connect(database);
    connection.setAutoCommit(false);
    overtaken.setAutoCommit(false);
  }

  /** Reads how far earlier runs came; the first one starts at {@code clock}. */
  void begin(OffsetDateTime clock) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET timezone = 'UTC'");
      statement.execute(
          """
          CREATE SCHEMA IF NOT EXISTS workload;
          CREATE TABLE IF NOT EXISTS workload.progress (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            started_at timestamptz NOT NULL,
            transactions_done bigint NOT NULL)""");
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO workload.progress VALUES (true, ?, 0) ON CONFLICT DO NOTHING")) {
      insert.setObject(1, clock);
      insert.executeUpdate();
    }
    Object[] progress =
        rows("SELECT started_at AT TIME ZONE 'UTC', transactions_done FROM workload.progress")
            .get(0);
    startedAt = ((Timestamp) progress[0]).toLocalDateTime().atOffset(ZoneOffset.UTC);
    transactionsDone = (Long) progress[1];
    connection.commit();
  }

  /** Rounds completed in this database, by all runs. */
  int roundsDone(List<LiveTransaction> transactions) {
    return (int) (transactionsDone / transactions.size());
  }

  /**
   * Commits what this database still lacks of a round; stops between two transactions when told.
   */
  void finishRound(int wanted, List<LiveTransaction> transactions, BooleanSupplier stopped)
      throws SQLException {
    while (roundsDone(transactions) <= wanted && !stopped.getAsBoolean()) {
      round = roundsDone(transactions);
      commit(transactions.get((int) (transactionsDone % transactions.size())));
    }
  }

  private void commit(LiveTransaction transaction) throws SQLException {
    pending.clear();
    try {
      transaction.apply(this);
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "UPDATE workload.progress SET transactions_done = " + (transactionsDone + 1));
      }
      connection.commit();
      overtaken.commit();
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      overtaken.rollback();
      throw e;
    }
    transactionsDone++;
    for (Change change : pending) {
      committed
          .computeIfAbsent(change.table(), table -> new EnumMap<>(LiveOperation.class))
          .merge(change.operation(), change.rows(), Long::sum);
    }
  }

  /** The round that runs, counted from the first run of all. */
  int round() {
    return round;
  }

  /** The utility's time: each round is one hour of it. */
  OffsetDateTime clock() {
    return startedAt.plusHours(round);
  }

  /** A number of this round and database, from 0 to bound - 1. */
  int below(int bound, int n) {
    return draws.below(bound, Topic.LIVE, key(), n);
  }

  UUID uuid(int n) {
    return draws.uuid(Topic.LIVE, key(), n);
  }

  /** A text that orders rows differently in each round: {@code ORDER BY md5(key || salt)}. */
  String salt(int n) {
    return Long.toHexString(draws.bits(Topic.LIVE, key(), n));
  }

  /** An id that no other round gives. */
  long id(int n) {
    return id(round, n);
  }

  static long id(int round, int n) {
    return FIRST_LIVE_ID + (long) round * IDS_PER_ROUND + n;
  }

  People people() {
    return new People(draws);
  }

  private long key() {
    return (long) round * UtilityDatabase.values().length + database.ordinal();
  }

  /** Runs a statement that changes rows, and counts them. */
  int change(UtilityTable table, LiveOperation operation, String sql, Object... parameters)
      throws SQLException {
    return change(connection, table, operation, sql, parameters);
  }

  /**
   * The same in a second transaction, which is open now and committed after the present one: its
   * row lies before those in the log, its commit after theirs.
   */
  void changeOvertaken(
      UtilityTable table, LiveOperation operation, String sql, Object... parameters)
      throws SQLException {
    change(overtaken, table, operation, sql, parameters);
  }

  private int change(
      Connection through,
      UtilityTable table,
      LiveOperation operation,
      String sql,
      Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepared(through, sql, parameters)) {
      int rows = statement.executeUpdate();
      if (rows > 0) {
        pending.add(new Change(table, operation, rows));
      }
      return rows;
    }
  }

  void truncate(UtilityTable table) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("TRUNCATE " + table.tableName());
    }
    pending.add(new Change(table, LiveOperation.TRUNCATE, 1));
  }

  /** Adds a nullable column without a default, unless it is there. */
  void addColumn(UtilityTable table, String column, String type) throws SQLException {
    if (hasColumn(table, column)) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE " + table.tableName() + " ADD COLUMN " + column + " " + type);
    }
    pending.add(new Change(table, LiveOperation.ADD_COLUMN, 1));
  }

  boolean hasColumn(UtilityTable table, String column) throws SQLException {
    return !rows(
            """
            SELECT 1 FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = ? AND column_name = ?""",
            table.tableName(),
            column)
        .isEmpty();
  }

  /** Runs a statement that changes no table of the utility. */
  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Changes rows and takes it all back: nothing of it may ever be seen downstream. */
  void abandon(String sql, Object... parameters) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (PreparedStatement statement = prepared(connection, sql, parameters)) {
      statement.executeUpdate();
    }
    connection.rollback(before);
  }

  List<Object[]> rows(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepared(connection, sql, parameters);
        ResultSet result = statement.executeQuery()) {
      int columns = result.getMetaData().getColumnCount();
      List<Object[]> rows = new ArrayList<>();
      while (result.next()) {
        Object[] row = new Object[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = result.getObject(i + 1);
        }
        rows.add(row);
      }
      return rows;
    }
  }

  /** Reads outside of a transaction of its own; for what another database needs to know. */
  List<Object[]> look(String sql, Object... parameters) throws SQLException {
    List<Object[]> rows = rows(sql, parameters);
    connection.commit();
    return rows;
  }

  private static PreparedStatement prepared(Connection connection, String sql, Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] instanceof Integer[] numbers) {
        statement.setArray(i + 1, connection.createArrayOf("int4", numbers));
      } else {
        statement.setObject(i + 1, parameters[i]);
      }
    }
    return statement;
  }

  Map<UtilityTable, Map<LiveOperation, Long>> committed() {
    return committed;
  }

  long transactionsDone() {
    return transactionsDone;
  }

  @Override
  public void close() throws SQLException {
    overtaken.close();
    connection.close();
  }
}
