package lakehouse.load.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SslMode;
import lakehouse.catalog.platform.TestPostgres;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same values have the same texts in a real PostgreSQL and in Spark. */
class ITCanonicalForm {
  private static final DataType NTZ = DataTypes.TimestampNTZType;

  private static TestPostgres postgres;
  private static SparkSession spark;

  private final Map<String, Column> columns = new LinkedHashMap<>();

  /** A column, with each value as SQL and as the lake has it. */
  private record Column(
      String type, DataType lake, List<String> sql, List<@Nullable Object> values) {
    Column with(String literal, @Nullable Object value) {
      sql.add(literal);
      values.add(value);
      return this;
    }
  }

  @BeforeAll
  static void start() {
    postgres = TestPostgres.start();
    spark = LakeSession.local().master("local[2]").getOrCreate();
    spark.conf().set("spark.sql.caseSensitive", true);
  }

  @AfterAll
  static void stop() {
    spark.stop();
    postgres.close();
  }

  @BeforeEach
  void makeDatabase() throws SQLException {
    execute(postgres.connect("postgres"), "DROP DATABASE IF EXISTS odd", "CREATE DATABASE odd");
  }

  @AfterEach
  void forget() {
    columns.clear();
  }

  private Column column(String name, String type, DataType lake) {
    Column column = new Column(type, lake, new ArrayList<>(), new ArrayList<>());
    columns.put(name, column);
    return column;
  }

  @Test
  void readsEveryTypeAlikeFromBothSides() throws SQLException {
    column("flag", "boolean", DataTypes.BooleanType).with("true", true).with("false", false);
    column("bit", "bit(1)", DataTypes.BooleanType).with("B'1'", true).with("B'0'", false);
    column("small", "smallint", DataTypes.IntegerType)
        .with("-32768", -32768)
        .with("32767", 32767)
        .with("0", 0);
    column("int", "integer", DataTypes.IntegerType)
        .with("-2147483648", Integer.MIN_VALUE)
        .with("2147483647", Integer.MAX_VALUE);
    column("widened", "integer", DataTypes.LongType).with("-5", -5L);
    column("big", "bigint", DataTypes.LongType)
        .with("-9223372036854775808", Long.MIN_VALUE)
        .with("9223372036854775807", Long.MAX_VALUE)
        .with("0", 0L);
    column("real", "real", DataTypes.FloatType)
        .with("'1.1'", 1.1f)
        .with("'-0'", -0.0f)
        .with("'NaN'", Float.NaN)
        .with("'1e-45'", Float.MIN_VALUE)
        .with("'Infinity'", Float.POSITIVE_INFINITY);
    column("real_as_double", "real", DataTypes.DoubleType).with("'1.1'", (double) 1.1f);
    column("double", "double precision", DataTypes.DoubleType)
        .with("'0.1'", 0.1)
        .with("'2e-323'", 2e-323)
        .with("'1.7976931348623157e308'", Double.MAX_VALUE)
        .with("'-0'", -0.0)
        .with("'0'", 0.0)
        .with("'NaN'", Double.NaN)
        .with("'-Infinity'", Double.NEGATIVE_INFINITY);
    decimals();
    texts();
    column("bytes", "bytea", DataTypes.BinaryType)
        .with("'\\x'", new byte[0])
        .with("'\\x00ff7e'", new byte[] {0, -1, 126});
    times();
    lists();
    assertSameOnBothSides();
  }

  private void decimals() {
    column("money", "numeric(14,2)", DataTypes.createDecimalType(14, 2))
        .with("0.05", new BigDecimal("0.05"))
        .with("-0.10", new BigDecimal("-0.10"))
        .with("0", new BigDecimal("0.00"))
        .with("-999999999999.99", new BigDecimal("-999999999999.99"));
    column("fine", "numeric(24,18)", DataTypes.createDecimalType(24, 18))
        .with("5.826999664306640625", new BigDecimal("5.826999664306640625"))
        .with("0.000000000000000001", new BigDecimal("0.000000000000000001"));
    column("widest", "numeric(38,0)", DataTypes.createDecimalType(38, 0))
        .with("99999999999999999999999999999999999999", new BigDecimal("9".repeat(38)))
        .with("-99999999999999999999999999999999999999", new BigDecimal("-" + "9".repeat(38)));
    column("rescaled", "numeric(10,4)", DataTypes.createDecimalType(10, 2))
        .with("1.5000", new BigDecimal("1.50"));
    column("exact", "numeric", DataTypes.StringType)
        .with("1.10", "1.10")
        .with("1.1", "1.1")
        .with("'NaN'", "NaN")
        .with("1e30", "1" + "0".repeat(30))
        .with("1e-30", "0." + "0".repeat(29) + "1");
  }

