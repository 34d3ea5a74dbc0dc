package lakehouse.load.reconcile;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.load.reconcile.TablePlan.ComparedColumn;
import org.jspecify.annotations.Nullable;

/**
 * One source at one snapshot of PostgreSQL, digested inside the server: only sums come out, and the
 * rows of buckets that differ. Reads as the source's own role and changes nothing. Safe for use by
 * many threads: each call has a connection of its own, and all see the same snapshot.
 */
final class PostgresDigest implements AutoCloseable {
  /** What values look like as text must not depend on who asks. */
  private static final String SESSION =
      """
      SET TimeZone = 'UTC';
      SET DateStyle = 'ISO, YMD';
      SET IntervalStyle = 'postgres';
      SET extra_float_digits = 1;
      SET bytea_output = 'hex';
      SET xmloption = 'content';
      SET search_path = '';
      SET row_security = off;
      SET statement_timeout = 0;
      SET idle_in_transaction_session_timeout = 0;
      """;

  private final PostgresConfig source;
  private final Connection holder;
  private final String snapshot;

  private PostgresDigest(PostgresConfig source, Connection holder, String snapshot) {
    this.source = source;
    this.holder = holder;
    this.snapshot = snapshot;
  }

  /** Opens the source as it is now. */
  static PostgresDigest open(PostgresConfig source) {
    return open(source, Optional.empty());
  }

  /** Opens the source at a snapshot that another session holds; it need not for longer. */
  static PostgresDigest open(PostgresConfig source, String exported) {
    return open(source, Optional.of(exported));
  }

  private static PostgresDigest open(PostgresConfig source, Optional<String> exported) {
    try {
      Connection holder = connect(source);
      try (Statement statement = holder.createStatement()) {
        if (exported.isPresent()) {
          statement.execute("SET TRANSACTION SNAPSHOT " + SqlName.literal(exported.get()));
        }
        try (ResultSet row = statement.executeQuery("SELECT pg_export_snapshot()")) {
          row.next();
          return new PostgresDigest(source, holder, row.getString(1));
        }
      } catch (SQLException e) {
        holder.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failure(source, "opening a snapshot", e);
    }
  }

  /**
   * Which transactions the snapshot shows.
   *
   * @param xmin all below have ended
   * @param xmax none from here on had begun
   * @param running those between that had not ended
   */
  record Visible(long xmin, long xmax, List<Long> running) {}

  Visible visible() {
    String sql =
        """
        SELECT pg_snapshot_xmin(s)::text::bigint,
               pg_snapshot_xmax(s)::text::bigint,
               array(SELECT x::text::bigint FROM pg_snapshot_xip(s) x)
        FROM pg_current_snapshot() s""";
    try (Statement statement = holder.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new Visible(
          row.getLong(1), row.getLong(2), List.of((Long[]) row.getArray(3).getArray()));
    } catch (SQLException e) {
      throw failure(source, "reading its snapshot", e);
    }
  }

  /** The tables of the database, as they are at the snapshot. */
  DatabaseTables tables() {
    try {
      return DatabaseTables.read(holder, source.publication());
    } catch (SQLException e) {
      throw failure(source, "reading the database's tables", e);
    }
  }

  /** Count and sums of each bucket. */
  TableDigest digest(TablePlan plan, int buckets) {
    String sums =
        IntStream.range(0, TableDigest.PARTS)
            .mapToObj(part -> ",\n       sum(%s)".formatted(part(part)))
            .collect(Collectors.joining());
    String sql =
        """
        SELECT %s AS bucket,
               count(*)%s
        FROM (%s) r
        GROUP BY bucket"""
            .formatted(bucket(plan, buckets), sums, digested(plan, Stream.empty()));
    return query(
        plan,
        sql,
        statement -> {},
        rows -> {
          SortedMap<Integer, TableDigest.Bucket> result = new TreeMap<>();
          while (rows.next()) {
            List<BigInteger> parts = new ArrayList<>();
            for (int part = 0; part < TableDigest.PARTS; part++) {
              BigDecimal sum = rows.getBigDecimal(3 + part);
              parts.add(sum.toBigIntegerExact());
            }
            result.put(rows.getInt(1), new TableDigest.Bucket(rows.getLong(2), parts));
          }
          return new TableDigest(result);
        });
  }

  /** The rows of some buckets. */
  List<RowDigest> rows(TablePlan plan, int buckets, Collection<Integer> wanted) {
    String sql =
        "SELECT encode(d, 'hex')%s\nFROM (%s) r\nWHERE %s = ANY (?)"
            .formatted(
                names("k", plan.key().size()),
                digested(plan, aliased("k", plan.key())),
                bucket(plan, buckets));
    return query(
        plan,
        sql,
        statement -> statement.setArray(1, array(statement, "integer", wanted)),
        rows -> {
          List<RowDigest> result = new ArrayList<>();
          while (rows.next()) {
            result.add(row(rows, plan));
          }
          return result;
        });
  }

  /** The values of the rows that have one of the digests. */
  List<RowValues> values(TablePlan plan, Set<String> digests) {
    String sql =
        "SELECT encode(d, 'hex')%s%s\nFROM (%s) r\nWHERE encode(d, 'hex') = ANY (?)"
            .formatted(
                names("k", plan.key().size()),
                names("v", plan.columns().size()),
                digested(
                    plan, Stream.concat(aliased("k", plan.key()), aliased("v", plan.columns()))));
    return query(
        plan,
        sql,
        statement -> statement.setArray(1, array(statement, "text", digests)),
        rows -> {
          List<RowValues> result = new ArrayList<>();
          while (rows.next()) {
            @Nullable String[] texts = new String[plan.columns().size()];
            for (int i = 0; i < texts.length; i++) {
              texts[i] = rows.getString(2 + plan.key().size() + i);
            }
            result.add(new RowValues(row(rows, plan), texts));
          }
          return result;
        });
  }

  private static RowDigest row(ResultSet rows, TablePlan plan) throws SQLException {
    List<String> key = new ArrayList<>();
    for (int i = 0; i < plan.key().size(); i++) {
      String text = rows.getString(2 + i);
      key.add(text == null ? CanonicalForm.NULL : text);
    }
    return new RowDigest(key, rows.getString(1));
  }

  // d is the row's digest, k the key's. OFFSET 0 keeps the planner from computing them once for
  // each place where they are used, and still lets workers share the scan.
  private static String digested(TablePlan plan, Stream<String> further) {
    List<String> columns = new ArrayList<>();
    columns.add("%s AS d".formatted(sha256(plan.columns())));
    if (!plan.key().isEmpty()) {
      columns.add("%s AS k".formatted(sha256(plan.key())));
    }
    further.forEach(columns::add);
    return "SELECT %s\nFROM %s OFFSET 0"
        .formatted(String.join(",\n  ", columns), plan.table().from());
  }

  private static String sha256(List<ComparedColumn> columns) {
    String text =
        columns.stream().map(ComparedColumn::postgresDelimited).collect(Collectors.joining(" || "));
    return "sha256(convert_to(%s, 'UTF8'))".formatted(columns.isEmpty() ? "''" : text);
  }

  private static String bucket(TablePlan plan, int buckets) {
    return "((get_byte(%1$s, 0) << 8) | get_byte(%1$s, 1)) %% %2$d"
        .formatted(plan.key().isEmpty() ? "d" : "k", buckets);
  }

  private static String part(int part) {
    return IntStream.range(0, 8)
        .mapToObj(i -> "(get_byte(d, %d)::bigint << %d)".formatted(part * 8 + i, 8 * (7 - i)))
        .collect(Collectors.joining(" | "));
  }

  private static Stream<String> aliased(String prefix, List<ComparedColumn> columns) {
    return IntStream.range(0, columns.size())
        .mapToObj(i -> "%s AS %s%d".formatted(columns.get(i).postgres(), prefix, i));
  }

  private static String names(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ", %s%d".formatted(prefix, i))
        .collect(Collectors.joining());
  }

