package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lakehouse.ingest.type.Calendar;
import lakehouse.ingest.type.Unrepresentable;
import lakehouse.ingest.type.ValueDecoder;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.Wire;
import lakehouse.ingest.type.WireType;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.TypeUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Both wire forms of every type of daily use give the same value, and the server's own text. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ITValueDecoders {
  private static final long SEED = 20261123;

  private Connection connection;

  record Values(String type, List<String> literals) {
    @Override
    public String toString() {
      return type;
    }
  }

  @BeforeAll
  void connect() throws Exception {
    connection = PostgresServer.connect(PostgresServer.newDatabase());
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TYPE mood AS ENUM ('glad', 'so so', 'sad"\\', 'NULL', '');
          CREATE TYPE pair AS (a int, b text);
          CREATE DOMAIN amount AS numeric(12,3) CHECK (VALUE IS NULL OR VALUE <> 7);
          CREATE DOMAIN label AS varchar(20);
          CREATE DOMAIN labels AS text[];
          SET timezone = 'UTC';
          SET datestyle = 'ISO, YMD';
          SET intervalstyle = 'postgres';
          SET extra_float_digits = 1;
          SET bytea_output = 'hex'
          """);
    }
  }

  @AfterAll
  void close() throws Exception {
    connection.close();
  }

  static Stream<Values> types() {
    return Stream.of(
        values("boolean", "true", "false"),
        values("smallint", "0", "-32768", "32767"),
        values("integer", "0", "-1", "-2147483648", "2147483647"),
        values("bigint", "0", "-1", "-9223372036854775808", "9223372036854775807"),
        values("oid", "0", "4294967295", "2147483648"),
        values("numeric(1,0)", "0", "9", "-9", "NaN"),
        with(
            values("numeric(18,4)", "0", "1", "0.0001", "-0.0001", "99999999999999.9999", "NaN"),
            decimals(18, 4)),
        with(values("numeric(18,0)", "999999999999999999", "-999999999999999999"), decimals(18, 0)),
        with(
            values("numeric(18,18)", "0.999999999999999999", "-0.000000000000000001"),
            decimals(18, 18)),
        with(values("numeric(24,18)", "0.5", "123456.123456789012345678", "NaN"), decimals(24, 18)),
        with(
            values(
                "numeric(38,10)",
                "9999999999999999999999999999.9999999999",
                "-9999999999999999999999999999.9999999999",
                "10000",
                "1844674407.3709551616",
                "-922337203.6854775808",
                "1000000000000000000000000000",
                "NaN"),
            decimals(38, 10)),
        with(
            values("numeric(38,0)", "170141183460469231731687303715884105727".substring(1)),
            decimals(38, 0)),
        with(
            values("numeric(38,37)", "9.9999999999999999999999999999999999999", "1e-37"),
            decimals(38, 37)),
        values("numeric(39,0)", "1", "999999999999999999999999999999999999999", "NaN"),
        values("numeric(5,-2)", "12345", "-9900", "0"),
        values("numeric(3,5)", "0.00123", "-0.00999", "0"),
        with(
            values(
                "numeric",
                "0",
                "0.000",
                "1",
                "-1",
                "10000",
                "100000000",
                "1e100",
                "-1e-100",
                "12345678901234567890.12345678901234567890",
                "NaN",
                "Infinity",
                "-Infinity",
                "1.10",
                "0.00000001"),
            decimals(60, 30)),
        with(
            values(
                "real",
                "0",
                "-0",
                "1",
                "0.1",
                "3.4028235e38",
                "1e-45",
                "1.17549435e-38",
                "NaN",
                "Infinity",
                "-Infinity",
                "1e6",
                "999999",
                "123456.7",
                "1e-4",
                "1e-5"),
            floats()),
        with(
            values(
                "double precision",
                "0",
                "-0",
                "0.1",
                "1e15",
                "123456789012345",
                "1e14",
                "1e-5",
                "1e-4",
                "1.7976931348623157e308",
                "4.9e-324",
                "2.2250738585072014e-308",
                "9007199254740993",
                "5.684341886080801e-14",
                "2e-3",
                "NaN",
                "Infinity",
                "-Infinity",
                "1.0E23",
                "9.5367431640625e-07"),
            doubles()),
        values("char(5)", "a", "abcde", "  x", "äöü€𝄞"),
        values("\"char\"", "a", ""),
        values("varchar(20)", "", "abc", "  x  ", "äöü€𝄞"),
        values("text", "", "abc", "NULL", "a\tb\nc\\", "äöü€𝄞", "{\"x\"}"),
        values("name", "pg_class"),
        values("bytea", "", "\\x00ff10", "\\x5c78"),
        values(
            "uuid",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "123e4567-e89b-12d3-a456-426614174000"),
        values(
            "date",
            "1970-01-01",
            "2000-01-01",
            "1969-12-31",
            "2024-02-29",
            "9999-12-31",
            "10000-01-01",
            "5874897-12-31",
            "4714-11-24 BC",
            "0001-01-01",
            "0001-12-31 BC",
            "0044-03-15 BC",
            "0005-02-28 BC",
            "0005-03-01 BC",
            "1900-02-28",
            "1900-03-01",
            "infinity",
            "-infinity"),
        values("time", "00:00", "23:59:59.999999", "24:00:00", "12:34:56.7", "00:00:00.000001"),
        values("time(0)", "12:34:56"),
        values(
            "timetz",
            "00:00+00",
            "23:59:59.999999-15:59:59",
            "24:00:00+05:30",
            "12:00:00.5+15:59",
            "01:02:03-00:30"),
        with(
            values(
                "timestamp",
                "1970-01-01",
                "2000-01-01 00:00:00.000001",
                "1969-12-31 23:59:59.999999",
                "294276-12-31 23:59:59.999999",
                "294247-01-10 04:00:54.775807",
                "294247-01-10 04:00:54.775808",
                "294246-12-31 00:00:00",
                "4714-11-24 00:00:00 BC",
                "0001-01-01",
                "0001-12-31 23:59:59.5 BC",
                "10000-01-01",
                "99999-12-31 12:00",
                "infinity",
                "-infinity"),
            IntStream.range(0, 300)
                .mapToObj(i -> new Random(SEED + i))
                .map(
                    r ->
                        r.nextInt(1, 99_999)
                            + "-0"
                            + r.nextInt(1, 10)
                            + "-"
                            + r.nextInt(10, 29)
                            + " 0"
                            + r.nextInt(10)
                            + ":1"
                            + r.nextInt(10)
                            + ":2"
                            + r.nextInt(10)
                            + "."
                            + r.nextInt(1_000_000)
                            + (r.nextInt(4) == 0 ? " BC" : ""))
                .filter(s -> !s.endsWith("BC") || s.indexOf('-') < 5 && s.compareTo("4700") < 0)
                .map(s -> s.indexOf('-') < 4 ? "0".repeat(4 - s.indexOf('-')) + s : s)),
        values(
            "timestamptz",
            "1970-01-01 00:00+00",
            "2024-03-31 02:30:00+05:30",
            "294276-12-31 23:59:59.999999+00",
            "294247-01-10 04:00:54.775807+00",
            "294247-01-10 04:00:54.775808+00",
            "4714-11-24 00:00:00+00 BC",
            "0001-12-31 23:59:59.000001+00 BC",
            "infinity",
            "-infinity"),
        values(
            "interval",
            "0",
            "1 year",
            "-1 year",
            "1 year -1 mon",
            "-1 year 1 mon 2 days",
            "1 mon -1 day 04:05:06.789",
            "-1 day 04:05:06",
            "1 day -04:05:06.000001",
            "178000000 years",
            "-178000000 years",
            "2562047788:00:54.775807",
            "-2562047788:00:54.775807",
            "-9223372036854775808 microseconds",
            "00:00:00.1",
            "13 mons 40 days",
            "-1 mon -2 days -00:00:00.5",
            "1 day",
            "-1 day",
            "100:00:00",
            "-00:30"),
        values("json", "{\"a\": 1,  \"b\":[null]}", "\"x\"", "null"),
        values("jsonb", "{\"a\": 1,  \"b\":[null]}", "\"x\"", "null", "{\"ä\": \"€\"}"),
        values("mood", "glad", "so so", "sad\"\\", "NULL", ""),
        values("amount", "1.234", "-1", "NaN"),
        values("label", "abc", ""),
        values(
            "inet",
            "10.0.0.1",
            "10.0.0.0/8",
            "0.0.0.0/0",
            "255.255.255.255/32",
            "::1",
            "::",
            "::/0",
            "fe80::1/64",
            "2001:db8::ff00:42:8329",
            "2001:db8:0:1:1:1:1:1",
            "1::",
            "1:0:0:2::3",
            "0:0:1::",
            "::ffff:1.2.3.4",
            "::1.2.3.4",
            "::ffff:0:1.2.3.4",
            "::2",
            "::1:2",
            "1:2:3:4:5:6:7:8",
            "0:1:0:1:0:1:0:1",
            "1:0:0:2:0:0:3:4",
            "::5:0:0/96"),
        values("cidr", "10.0.0.0/8", "10.1.2.3/32", "::1/128", "2001:db8::/32"),
        values("macaddr", "08:00:2b:01:02:03"),
        values("macaddr8", "08:00:2b:01:02:03:04:05"),
        values("bit(10)", "1010101010", "0000000001"),
        values("varbit", "", "1", "101010101", "11111111"),
        values("pg_lsn", "0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"),
        values("money", "1.50", "-92233720368547758.08"),
        values("pair", "(1,abc)", "(,)", "(2,\"a \"\"b\")"),
        values("int4range", "[1,5)", "empty", "(,)"),
        values("point", "(1,2.5)"),
        values("tsvector", "a fat cat"),
        values("regclass", "pg_class"),
        values("xid", "1", "4294967295"),
        values("boolean[]", "{}", "{t,f,NULL}", "{{t,f},{f,t}}"),
        values(
            "integer[]",
            "{}",
            "{1,-2,NULL}",
            "{NULL}",
            "{{1,2},{3,NULL}}",
            "[0:1]={1,2}",
            "[2:2][3:4]={{1,2}}",
            "{{{1},{2}}}"),
        values("bigint[]", "{9223372036854775807,NULL}"),
        values("numeric(10,2)[]", "{1.25,NULL,-3}", "{NaN,1}"),
        values("numeric[]", "{1.25,NULL,NaN,Infinity,1e30}"),
        with(values("real[]", "{0.1,NaN,Infinity}", "{{0.1},{-1e30}}"), Stream.of()),
        with(
            values("double precision[]", "{0.1,NULL,-Infinity}"),
            doubles().map(d -> "{{" + d + "}}")),
        values(
            "text[]",
            "{}",
            "{a,NULL,\"NULL\",\"\",\"a b\",\"q\\\"\\\\\",\"{x,y}\",ä€𝄞}",
            "{{a,\"b c\"},{\"\",\"null\"}}",
            "{\"a,b\",\"tab\there\"}"),
        values("varchar(5)[]", "{a,bb}"),
        values("bytea[]", "{\"\\\\x00ff\",NULL}", "{{\"\\\\x00ff\"}}"),
        values("uuid[]", "{123e4567-e89b-12d3-a456-426614174000,NULL}"),
        values("date[]", "{2024-01-01,NULL,\"0044-03-15 BC\"}", "{infinity}", "{{2024-01-01}}"),
        values("time[]", "{12:00,NULL}", "{24:00}"),
        values(
            "timestamp[]",
            "{\"2024-01-01 12:00\",NULL}",
            "{-infinity,NULL}",
            "{{\"2024-01-01 12:00\"}}"),
        values("timestamptz[]", "{\"2024-01-01 12:00+05\",NULL}", "{{\"2024-01-01 12:00+05\"}}"),
        values("interval[]", "{\"1 day 02:00\",NULL}"),
        values("jsonb[]", "{\"{\\\"a\\\": [1, 2]}\",NULL}"),
        values("inet[]", "{10.0.0.1,::1}"),
        values("mood[]", "{glad,\"so so\",\"NULL\",NULL,\"\"}"),
        values("amount[]", "{1.5,NULL}"),
        values("labels", "{a,NULL}"),
        values("money[]", "{1.50,NULL}"),
        values("pair[]", "{\"(1,a)\",NULL}"),
        values("box[]", "{(1,1),(0,0);(2,2),(1,1)}"),
        values("int2vector", "1 2 3"));
  }

  @ParameterizedTest
  @MethodSource("types")
  void decodesBothFormsEqually(Values values) throws Exception {
    WireType type = columnType(values);
    List<@Nullable String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT format('%s', v) FROM v ORDER BY id")) {
      while (result.next()) {
        texts.add(result.getString(1));
      }
    }
    boolean binary = ValueDecoders.readsBinary(type);
    List<byte[]> wires =
        copy("SELECT %s FROM v ORDER BY id".formatted(binary ? "v" : "format('%s', v)"));
    ValueDecoder textDecoder = ValueDecoders.text(type);
    ValueDecoder binaryDecoder = binary ? ValueDecoders.binary(type) : textDecoder;

    assertThat(binaryDecoder.shape()).isEqualTo(textDecoder.shape());
    assertThat(wires).hasSameSizeAs(texts).hasSize(values.literals().size());
    for (int i = 0; i < texts.size(); i++) {
      byte[] text = texts.get(i).getBytes(StandardCharsets.UTF_8);
      byte[] wire = wires.get(i);
      Object fromText = textDecoder.decode(text, 0, text.length);
      Object fromBinary = binaryDecoder.decode(wire, 0, wire.length);
      assertThat(fromBinary).as("binary of %s", texts.get(i)).isEqualTo(fromText);
      assertThat(binaryDecoder.text(wire, 0, wire.length)).isEqualTo(texts.get(i));
      if (fromText instanceof StringData string) {
        assertThat(string.toString()).isEqualTo(texts.get(i));
      }
      if (fromText instanceof Unrepresentable unrepresentable) {
        assertThat(unrepresentable.text()).isEqualTo(texts.get(i));
      } else {
        assertThat(primitive(binaryDecoder, wire)).isEqualTo(fromBinary);
        assertThat(primitive(textDecoder, text)).isEqualTo(fromText);
      }
    }
  }

  @Test
  void givesFlinksInternalForms() throws Exception {
    assertThat(only("numeric(24,18)", "1.5"))
        .isEqualTo(DecimalData.fromBigDecimal(new BigDecimal("1.5"), 24, 18));
    assertThat(only("numeric(10,2)", "-1.5")).isEqualTo(DecimalData.fromUnscaledLong(-150, 10, 2));
    assertThat(only("date", "2024-02-29")).isEqualTo((int) LocalDate.of(2024, 2, 29).toEpochDay());
    assertThat(only("date", "0044-03-15 BC"))
        .isEqualTo((int) LocalDate.of(-43, 3, 15).toEpochDay());
    assertThat(only("timestamptz", "2024-03-31 02:30:00.000001+05:30"))
        .isEqualTo(TimestampData.fromInstant(Instant.parse("2024-03-30T21:00:00.000001Z")));
    assertThat(only("timestamp", "0001-12-31 23:59:59.5 BC"))
        .isEqualTo(TimestampData.fromInstant(Instant.parse("0000-12-31T23:59:59.500Z")));
    assertThat(only("time", "00:00:01.000001")).isEqualTo(StringData.fromString("00:00:01.000001"));
    assertThat(only("text[]", "{a,NULL}"))
        .isEqualTo(new GenericArrayData(new Object[] {StringData.fromString("a"), null}));
    assertThat(only("integer[]", "{}")).isEqualTo(new GenericArrayData(new Object[0]));
    assertThat(only("bytea", "\\x00ff")).isEqualTo(HexFormat.of().parseHex("00ff"));
  }

  @Test
  void keepsTheTextOfWhatTheColumnCannotHold() throws Exception {
    assertThat(only("numeric(10,2)", "NaN")).isEqualTo(new Unrepresentable("NaN"));
    assertThat(only("date", "-infinity")).isEqualTo(new Unrepresentable("-infinity"));
    assertThat(only("time", "24:00")).isEqualTo(StringData.fromString("24:00:00"));
    assertThat(only("timestamptz", "infinity")).isEqualTo(new Unrepresentable("infinity"));
    assertThat(only("timestamp", "294276-12-31 23:59:59.999999"))
        .isEqualTo(new Unrepresentable("294276-12-31 23:59:59.999999"));
    assertThat(only("integer[]", "{{1,2},{3,4}}")).isEqualTo(new Unrepresentable("{{1,2},{3,4}}"));
    assertThat(only("integer[]", "[0:1]={1,2}")).isEqualTo(new Unrepresentable("[0:1]={1,2}"));
    assertThat(only("timestamp[]", "{infinity,NULL}"))
        .isEqualTo(new Unrepresentable("{infinity,NULL}"));
  }

  private Object only(String type, String literal) throws Exception {
    WireType wireType = columnType(values(type, literal));
    byte[] wire = copy("SELECT v FROM v").get(0);
    return ValueDecoders.binary(wireType).decode(wire, 0, wire.length);
  }

  /** Makes table {@code v} of the values and gives its column's type. */
  private WireType columnType(Values values) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS v");
      statement.execute("CREATE TABLE v (id serial, v " + values.type() + ")");
      for (String literal : values.literals()) {
        statement.execute("INSERT INTO v (v) VALUES ('" + literal.replace("'", "''") + "')");
      }
      try (ResultSet result =
          statement.executeQuery(
              """
              SELECT atttypid::bigint, atttypmod FROM pg_attribute
              WHERE attrelid = 'v'::regclass AND attname = 'v'
              """)) {
        result.next();
        return TypeCatalog.read(connection).type((int) result.getLong(1), result.getInt(2));
      }
    }
  }

  /** The only column of each row, in binary form. */
  private List<byte[]> copy(String select) throws Exception {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY (" + select + ") TO STDOUT (FORMAT binary)");
    List<byte[]> values = new ArrayList<>();
    int at = 19;
    for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy(), at = 0) {
      if (Wire.int16(row, at) == 1) {
        int length = Wire.int32(row, at + 2);
        values.add(java.util.Arrays.copyOfRange(row, at + 6, at + 6 + length));
      }
    }
    return values;
  }

  private static Object primitive(ValueDecoder decoder, byte[] wire) {
    return switch (decoder.shape()) {
      case BOOLEAN -> decoder.booleanValue(wire, 0, wire.length);
      case INT -> decoder.intValue(wire, 0, wire.length);
      case LONG -> decoder.longValue(wire, 0, wire.length);
      case FLOAT -> decoder.floatValue(wire, 0, wire.length);
      case DOUBLE -> decoder.doubleValue(wire, 0, wire.length);
      case DECIMAL -> unscaled(decoder, wire, (DecimalData) decoder.value(wire, 0, wire.length));
      case TIMESTAMP -> Calendar.timestamp(decoder.micros(wire, 0, wire.length));
      case STRING, BYTES -> plain(decoder, wire);
      case LIST -> decoder.value(wire, 0, wire.length);
    };
  }

  private static DecimalData unscaled(ValueDecoder decoder, byte[] wire, DecimalData like) {
    byte[] digits = new byte[TypeUtil.decimalRequiredBytes(like.precision())];
    decoder.unscaled(wire, 0, wire.length, digits);
    if (like.precision() <= 18) {
      assertThat(decoder.unscaledLong(wire, 0, wire.length))
          .isEqualTo(new java.math.BigInteger(digits).longValueExact());
    }
    return DecimalData.fromUnscaledBytes(digits, like.precision(), like.scale());
  }

  private static Object plain(ValueDecoder decoder, byte[] wire) {
    int from = decoder.plainFrom();
    if (from < 0) {
      return decoder.value(wire, 0, wire.length);
    }
    byte[] bytes = java.util.Arrays.copyOfRange(wire, from, wire.length);
    return decoder.shape() == ValueDecoder.Shape.BYTES ? bytes : StringData.fromBytes(bytes);
  }

  private static Values values(String type, String... literals) {
    return new Values(type, List.of(literals));
  }

  private static Values with(Values values, Stream<String> more) {
    return new Values(
        values.type(),
        Stream.concat(values.literals().stream(), more).collect(Collectors.toList()));
  }

  private static Stream<String> decimals(int precision, int scale) {
    Random random = new Random(SEED);
    return IntStream.range(0, 200)
        .mapToObj(
            i -> {
              int digits = 1 + random.nextInt(precision);
              StringBuilder unscaled = new StringBuilder(random.nextBoolean() ? "-" : "");
              for (int d = 0; d < digits; d++) {
                unscaled.append(random.nextInt(3) == 0 ? 0 : random.nextInt(10));
              }
              return new BigDecimal(new java.math.BigInteger(unscaled.toString()), scale)
                  .toPlainString();
            });
  }

  private static Stream<String> floats() {
    Random random = new Random(SEED);
    return IntStream.range(0, 300)
        .mapToObj(i -> Float.toString(Float.intBitsToFloat(random.nextInt())));
  }

  private static Stream<String> doubles() {
    Random random = new Random(SEED);
    return Stream.concat(
        IntStream.range(-1074, 1024)
            .filter(i -> i % 7 == 0)
            .mapToObj(i -> Double.toString(Math.scalb(1.0, i))),
        IntStream.range(0, 300)
            .mapToObj(i -> Double.toString(Double.longBitsToDouble(random.nextLong()))));
  }
}