  private void texts() {
    column("text", "text", DataTypes.StringType)
        .with("''", "")
        .with("'~'", "~")
        .with("'a;1:b;~;'", "a;1:b;~;")
        .with("E'line\\nfeed'", "line\nfeed")
        .with("'بجلی نہیں ہے'", "بجلی نہیں ہے")
        .with("U&'\\+01F600'", "\uD83D\uDE00")
        .with("repeat('x', 100000)", "x".repeat(100_000));
    column("varchar", "varchar(5)", DataTypes.StringType).with("'ab '", "ab ");
    column("char", "char(5)", DataTypes.StringType).with("'ab'", "ab   ").with("''", "     ");
    column("json", "json", DataTypes.StringType).with("'{\"b\" : 1}'", "{\"b\" : 1}");
    column("jsonb", "jsonb", DataTypes.StringType)
        .with("'{\"b\":1,\"a\":[null,1.50]}'", "{\"a\": [null, 1.50], \"b\": 1}");
    column("uuid", "uuid", DataTypes.StringType)
        .with("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    column("mood", "mood", DataTypes.StringType).with("'so ; so'", "so ; so");
    column("interval", "interval", DataTypes.StringType)
        .with("'1 year 2 days -03:00'", "1 year 2 days -03:00:00");
    column("inet", "inet", DataTypes.StringType).with("'10.0.0.1/8'", "10.0.0.1/8");
    column("positive", "positive", DataTypes.createDecimalType(8, 3))
        .with("1.25", new BigDecimal("1.250"));
    column("odd \"name\"; `tick`.dot", "text", DataTypes.StringType).with("'x'", "x");
    column("GROSS", "text", DataTypes.StringType).with("'upper'", "upper");
    column("gross", "text", DataTypes.StringType).with("'lower'", "lower");
  }

  private void times() {
    column("date", "date", DataTypes.DateType)
        .with("'1970-01-01'", LocalDate.EPOCH)
        .with("'1999-12-31'", LocalDate.of(1999, 12, 31))
        .with("'1582-10-10'", LocalDate.of(1582, 10, 10))
        .with("'0044-03-15 BC'", LocalDate.of(-43, 3, 15))
        .with("'4713-01-01 BC'", LocalDate.of(-4712, 1, 1))
        .with("'5874897-12-31'", LocalDate.of(5874897, 12, 31));
    column("time", "time", DataTypes.LongType)
        .with("'00:00'", 0L)
        .with("'23:59:59.999999'", 86_399_999_999L)
        .with("'24:00'", 86_400_000_000L);
    column("instant", "timestamptz", DataTypes.TimestampType)
        .with("'2024-02-29 12:00:00.123456+05'", Instant.parse("2024-02-29T07:00:00.123456Z"))
        .with("'1969-12-31 23:59:59.999999+00'", Instant.parse("1969-12-31T23:59:59.999999Z"))
        .with("'1899-12-31 23:59:59.5+00'", Instant.parse("1899-12-31T23:59:59.5Z"))
        .with("'0044-03-15 10:00:00.000001+00 BC'", Instant.parse("-0043-03-15T10:00:00.000001Z"))
        .with("'4713-01-01 00:00:00+00 BC'", Instant.parse("-4712-01-01T00:00:00Z"))
        .with("'294246-12-31 00:00:00+00'", Instant.parse("+294246-12-31T00:00:00Z"));
    column("wall", "timestamp(3)", NTZ)
        .with("'2024-02-29 12:00:00.123'", LocalDateTime.parse("2024-02-29T12:00:00.123"))
        .with("'0001-01-01 00:00:00'", LocalDateTime.parse("0001-01-01T00:00:00"));
  }

  private void lists() {
    column("areas", "text[]", DataTypes.createArrayType(DataTypes.StringType))
        .with("'{}'", List.of())
        .with("'{\"\"}'", List.of(""))
        .with("'{NULL}'", Arrays.asList((Object) null))
        .with("'{\"a;b\",NULL,\"~\"}'", Arrays.asList("a;b", null, "~"))
        .with("'{a,b}'", List.of("a", "b"));
    column("numbers", "integer[]", DataTypes.createArrayType(DataTypes.IntegerType))
        .with("'{1,NULL,-2}'", Arrays.asList(1, null, -2));
    column(
            "amounts",
            "numeric(6,2)[]",
            DataTypes.createArrayType(DataTypes.createDecimalType(6, 2)))
        .with("'{1.5,0}'", List.of(new BigDecimal("1.50"), new BigDecimal("0.00")));
    column("exacts", "numeric[]", DataTypes.createArrayType(DataTypes.StringType))
        .with("'{1.50}'", List.of("1.50"));
    column("days", "date[]", DataTypes.createArrayType(DataTypes.DateType))
        .with("'{2024-01-01}'", List.of(LocalDate.of(2024, 1, 1)));
  }

  @Test
  void tellsWhatTheLakeCannotHoldFromNull() throws SQLException {
    column("n", "numeric(5,2)", DataTypes.createDecimalType(5, 2)).with("'NaN'", null);
    column("d", "date", DataTypes.DateType).with("'infinity'", null);
    column("t", "timestamptz", DataTypes.TimestampType).with("'-infinity'", null);
    column("a", "integer[]", DataTypes.createArrayType(DataTypes.IntegerType))
        .with("'{{1,2},{3,4}}'", List.of(1, 2, 3, 4));
    column("r", "numeric(10,4)", DataTypes.createDecimalType(10, 2))
        .with("1.2345", new BigDecimal("1.23"));
    try (PostgresDigest source = write()) {
      TablePlan plan = plan(source);
      DifferenceSearch.Found found = search(source, plan);
      assertThat(found.differences()).hasSize(1);
      KeyDifference.Different different = (KeyDifference.Different) found.differences().get(0);
      assertThat(different.key()).isEqualTo("id=0");
      assertThat(different.columns())
          .extracting(
              column -> column.column() + ": " + column.inSource() + " / " + column.inLake())
          .containsExactly(
              "n: NaN / null",
              "d: infinity / null",
              "t: -infinity / null",
              "a: {{1,2},{3,4}} / 1{4:1;2;3;4;}",
              "r: 1.2345 / 1.23");
    }
  }

  @Test
  void comparesWhatTheLakeCannotHoldByItsText() throws SQLException {
    column("n", "numeric(5,2)", DataTypes.createDecimalType(5, 2))
        .with("'NaN'", null)
        .with("'NaN'", null)
        .with("'NaN'", null)
        .with("1", null);
    column("d", "date", DataTypes.DateType).with("'infinity'", null);
    column("t", "timestamptz", DataTypes.TimestampType).with("'-infinity'", null);
    column("w", "timestamp", NTZ).with("'294276-12-31 23:59:59.999999'", null);
    column("a", "integer[]", DataTypes.createArrayType(DataTypes.IntegerType))
        .with("'[0:1]={1,2}'", null);
    column("l", "numeric(6,2)[]", DataTypes.createArrayType(DataTypes.createDecimalType(6, 2)))
        .with("'{NaN,1}'", null);
    column(
            "_unrepresentable",
            "text",
            DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType))
        .with(
            "NULL",
            Map.of(
                "n", "NaN",
                "d", "infinity",
                "t", "-infinity",
                "w", "294276-12-31 23:59:59.999999",
                "a", "[0:1]={1,2}",
                "l", "{NaN,1.00}"))
        .with("NULL", Map.of("n", "Infinity"))
        .with("NULL", null)
        .with("NULL", Map.of("n", "NaN"));
    try (PostgresDigest source = write()) {
      assertThat(search(source, plan(source)).differences())
          .extracting(
              difference ->
                  difference.key() + " " + ((KeyDifference.Different) difference).columns())
          .hasSize(3)
          .allMatch(text -> text.contains("n"))
          .noneMatch(text -> text.startsWith("id=0"));
    }
  }

