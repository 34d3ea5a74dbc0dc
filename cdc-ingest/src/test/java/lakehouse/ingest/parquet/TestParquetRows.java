package lakehouse.ingest.parquet;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import lakehouse.ingest.event.DirectRow;
import lakehouse.ingest.type.Calendar;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.Files;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.flink.data.FlinkParquetWriters;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our way to lay rows down as Parquet, against Iceberg's own. */
class TestParquetRows {
  private static final int ROWS = 5_000;

  @TempDir private Path folder;

  private final Schema schema =
      TypeUtil.assignIncreasingFreshIds(
          new Schema(
              required(0, "id", Types.LongType.get()),
              optional(1, "a column.b", Types.BooleanType.get()),
              optional(2, "i", Types.IntegerType.get()),
              optional(3, "f", Types.FloatType.get()),
              optional(4, "d", Types.DoubleType.get()),
              optional(5, "short", Types.DecimalType.of(9, 2)),
              optional(6, "middle", Types.DecimalType.of(18, 4)),
              optional(7, "long", Types.DecimalType.of(38, 10)),
              optional(8, "day", Types.DateType.get()),
              optional(9, "local", Types.TimestampType.withoutZone()),
              optional(10, "at", Types.TimestampType.withZone()),
              optional(11, "text", Types.StringType.get()),
              optional(12, "bytes", Types.BinaryType.get()),
              optional(13, "list", Types.ListType.ofOptional(100, Types.DoubleType.get())),
              optional(14, "empty", Types.DoubleType.get()),
              required(15, "operation", Types.StringType.get()),
              required(16, "constant int", Types.IntegerType.get()),
              required(17, "constant", Types.LongType.get()),
              required(18, "ascending", Types.LongType.get()),
              optional(19, "null", Types.LongType.get()),
              optional(20, "at times", Types.LongType.get()),
              required(21, "constant time", Types.TimestampType.withZone()),
              required(22, "another time", Types.TimestampType.withZone()),
              optional(
                  23,
                  "struct",
                  Types.StructType.of(
                      optional(101, "a", Types.LongType.get()),
                      optional(102, "b", Types.StringType.get()))),
              optional(24, "texts", Types.ListType.ofRequired(103, Types.StringType.get())),
              optional(
                  25,
                  "map",
                  Types.MapType.ofOptional(
                      104, 105, Types.StringType.get(), Types.StringType.get()))));

