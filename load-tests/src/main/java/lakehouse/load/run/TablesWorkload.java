package lakehouse.load.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lakehouse.catalog.config.Secret;
import lakehouse.load.run.Scenario.Data;
import lakehouse.load.run.Scenario.Kind;
import lakehouse.load.run.Scenario.Stream;
import lakehouse.load.utility.DatabaseServer;

/**
 * One database with one wide table or many narrow ones, whose values PostgreSQL makes of the row's
 * number: the same on every machine.
 */
final class TablesWorkload implements Workload {
  private static final String DATABASE = "tables";
  private static final int ROWS_AT_ONCE = 50_000;

  private final Scenario scenario;
  private final DatabaseServer server;
  private final Function<String, Secret> passwords;

  TablesWorkload(Scenario scenario, DatabaseServer server, Function<String, Secret> passwords) {
    this.scenario = scenario;
    this.server = server;
    this.passwords = passwords;
  }

  @Override
  public List<String> sources() {
    return List.of(DATABASE);
  }

  @Override
  public long seed(LongConsumer progress) throws SQLException, InterruptedException {
    String password = passwords.apply("lake_" + DATABASE).reveal();
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS " + DATABASE);
      statement.execute("DROP ROLE IF EXISTS lake_" + DATABASE);
      statement.execute(
          "CREATE ROLE lake_%s LOGIN REPLICATION PASSWORD '%s'"
              .formatted(DATABASE, password.replace("'", "''")));
      statement.execute(
          "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'".formatted(DATABASE));
    }
    try (Connection connection = server.connect(DATABASE);
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < tables(); i++) {
        statement.execute(create(i));
      }
      statement.execute("CREATE PUBLICATION lake FOR ALL TABLES");
      statement.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO lake_" + DATABASE);
    }
    fill(progress);
    return rowsOfEach() * tables();
  }

  private void fill(LongConsumer progress) throws SQLException, InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    AtomicLong done = new AtomicLong();
    List<Future<?>> parts = new ArrayList<>();
    for (int table = 0; table < tables(); table++) {
      for (long from = 0; from < rowsOfEach(); from += ROWS_AT_ONCE) {
        String insert = insert(table, from, Math.min(rowsOfEach(), from + ROWS_AT_ONCE));
        long rows = Math.min(ROWS_AT_ONCE, rowsOfEach() - from);
        parts.add(
            threads.submit(
                () -> {
                  try (Connection connection = server.connect(DATABASE);
                      Statement statement = connection.createStatement()) {
                    statement.execute(insert);
                  }
                  progress.accept(done.addAndGet(rows));
                  return null;
                }));
      }
    }
    try {
      for (Future<?> part : parts) {
        part.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException sql) {
        throw sql;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
    try (Connection connection = server.connect(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute("ANALYZE");
    }
  }

  private int tables() {
    return scenario.data().kind() == Kind.MANY_TABLES ? scenario.data().tables() : 1;
  }

  private long rowsOfEach() {
    return Math.max(1, scenario.data().rows() / tables());
  }

  private static String name(int table) {
    return "t%03d".formatted(table);
  }

  /**
   * A column by its ordinal: a tenth numerics, a twentieth long texts, the rest of common types.
   */
  private record Column(String name, String type, String value) {}

  private List<Column> columns() {
    Data data = scenario.data();
    return IntStream.range(1, data.columns())
        .mapToObj(
            i -> {
              String hash = "hashint8(i * 31 + %d)".formatted(i);
              Column column =
                  switch (i % 20) {
                    case 0 ->
                        new Column(
                            "text_" + i,
                            "text",
                            "left(repeat(md5((i + %d)::text), %d), %d)"
                                .formatted(
                                    i, data.textBytes() / 32 + 1, Math.max(1, data.textBytes())));
                    case 1, 11 ->
                        new Column("amount_" + i, "numeric(18,3)", "%s / 1000.0".formatted(hash));
                    case 2, 12 ->
                        new Column(
                            "at_" + i,
                            "timestamptz",
                            "timestamptz '2026-01-01Z' + (%s & 16777215) * interval '1 s'"
                                .formatted(hash));
                    case 3, 13 -> new Column("flag_" + i, "boolean", "%s > 0".formatted(hash));
                    case 4, 14 ->
                        new Column("code_" + i, "text", "'c' || (%s & 255)".formatted(hash));
                    case 5, 15 ->
                        new Column("ratio_" + i, "double precision", "%s / 7.0".formatted(hash));
                    default -> new Column("number_" + i, "bigint", hash + "::bigint");
                  };
              return i % 4 == 0 || data.nullPercent() == 0 || i < 3
                  ? column
                  : new Column(
                      column.name(),
                      column.type(),
                      "CASE WHEN (%s & 1023) >= %d THEN %s END"
                          .formatted(
                              "hashint8(i * 17 + %d)".formatted(i),
                              data.nullPercent() * 1024 / 100,
                              column.value()));
            })
        .toList();
  }

  private String create(int table) {
    return columns().stream()
        .map(column -> column.name() + " " + column.type())
        .collect(
            Collectors.joining(
                ", ", "CREATE TABLE %s (id bigint PRIMARY KEY, ".formatted(name(table)), ")"));
  }

  private String insert(int table, long from, long to) {
    return columns().stream()
        .map(Column::value)
        .collect(
            Collectors.joining(
                ", ",
                "INSERT INTO %s SELECT i, ".formatted(name(table)),
                " FROM generate_series(%d::bigint, %d) AS i ON CONFLICT DO NOTHING"
                    .formatted(from, to - 1)));
  }

  @Override
  public String table() {
    return name(0);
  }

  @Override
  public String key() {
    return "id";
  }

  @Override
  public String sums() {
    return "SELECT count(*) AS rows_read, sum(amount_1) AS amount FROM %s WHERE _op = 'r'";
  }

  @Override
  public int transactionRows() {
    return scenario.stream().map(Stream::rowsPerTransaction).orElse(0);
  }

  @Override
  public String streamedSource() {
    return DATABASE;
  }

  @Override
  public List<String> transaction(long number) {
    Stream stream = scenario.stream().orElseThrow();
    int table = (int) (number % tables());
    long round = number / tables();
    int inserts = Math.max(1, stream.rowsPerTransaction() * stream.insertPercent() / 100);
    int updates = stream.rowsPerTransaction() * stream.updatePercent() / 100;
    int deletes = Math.max(0, stream.rowsPerTransaction() - inserts - updates);
    long first = rowsOfEach() + round * inserts;
    List<String> statements = new ArrayList<>(List.of(insert(table, first, first + inserts)));
    if (updates > 0) {
      statements.add(
          "UPDATE %s SET amount_1 = coalesce(amount_1, 0) + 1 WHERE id = ANY (%s)"
              .formatted(name(table), keys(stream, number, 0, updates)));
    }
    if (deletes > 0) {
      statements.add(
          "DELETE FROM %s WHERE id = ANY (%s)"
              .formatted(name(table), keys(stream, number, updates, deletes)));
    }
    return statements;
  }

  // recent: within the newest tenth of the seeded rows; hot: among a hundredth of those meant
  private String keys(Stream stream, long number, int from, int count) {
    long rows = rowsOfEach();
    return IntStream.range(from, from + count)
        .mapToObj(
            i -> {
              long draw = mix(number * 1_000 + i);
              boolean recent = Long.remainderUnsigned(draw, 100) < stream.recentPercent();
              boolean hot = Long.remainderUnsigned(draw >>> 8, 100) < stream.hotPercent();
              long span = Math.max(1, recent ? rows / 10 : rows);
              long among = Math.max(1, hot ? span / 100 : span);
              return Long.toString(rows - 1 - Long.remainderUnsigned(mix(draw), among));
            })
        .collect(Collectors.joining(",", "'{", "}'::bigint[]"));
  }

  private static long mix(long value) {
    long z = (value + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    return (z ^ (z >>> 29)) * 0x94D049BB133111EBL;
  }

  @Override
  public List<String> night(int night) {
    long share = Math.max(1, rowsOfEach() / 100);
    return IntStream.range(0, tables())
        .mapToObj(
            table ->
                "UPDATE %s SET amount_1 = coalesce(amount_1, 0) + 1 WHERE id BETWEEN %d AND %d"
                    .formatted(name(table), night * share, (night + 1) * share - 1))
        .toList();
  }

  @Override
  public List<Question> questions() {
    return List.of(
        new Question(
            "sums over all rows",
            "SELECT count(*), sum(amount_1) FROM lake.silver.%s.%s".formatted(DATABASE, name(0))),
        new Question(
            "one row",
            "SELECT * FROM lake.silver.%s.%s WHERE id = 42".formatted(DATABASE, name(0))));
  }

  @Override
  public List<String> modelOptions() {
    return List.of(
        "--select",
        IntStream.range(0, tables())
            .mapToObj(table -> "silver.%s.%s".formatted(DATABASE, name(table)))
            .collect(Collectors.joining(",")));
  }
}
