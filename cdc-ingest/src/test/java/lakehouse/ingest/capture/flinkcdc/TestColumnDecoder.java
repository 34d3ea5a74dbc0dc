package lakehouse.ingest.capture.flinkcdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.debezium.data.Bits;
import io.debezium.time.MicroTime;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.Timestamp;
import io.debezium.time.ZonedTimestamp;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.ingest.type.PostgresTypes;
import lakehouse.ingest.type.Unrepresentable;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.kafka.connect.data.Schema;
import org.junit.jupiter.api.Test;

/** Values as the connector spells them. */
class TestColumnDecoder {
  @Test
  void readsDecimalsFromTheirText() {
    Types.DecimalType type = Types.DecimalType.of(24, 18);
    assertThat(decode(Schema.STRING_SCHEMA, type, "123456.000000000000000001"))
        .isEqualTo(DecimalData.fromBigDecimal(new BigDecimal("123456.000000000000000001"), 24, 18));
    assertThat(decode(Schema.STRING_SCHEMA, type, "NAN")).isEqualTo(new Unrepresentable("NaN"));
    assertThat(decode(Schema.STRING_SCHEMA, type, ColumnDecoder.PLACEHOLDER))
        .isSameAs(ColumnDecoder.UNCHANGED);
  }

  @Test
  void readsInstantsToTheMicrosecond() {
    for (String text :
        List.of(
            "2024-02-29T07:34:56.123456Z",
            "2024-02-29T07:34:56.1Z",
            "2024-02-29T07:34:56Z",
            "1969-12-31T23:59:59.999999Z",
            "0001-01-01T00:00:00Z",
            "+12345-01-01T00:00:00.000001Z",
            "-0044-03-15T12:00:00Z")) {
      java.time.Instant instant = java.time.OffsetDateTime.parse(text).toInstant();
      assertThat(decode(ZonedTimestamp.schema(), Types.TimestampType.withZone(), text))
          .as(text)
          .isEqualTo(TimestampData.fromInstant(instant));
    }
  }

  @Test
  void keepsTheTextOfWhatIsInfinite() {
    Type timestamp = Types.TimestampType.withoutZone();
    assertThat(decode(ZonedTimestamp.schema(), Types.TimestampType.withZone(), "infinity"))
        .isEqualTo(new Unrepresentable("infinity"));
    assertThat(decode(ZonedTimestamp.schema(), Types.TimestampType.withZone(), "-infinity"))
        .isEqualTo(new Unrepresentable("-infinity"));
    assertThat(decode(MicroTimestamp.schema(), timestamp, 9_223_372_036_825_200_000L))
        .isEqualTo(new Unrepresentable("infinity"));
    assertThat(decode(Timestamp.schema(), timestamp, -9_223_372_036_832_400L))
        .isEqualTo(new Unrepresentable("-infinity"));
    assertThat(decode(MicroTime.schema(), Types.StringType.get(), 86_400_000_000L))
        .isEqualTo(StringData.fromString("24:00:00"));
  }

  @Test
  void readsTimestampsOfEitherPrecision() {
    TimestampData expected =
        TimestampData.fromLocalDateTime(LocalDateTime.parse("1965-03-04T05:06:07.089"));
    Type type = Types.TimestampType.withoutZone();
    assertThat(decode(Timestamp.schema(), type, expected.getMillisecond())).isEqualTo(expected);
    assertThat(decode(MicroTimestamp.schema(), type, expected.getMillisecond() * 1_000))
        .isEqualTo(expected);
  }

  @Test
  void givesTextToWhatHasNoType() {
    assertThat(decode(Schema.BOOLEAN_SCHEMA, Types.StringType.get(), true))
        .isEqualTo(StringData.fromString("1"));
    assertThat(decode(Bits.schema(11), Types.StringType.get(), new byte[] {0b101, 0b10}))
        .isEqualTo(StringData.fromString("01000000101"));
    assertThat(
            decode(
                Schema.BYTES_SCHEMA,
                Types.StringType.get(),
                ByteBuffer.wrap("'a':1".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(StringData.fromString("'a':1"));
  }

  @Test
  void readsListsFromTheirText() {
    assertThat(decode(Schema.STRING_SCHEMA, PostgresTypes.of("_int4", -1, -1), "{1,NULL,3}"))
        .isEqualTo(new GenericArrayData(new Object[] {1, null, 3}));
    assertThat(decode(Schema.STRING_SCHEMA, PostgresTypes.of("_numeric", 10, 2), "{1.50}"))
        .isEqualTo(
            new GenericArrayData(
                new Object[] {DecimalData.fromBigDecimal(new BigDecimal("1.50"), 10, 2)}));
    assertThat(decode(Schema.STRING_SCHEMA, PostgresTypes.of("_mood", -1, -1), "{\"a,\\\"b\"}"))
        .isEqualTo(new GenericArrayData(new Object[] {StringData.fromString("a,\"b")}));
    assertThat(decode(Schema.STRING_SCHEMA, PostgresTypes.of("_text", -1, -1), "{{a},{b}}"))
        .isEqualTo(new Unrepresentable("{{a},{b}}"));
    assertThat(
            decode(
                Schema.STRING_SCHEMA, PostgresTypes.of("_int4", -1, -1), ColumnDecoder.PLACEHOLDER))
        .isSameAs(ColumnDecoder.UNCHANGED);
  }

  @Test
  void hidesTheSameValueUnderTheSameToken() {
    Masks masks =
        new Masks(
            List.of(
                new MaskConfig("person", "cnic", MaskConfig.Method.TOKEN),
                new MaskConfig("other.person", "name", MaskConfig.Method.REDACT)),
            new Secret("key"));
    assertThat(Optional.ofNullable(masks.method("public", "person", "cnic")))
        .contains(MaskConfig.Method.TOKEN);
    assertThat(masks.method("other", "person", "cnic")).isNull();
    assertThat(masks.method("other", "person", "name")).isEqualTo(MaskConfig.Method.REDACT);
    Object text = masks.decoder(Schema.STRING_SCHEMA, MaskConfig.Method.TOKEN).decode("42");
    Object number = masks.decoder(Schema.INT32_SCHEMA, MaskConfig.Method.TOKEN).decode(42);
    assertThat(number).isEqualTo(text);
    assertThat(text.toString()).matches("[0-9a-f]{64}");
  }

  @Test
  void mapsTypesByTheContract() {
    assertThat(PostgresTypes.of("NUMERIC", 14, 3)).isEqualTo(Types.DecimalType.of(14, 3));
    assertThat(PostgresTypes.of("numeric", 131089, 0)).isEqualTo(Types.StringType.get());
    assertThat(PostgresTypes.of("numeric", 0, 0)).isEqualTo(Types.StringType.get());
    assertThat(PostgresTypes.of("numeric", 50, 3)).isEqualTo(Types.StringType.get());
    assertThat(PostgresTypes.of("bigserial", 19, 0)).isEqualTo(Types.LongType.get());
    assertThat(PostgresTypes.of("timetz", 6, 0)).isEqualTo(Types.StringType.get());
    assertThat(PostgresTypes.of("interval", 49, 6)).isEqualTo(Types.StringType.get());
    assertThat(PostgresTypes.of("_uuid", -1, -1).asListType().elementType())
        .isEqualTo(Types.StringType.get());
  }

  private static Object decode(Schema schema, Type type, Object value) {
    return ColumnDecoder.of(schema, type).decode(value);
  }
}