  @Test
  void readsTypesAlikeThatPrintOtherwiseThanTheyCast() throws SQLException {
    column("inet", "inet", DataTypes.StringType).with("'10.0.0.1'", "10.0.0.1");
    column("place", "place", DataTypes.StringType).with("ROW(NULL, NULL)", "(,)");
    column("places", "place[]", DataTypes.createArrayType(DataTypes.StringType))
        .with("ARRAY[ROW('a', 1), NULL]::place[]", Arrays.asList("(a,1)", null));
    column("checked", "positive[]", DataTypes.createArrayType(DataTypes.createDecimalType(8, 3)))
        .with("'{1.5}'", List.of(new BigDecimal("1.500")));
    assertSameOnBothSides();
  }

  @Test
  void keepsColumnsApartWhateverTheyHold() throws SQLException {
    column("a", "text", DataTypes.StringType).with("'x;1:y'", "x").with("NULL", "").with("'1'", "");
    column("b", "text", DataTypes.StringType).with("''", "1:y;").with("NULL", null).with("''", "1");
    try (PostgresDigest source = write()) {
      assertThat(search(source, plan(source)).differences())
          .extracting(difference -> difference.key() + " " + difference.description())
          .containsExactly(
              "id=0 different in a, b", "id=1 different in a", "id=2 different in a, b");
    }
  }