  @ParameterizedTest
  @MethodSource("limits")
  void writesWhatIcebergsOwnWriterWrites(Map<String, String> limits, int rowGroups)
      throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<RowData> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(row(random, i));
    }

    Lying lying = new Lying();
    ColumnHabits habits = new ColumnHabits();
    requireSame(rows, rows.stream(), limits, habits, rowGroups);
    // by now it is known which columns repeat
    requireSame(rows, rows.stream().map(lying::over), limits, habits, rowGroups);
  }

  static Stream<Arguments> limits() {
    return Stream.of(
        Arguments.of(Named.of("defaults", Map.of()), 1),
        Arguments.of(Named.of("pages of 7 rows", Map.of("write.parquet.page-row-limit", "7")), 1),
        Arguments.of(Named.of("pages of 1 kB", Map.of("write.parquet.page-size-bytes", "1000")), 1),
        Arguments.of(
            Named.of("dictionaries of 100 bytes", Map.of("write.parquet.dict-size-bytes", "100")),
            1),
        Arguments.of(
            Named.of("small row groups", Map.of("write.parquet.row-group-size-bytes", "1000")), 5),
        Arguments.of(Named.of("zstd", Map.of("write.parquet.compression-codec", "zstd")), 1));
  }

  @Test
  void repeatsAreAFewBytes() throws IOException {
    File file = folder.resolve("repeats.parquet").toFile();
    Random random = new Random(1);
    RowData row = row(random, 1);
    FileAppender<RowData> appender =
        ParquetRows.open(Files.localOutput(file), schema, Map.of(), new ColumnHabits());

    Metrics metrics = write(appender, Stream.generate(() -> row).limit(100_000));

    assertThat(metrics.recordCount()).isEqualTo(100_000);
    assertThat(read(file)).hasSize(100_000).containsOnly(read(file).get(0));
    // booleans are never in a dictionary, values in lists are not ours
    assertThat(file.length()).isLessThan(40_000);
  }

  @Test
  void aFileWithoutRowsCanBeRead() throws IOException {
    File file = folder.resolve("empty.parquet").toFile();

    Metrics metrics =
        write(
            ParquetRows.open(Files.localOutput(file), schema, Map.of(), new ColumnHabits()),
            Stream.of());

    assertThat(metrics.recordCount()).isZero();
    assertThat(read(file)).isEmpty();
  }

  private void requireSame(
      List<RowData> rows,
      Stream<? extends RowData> asOurs,
      Map<String, String> limits,
      ColumnHabits habits,
      int rowGroups)
      throws IOException {
    File ours = folder.resolve("ours.parquet").toFile();
    File theirs = folder.resolve("theirs.parquet").toFile();
    FileAppender<RowData> appender =
        ParquetRows.open(Files.localOutput(ours), schema, limits, habits);
    Metrics ourMetrics = write(appender, asOurs);
    Metrics theirMetrics =
        write(
            Parquet.write(Files.localOutput(theirs))
                .overwrite()
                .schema(schema)
                .metricsConfig(MetricsConfig.fromProperties(Map.of()))
                .createWriterFunc(
                    message ->
                        FlinkParquetWriters.buildWriter(FlinkSchemaUtil.convert(schema), message))
                .build(),
            rows.stream());

    assertThat(read(ours)).hasSize(ROWS).isEqualTo(read(theirs));
    assertThat(appender.splitOffsets()).hasSize(rowGroups);
    assertThat(appender.length()).isEqualTo(ours.length());
    assertThat(ourMetrics.recordCount()).isEqualTo(ROWS);
    assertThat(ourMetrics.columnSizes()).containsOnlyKeys(theirMetrics.columnSizes().keySet());
    Map<Integer, Long> values = new HashMap<>(theirMetrics.valueCounts());
    Map<Integer, Long> nulls = new HashMap<>(theirMetrics.nullValueCounts());
    for (int i = 0; i < schema.columns().size(); i++) {
      Types.NestedField field = schema.columns().get(i);
      int position = i;
      if (field.type().isNestedType()) { // theirs tell of the values within alone
        values.put(field.fieldId(), (long) ROWS);
        nulls.put(field.fieldId(), rows.stream().filter(row -> row.isNullAt(position)).count());
      }
    }
    assertThat(ourMetrics.valueCounts()).isEqualTo(values);
    assertThat(ourMetrics.nullValueCounts()).isEqualTo(nulls);
    assertThat(ourMetrics.nanValueCounts()).isEqualTo(theirMetrics.nanValueCounts());
    assertThat(ourMetrics.lowerBounds()).isEqualTo(theirMetrics.lowerBounds());
    assertThat(ourMetrics.upperBounds()).isEqualTo(theirMetrics.upperBounds());
  }

  private static Metrics write(FileAppender<RowData> appender, Stream<? extends RowData> rows)
      throws IOException {
    try (appender) {
      rows.forEachOrdered(appender::add);
    }
    return appender.metrics();
  }

  private List<Record> read(File file) throws IOException {
    try (CloseableIterable<Record> records =
        Parquet.read(Files.localInput(file))
            .project(schema)
            .createReaderFunc(message -> GenericParquetReaders.buildReader(schema, message))
            .build()) {
      List<Record> all = new ArrayList<>();
      records.forEach(all::add);
      return all;
    }
  }

  private static RowData row(Random random, int i) {
    GenericRowData row = new GenericRowData(26);
    Object[] values = {
      (long) i,
      random.nextBoolean(),
      random.nextInt(),
      random.nextInt(50) == 0 ? Float.NaN : random.nextFloat() - 0.5f,
      random.nextInt(50) == 0 ? Double.NaN : random.nextDouble() - 0.5,
      DecimalData.fromUnscaledLong(random.nextInt(1_999_999_999) - 999_999_999, 9, 2),
      DecimalData.fromUnscaledLong(random.nextLong() % 1_000_000_000_000_000_000L, 18, 4),
      DecimalData.fromBigDecimal(
          new BigDecimal(new BigInteger(i % 127, random), 10)
              .movePointLeft(1)
              .setScale(10, java.math.RoundingMode.DOWN)
              .multiply(BigDecimal.valueOf(random.nextBoolean() ? 1 : -1)),
          38,
          10),
      random.nextInt(40_000) - 20_000,
      TimestampData.fromEpochMillis(random.nextLong() % 4_000_000_000_000L, 123_000),
      TimestampData.fromEpochMillis(random.nextLong() % 4_000_000_000_000L, 999_000),
      StringData.fromString("text \u00e9 " + random.nextInt(100)),
      new byte[random.nextInt(20)],
      new GenericArrayData(new Object[] {random.nextDouble(), null}),
      null,
    };
    for (int column = 0; column < values.length; column++) {
      row.setField(column, column > 0 && random.nextInt(5) == 0 ? null : values[column]);
    }
    row.setField(15, StringData.fromString(i % 2 == 0 ? "c" : "u"));
    row.setField(16, 1);
    row.setField(17, 1L << 40);
    row.setField(18, (long) i);
    row.setField(19, null);
    row.setField(20, random.nextBoolean() ? null : 7L);
    row.setField(21, TimestampData.fromEpochMillis(1_700_000_000_000L));
    row.setField(22, TimestampData.fromEpochMillis(1_700_000_000_001L));
    row.setField(
        23,
        random.nextInt(3) > 0
            ? null
            : GenericRowData.of((long) i, random.nextBoolean() ? null : values[11]));
    row.setField(
        24,
        random.nextInt(3) > 0
            ? null
            : new GenericArrayData(new Object[] {StringData.fromString("text")}));
    row.setField(
        25,
        random.nextInt(3) > 0
            ? null
            : new GenericMapData(
                Map.of(StringData.fromString("d"), StringData.fromString("infinity"))));
    return row;
  }

  /** One row for all rows: their texts and bytes lie in one array, each over the former one's. */
  private final class Lying implements InvocationHandler {
    private final byte[] bytes = new byte[1_000];
    private final int[] offsets = new int[schema.columns().size()];
    private final int[] lengths = new int[schema.columns().size()];
    private final DirectRow row =
        (DirectRow)
            Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DirectRow.class}, this);
    private RowData values = new GenericRowData(0);

    DirectRow over(RowData next) {
      values = next;
      int at = 1;
      for (int i = 0; i < offsets.length; i++) {
        if (liesInBytes(i) && !next.isNullAt(i)) {
          byte[] value =
              schema.columns().get(i).type().typeId() == Type.TypeID.STRING
                  ? next.getString(i).toBytes()
                  : next.getBinary(i);
          System.arraycopy(value, 0, bytes, at, value.length);
          offsets[i] = at;
          lengths[i] = value.length;
          at += value.length;
        }
      }
      return row;
    }

    private boolean liesInBytes(int position) {
      Type.TypeID type = schema.columns().get(position).type().typeId();
      return type == Type.TypeID.STRING || type == Type.TypeID.BINARY;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object[] arguments)
        throws Throwable {
      int position = arguments == null ? -1 : (int) arguments[0];
      return switch (method.getName()) {
        case "bytes" -> bytes;
        case "offset" -> offsets[position];
        case "length" -> lengths[position];
        case "liesInBytes" -> liesInBytes(position);
        case "micros" -> Calendar.micros(values.getTimestamp(position, 6));
        case "unscaledLong" -> decimal(position).toUnscaledLong();
        case "unscaled" -> {
          byte[] target = (byte[]) arguments[1];
          byte[] digits = decimal(position).toUnscaledBytes();
          java.util.Arrays.fill(target, (byte) (digits[0] >> 7));
          System.arraycopy(digits, 0, target, target.length - digits.length, digits.length);
          yield null;
        }
        case "getString", "getBinary", "getDecimal", "getTimestamp" ->
            throw new AssertionError("made an object: " + method.getName());
        default -> method.invoke(values, arguments);
      };
    }

    private DecimalData decimal(int position) {
      Types.DecimalType type = (Types.DecimalType) schema.columns().get(position).type();
      return values.getDecimal(position, type.precision(), type.scale());
    }
  }
}