  private static Array array(PreparedStatement statement, String type, Collection<?> elements)
      throws SQLException {
    return statement.getConnection().createArrayOf(type, elements.toArray());
  }

  private interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  private interface Rows<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private <T> T query(TablePlan plan, String sql, Parameters parameters, Rows<T> rows) {
    try (Connection connection = connect(source)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET TRANSACTION SNAPSHOT " + SqlName.literal(snapshot));
      }
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setFetchSize(10_000);
        parameters.set(statement);
        try (ResultSet result = statement.executeQuery()) {
          return rows.read(result);
        }
      }
    } catch (SQLException e) {
      throw failure(source, "reading " + plan.table().shortName(), e);
    }
  }

  private static Connection connect(PostgresConfig source) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", source.user());
    properties.setProperty("password", source.password().reveal());
    properties.setProperty("ApplicationName", "lake reconcile");
    properties.setProperty("connectTimeout", "10");
    Connection connection = DriverManager.getConnection(source.jdbcUrl(), properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute(SESSION);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static LakeException failure(PostgresConfig source, String doing, SQLException cause) {
    return new LakeException(
        ExitCode.PREFLIGHT,
        """
        Source %s failed while %s: %s.
        It was asked at %s:%d, database %s, as %s. `lake doctor` says what is missing."""
            .formatted(
                source.name(),
                doing,
                cause.getMessage(),
                source.host(),
                source.port(),
                source.database(),
                source.user()),
        cause);
  }

  @Override
  public void close() {
    try {
      holder.close();
    } catch (SQLException e) {
      throw failure(source, "closing its snapshot", e);
    }
  }
}