  @Test
  void comparesTokensByNullnessAndLeavesRedactedColumnsOut() throws SQLException {
    column("cnic", "text", DataTypes.StringType).with("'42101'", "9f86d0").with("NULL", "9f86d0");
    column("name", "text", DataTypes.StringType).with("'Asif'", null).with("'Sana'", null);
    try (PostgresDigest source = write()) {
      TablePlan plan =
          plan(
              source,
              Map.of(
                  "cnic", MaskConfig.Method.TOKEN,
                  "name", MaskConfig.Method.REDACT));
      assertThat(plan.notes())
          .containsExactly(
              "redacted, so left out: name",
              "tokens in the lake, so only nulls are compared: cnic");
      assertThat(search(source, plan).differences())
          .extracting(difference -> difference.key() + " " + difference.description())
          .containsExactly("id=1 different in cnic");
    }
  }

  private void assertSameOnBothSides() throws SQLException {
    try (PostgresDigest source = write()) {
      TablePlan plan = plan(source);
      assertThat(plan.incomparable()).isEmpty();
      assertThat(plan.columns()).hasSize(columns.size() + 1);
      assertThat(search(source, plan).differences())
          .as(
              "differences, with %s",
              search(source, plan).differences().stream()
                  .filter(KeyDifference.Different.class::isInstance)
                  .flatMap(d -> ((KeyDifference.Different) d).columns().stream())
                  .map(c -> c.column() + ": " + c.inSource() + " / " + c.inLake())
                  .toList())
          .isEmpty();
      SparkDigest lake = lake();
      assertThat(source.digest(plan, 16)).isEqualTo(lake.digest(plan, 16));
      assertThat(source.digest(plan, 16).rows()).isEqualTo(rowCount());
    }
  }

  private DifferenceSearch.Found search(PostgresDigest source, TablePlan plan) {
    SparkDigest lake = lake();
    return new DifferenceSearch(plan, source, lake, 16)
        .find(source.digest(plan, 16), lake.digest(plan, 16), 100);
  }

