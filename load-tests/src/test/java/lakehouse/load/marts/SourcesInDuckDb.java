package lakehouse.load.marts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.load.utility.Planted;
import lakehouse.load.utility.UtilityDatabase;
import org.apache.spark.sql.SparkSession;
import org.postgresql.PGConnection;

/**
 * The tables of the four databases in DuckDB, one to one and under their own names: table {@code
 * bill} of database {@code billing} is {@code billing.bill}. A {@code timestamptz} is a TIMESTAMP
 * of UTC there; enum, jsonb, uuid and arrays are text. Beside them are the macros of {@code
 * macros.sql}, the tables of {@code network_views.sql} and the marts in schema {@code gold}. No
 * code of the models is used.
 */
final class SourcesInDuckDb implements AutoCloseable {
  private static final int SHOWN = 6;

  private final Connection duck;
  private final Path folder;

  SourcesInDuckDb(PlatformProcess platform, Path folder) throws SQLException, IOException {
    this.folder = folder;
    this.duck = DriverManager.getConnection("jdbc:duckdb:");
    run("SET TimeZone = 'UTC'");
    run("SET memory_limit = '2GB'");
    run("CREATE SCHEMA gold");
    run("CREATE SCHEMA lake");
    for (UtilityDatabase database : UtilityDatabase.values()) {
      String schema = database.databaseName();
      run("CREATE SCHEMA " + schema);
      try (Connection source = platform.connect(schema)) {
        for (Table table : tables(source)) {
          copy(source, schema, table);
        }
      }
    }
    run(resource("macros.sql"));
    run(resource("network_views.sql"));
  }

  private record Column(String name, String udt, String type) {}

  private record Table(String name, List<Column> columns) {}