  private SparkDigest lake() {
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < rowCount(); row++) {
      List<@Nullable Object> values = new ArrayList<>(List.of(row));
      for (Column column : columns.values()) {
        values.add(row < column.values().size() ? column.values().get(row) : null);
      }
      rows.add(RowFactory.create(values.toArray()));
    }
    return new SparkDigest(table -> spark.createDataFrame(rows, schema()).repartition(3));
  }

  private StructType schema() {
    List<StructField> fields = new ArrayList<>();
    fields.add(DataTypes.createStructField("id", DataTypes.IntegerType, true));
    columns.forEach(
        (name, column) -> fields.add(DataTypes.createStructField(name, column.lake(), true)));
    return DataTypes.createStructType(fields);
  }

  private TablePlan plan(PostgresDigest source) {
    return plan(source, Map.of());
  }

  private TablePlan plan(PostgresDigest source, Map<String, MaskConfig.Method> masks) {
    List<SourceTable> tables = source.tables().published();
    assertThat(tables).hasSize(1);
    return TablePlan.of(
        tables.get(0),
        new TablePlan.LakeTable(
            schema(), List.of(schema().fieldNames()), List.of("id"), new HashMap<>(masks)));
  }

  private int rowCount() {
    return columns.values().stream().mapToInt(column -> column.values().size()).max().orElse(0);
  }

  private PostgresDigest write() throws SQLException {
    List<String> statements = new ArrayList<>();
    statements.add("CREATE TYPE mood AS ENUM ('so ; so')");
    statements.add("CREATE TYPE place AS (street text, number int)");
    statements.add("CREATE DOMAIN counted AS numeric(8,3)");
    statements.add("CREATE DOMAIN positive AS counted CHECK (value > 0)");
    StringBuilder table =
        new StringBuilder("CREATE TABLE \"Odd; \"\"table\" (id integer PRIMARY KEY");
    columns.forEach(
        (name, column) ->
            table.append(", ").append(SqlName.quoted(name)).append(' ').append(column.type()));
    statements.add(table.append(", made integer GENERATED ALWAYS AS (id + 1) STORED)").toString());
    for (int row = 0; row < rowCount(); row++) {
      StringBuilder insert = new StringBuilder("INSERT INTO \"Odd; \"\"table\" VALUES (" + row);
      for (Column column : columns.values()) {
        insert.append(", ").append(row < column.sql().size() ? column.sql().get(row) : "NULL");
      }
      statements.add(insert.append(')').toString());
    }
    statements.add("CREATE PUBLICATION lake FOR ALL TABLES");
    execute(postgres.connect("odd"), statements.toArray(String[]::new));
    return PostgresDigest.open(
        new PostgresConfig(
            "odd",
            CaptureEngineName.FLINK_CDC,
            postgres.host(),
            postgres.port(),
            "odd",
            postgres.user(),
            new Secret(postgres.password()),
            SslMode.PREFER,
            "",
            "slot",
            "lake",
            List.of("*"),
            List.of(),
            List.of()));
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Test
  void readsWhatWasCanonicalBackForPeople() {
    assertThat(form("timestamptz", DataTypes.TimestampType).readable("0000000000000000"))
        .isEqualTo("2000-01-01T00:00:00Z");
    assertThat(form("timestamp", NTZ).readable("ffffffffffffffff"))
        .isEqualTo("1999-12-31T23:59:59.999999");
    assertThat(form("date", DataTypes.DateType).readable("ffffffff")).isEqualTo("1999-12-31");
    assertThat(form("time", DataTypes.LongType).readable("000000141dd76000")).isEqualTo("24:00");
    assertThat(form("float8", DataTypes.DoubleType).readable("3fb999999999999a")).isEqualTo("0.1");
    assertThat(form("bool", DataTypes.BooleanType).readable("1")).isEqualTo("true");
  }

  @Test
  void knowsNoFormForTypesThatHaveNothingInCommon() {
    assertThat(CanonicalForm.of(PostgresType.of("int8"), DataTypes.IntegerType)).isEmpty();
    assertThat(CanonicalForm.of(PostgresType.of("hstore"), DataTypes.BinaryType)).isEmpty();
    assertThat(
            CanonicalForm.of(
                PostgresType.of("int4"), DataTypes.createArrayType(DataTypes.IntegerType)))
        .isEqualTo(Optional.empty());
  }

  private static CanonicalForm form(String type, DataType lake) {
    return CanonicalForm.of(PostgresType.of(type), lake).orElseThrow();
  }
}