  private static List<Table> tables(Connection source) throws SQLException {
    TreeMap<String, List<Column>> columns = new TreeMap<>();
    try (Statement statement = source.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT table_name, column_name, udt_name, numeric_precision, numeric_scale
                FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position""")) {
      while (row.next()) {
        String type =
            switch (row.getString(3)) {
              case "int2", "int4" -> "INTEGER";
              case "int8" -> "BIGINT";
              case "numeric" -> "DECIMAL(%d, %d)".formatted(row.getInt(4), row.getInt(5));
              case "bool" -> "BOOLEAN";
              case "date" -> "DATE";
              case "time" -> "TIME";
              case "timestamptz" -> "TIMESTAMP";
              default -> "VARCHAR";
            };
        columns
            .computeIfAbsent(row.getString(1), name -> new ArrayList<>())
            .add(new Column(row.getString(2), row.getString(3), type));
      }
    }
    return columns.entrySet().stream().map(e -> new Table(e.getKey(), e.getValue())).toList();
  }

  private void copy(Connection source, String schema, Table table)
      throws SQLException, IOException {
    String select =
        table.columns().stream()
            .map(
                c ->
                    c.udt().equals("timestamptz")
                        ? "%s AT TIME ZONE 'UTC'".formatted(c.name())
                        : c.name())
            .collect(Collectors.joining(", "));
    Path file = folder.resolve(schema + "." + table.name() + ".csv");
    try (OutputStream out = Files.newOutputStream(file)) {
      source
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut(
              "COPY (SELECT %s FROM %s) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
                  .formatted(select, table.name()),
              out);
    }
    String name = schema + "." + table.name();
    run(
        table.columns().stream()
            .map(c -> c.name() + " " + c.type())
            .collect(Collectors.joining(", ", "CREATE TABLE " + name + " (", ")")));
    run(
        "COPY %s FROM '%s' (FORMAT csv, HEADER false, QUOTE '\"', ESCAPE '\"', NULLSTR '', ALLOW_QUOTED_NULLS false, AUTO_DETECT false, MAX_LINE_SIZE 10000000)"
            .formatted(name, file));
    Files.delete(file);
  }

  /**
   * What a mart holds otherwise than the computation of its file says: some of these rows, as text;
   * empty if they are equal.
   */
  String differences(SparkSession lake, String mart) throws SQLException, IOException {
    copy(lake, "gold." + mart, "gold." + mart);
    run("CREATE TABLE expected_%s AS %s".formatted(mart, resource("marts/" + mart + ".sql")));
    List<Column> published = columns("gold." + mart);
    List<Column> expected = columns("expected_" + mart);
    List<String> names = published.stream().map(Column::name).sorted().toList();
    if (!names.equals(expected.stream().map(Column::name).sorted().toList())) {
      return "%s: other columns: %s, expected %s"
          .formatted(mart, names, expected.stream().map(Column::name).sorted().toList());
    }
    // a double would be compared with a tolerance of its own
    List<Column> inexact =
        expected.stream().filter(c -> List.of("DOUBLE", "FLOAT").contains(c.type())).toList();
    if (!inexact.isEmpty()) {
      return mart + ": computed in floating point: " + inexact;
    }
    String columns =
        published.stream()
            .map(
                c ->
                    c.type().equals("TIMESTAMP WITH TIME ZONE")
                        ? "CAST(%1$s AS TIMESTAMP) AS %1$s".formatted(c.name())
                        : c.name())
            .collect(Collectors.joining(", "));
    String unexpected = except(columns, "gold." + mart, "expected_" + mart);
    String missing = except(columns, "expected_" + mart, "gold." + mart);
    String rows = text("SELECT count(*) FROM expected_" + mart).get(0);
    System.out.printf(Locale.ROOT, "  %s: %s rows%n", mart, rows);
    return unexpected.isEmpty() && missing.isEmpty()
        ? ""
        : "%s of %s rows%n published, not expected:%n%s%n expected, not published:%n%s%n"
            .formatted(mart, rows, unexpected, missing);
  }

  /** Copies a table of the lake that no computation is compared with. */
  void copy(SparkSession lake, String table, String name) throws SQLException, IOException {
    Path file = folder.resolve(name + ".parquet");
    lake.table("lake." + table).coalesce(1).write().parquet(file.toString());
    run("CREATE TABLE %s AS FROM read_parquet('%s/*.parquet')".formatted(name, file));
    delete(file);
  }

  /** Adds what was planted in the sources, in schema {@code planted}. */
  void plant(List<Planted> lines) throws SQLException {
    ManifestInDuckDb.write(duck, lines);
  }

  /** The rows that a query of the tests' resources answers, some of them as text. */
  List<String> answers(String query) throws SQLException, IOException {
    return shown(text(resource(query)));
  }

  /** The numbers of the one row that a query of the tests' resources answers. */
  long[] numbers(String query) throws SQLException, IOException {
    try (Statement statement = duck.createStatement();
        ResultSet row = statement.executeQuery(resource(query))) {
      row.next();
      long[] numbers = new long[row.getMetaData().getColumnCount()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = row.getLong(i + 1);
      }
      return numbers;
    }
  }

  /** Whether a computation of {@link #differences} had any row. */
  boolean expectsRows(String mart) throws SQLException {
    return !text("FROM expected_%s LIMIT 1".formatted(mart)).isEmpty();
  }

  /** How many rows a statement would change; it changes none. */
  long changed(String sql) throws SQLException {
    try (Statement statement = duck.createStatement()) {
      statement.execute("BEGIN");
      try {
        return statement.executeUpdate(sql);
      } finally {
        statement.execute("ROLLBACK");
      }
    }
  }

  private static List<String> shown(List<String> rows) {
    List<String> shown = new ArrayList<>(rows.subList(0, Math.min(SHOWN, rows.size())));
    if (rows.size() > SHOWN) {
      shown.add("... of " + rows.size());
    }
    return shown;
  }

  private String except(String columns, String first, String second) throws SQLException {
    String difference =
        "SELECT %1$s FROM %2$s EXCEPT ALL SELECT %1$s FROM %3$s".formatted(columns, first, second);
    List<String> rows = text("FROM (%s) ORDER BY ALL".formatted(difference));
    return String.join("\n", shown(rows));
  }

  private List<Column> columns(String table) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet row = statement.executeQuery("DESCRIBE " + table)) {
      while (row.next()) {
        columns.add(new Column(row.getString(1), "", row.getString(2)));
      }
    }
    return columns;
  }

  private List<String> text(String sql) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        StringBuilder line = new StringBuilder();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          line.append(i == 1 ? "" : " | ").append(row.getString(i));
        }
        lines.add(line.toString());
      }
    }
    return lines;
  }

  void run(String sql) throws SQLException {
    try (Statement statement = duck.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new SQLException(sql, e);
    }
  }

  /** A file of the tests' resources. */
  static String resource(String name) throws IOException {
    try (var in = SourcesInDuckDb.class.getResourceAsStream("/" + name)) {
      if (in == null) {
        throw new IllegalStateException("There is no " + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    duck.close();
  }
}
