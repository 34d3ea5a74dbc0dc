package lakehouse.load.reconcile;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.TimestampNTZType$;

/** The forms that need no parameter. */
enum ScalarForm implements CanonicalForm {
  BOOLEAN("%s::integer::text") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.ascii(row.getBoolean(ordinal) ? '1' : '0');
    }

    @Override
    public String readable(String canonical) {
      return canonical.equals("1") ? "true" : "false";
    }
  },
  INTEGER("%s::text") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.ascii(Integer.toString(row.getInt(ordinal)));
    }
  },
  LONG("%s::text") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.ascii(Long.toString(row.getLong(ordinal)));
    }
  },
  /** There are many bit patterns of NaN, and all are equal. */
  FLOAT("CASE WHEN %1$s = 'NaN' THEN '7fc00000' ELSE encode(float4send(%1$s), 'hex') END") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.hex(Float.floatToIntBits(row.getFloat(ordinal)));
    }

    @Override
    public String readable(String canonical) {
      return Float.toString(Float.intBitsToFloat(Integer.parseUnsignedInt(canonical, 16)));
    }
  },
  DOUBLE(
      "CASE WHEN %1$s = 'NaN' THEN '7ff8000000000000' ELSE encode(float8send(%1$s::float8), 'hex') END") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.hex(Double.doubleToLongBits(row.getDouble(ordinal)));
    }

    @Override
    public String readable(String canonical) {
      return Double.toString(Double.longBitsToDouble(Long.parseUnsignedLong(canonical, 16)));
    }
  },
  DATE("encode(date_send(%s), 'hex')") {
    @Override
    public Optional<String> unfit(String column) {
      return Optional.of("NOT isfinite(%s)".formatted(column));
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.hex(row.getInt(ordinal) - DAYS_TO_2000);
    }

    @Override
    public String readable(String canonical) {
      int days = Integer.parseUnsignedInt(canonical, 16);
      return infinity(days, Integer.MIN_VALUE, Integer.MAX_VALUE)
          .orElseGet(() -> LocalDate.ofEpochDay((long) days + DAYS_TO_2000).toString());
    }
  },
  TIMESTAMP("encode(timestamp_send(%s), 'hex')") {
    @Override
    public Optional<String> unfit(String column) {
      return Optional.of(
          "(NOT isfinite(%1$s) OR %1$s > timestamp '%2$s')".formatted(column, LAST_TIMESTAMP));
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.hex(row.getLong(ordinal) - MICROS_TO_2000);
    }

    @Override
    public String readable(String canonical) {
      String instant = TIMESTAMPTZ.readable(canonical);
      return instant.endsWith("Z") ? instant.substring(0, instant.length() - 1) : instant;
    }
  },
  TIMESTAMPTZ("encode(timestamptz_send(%s), 'hex')") {
    @Override
    public Optional<String> unfit(String column) {
      return Optional.of(
          "(NOT isfinite(%1$s) OR %1$s > timestamptz '%2$s+00')".formatted(column, LAST_TIMESTAMP));
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.hex(row.getLong(ordinal) - MICROS_TO_2000);
    }

    @Override
    public String readable(String canonical) {
      long micros = Long.parseUnsignedLong(canonical, 16);
      return infinity(micros, Long.MIN_VALUE, Long.MAX_VALUE)
          .orElseGet(
              () ->
                  Instant.ofEpochSecond(
                          Math.floorDiv(micros, 1_000_000L) + MICROS_TO_2000 / 1_000_000L,
                          Math.floorMod(micros, 1_000_000L) * 1_000L)
                      .toString());
    }
  },
  /** Micros since midnight. */
  TIME("encode(time_send(%s), 'hex')") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.hex(row.getLong(ordinal));
    }

    @Override
    public String readable(String canonical) {
      long micros = Long.parseUnsignedLong(canonical, 16);
      return micros == 86_400_000_000L
          ? "24:00"
          : LocalTime.ofNanoOfDay(micros * 1_000L).toString();
    }
  },
  BYTES("encode(%s, 'hex')") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.ascii(HexFormat.of().formatHex(row.getBinary(ordinal)));
    }

    @Override
    public String readable(String canonical) {
      return "\\x" + canonical;
    }
  },
  /** The source's own text of any type; its length comes first, since it may hold anything. */
  TEXT("%s::text") {
    @Override
    public String postgresDelimited(String column) {
      return afterItsLength(postgres(column));
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      CanonicalForm.writeText(row.getUTF8String(ordinal), out);
    }

    @Override
    public String text(SpecializedGetters row, int ordinal) {
      return row.getUTF8String(ordinal).toString();
    }
  },
  /**
   * The text as the type prints it, which a cast to text may not be: it drops the blanks of {@code
   * char(n)}, and adds the mask to an address. A composite of nulls is not null, but "is null".
   */
  PRINTED("CASE WHEN %1$s IS DISTINCT FROM NULL THEN format('%%s', %1$s) END") {
    @Override
    public String postgresDelimited(String column) {
      return afterItsLength(postgres(column));
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      TEXT.write(row, ordinal, out);
    }

    @Override
    public String text(SpecializedGetters row, int ordinal) {
      return TEXT.text(row, ordinal);
    }
  },
  /** Whether there is a value: all that can be compared where the lake has a token instead. */
  PRESENCE("CASE WHEN %s IS DISTINCT FROM NULL THEN 'masked' END") {
    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      out.ascii("masked");
    }
  };

  /** Types whose cast to text is what they print. */
  static final Set<String> CAST_AS_PRINTED =
      Set.of("text", "varchar", "numeric", "json", "jsonb", "uuid", "interval", "time", "timetz");

  /** The last one that microseconds since 1970 can tell. */
  private static final String LAST_TIMESTAMP = "294247-01-10 04:00:54.775807";

  private static final int DAYS_TO_2000 = 10_957;
  private static final long MICROS_TO_2000 = 946_684_800_000_000L;

  /** What can be compared, but for texts, decimals and lists. */
  static final List<Pair> PAIRS =
      List.of(
          new Pair(Set.of("bool", "bit"), DataTypes.BooleanType, BOOLEAN),
          new Pair(Set.of("int2", "int4"), DataTypes.IntegerType, INTEGER),
          new Pair(Set.of("int2", "int4", "int8", "oid"), DataTypes.LongType, LONG),
          new Pair(Set.of("time"), DataTypes.LongType, TIME),
          new Pair(Set.of("float4"), DataTypes.FloatType, FLOAT),
          new Pair(Set.of("float4", "float8"), DataTypes.DoubleType, DOUBLE),
          new Pair(Set.of("date"), DataTypes.DateType, DATE),
          new Pair(Set.of("timestamptz"), DataTypes.TimestampType, TIMESTAMPTZ),
          new Pair(Set.of("timestamp"), TimestampNTZType$.MODULE$, TIMESTAMP),
          new Pair(Set.of("timestamp"), DataTypes.TimestampType, TIMESTAMP),
          new Pair(Set.of("bytea"), DataTypes.BinaryType, BYTES));

  private final String postgres;

  ScalarForm(String postgres) {
    this.postgres = postgres;
  }

  @Override
  public String postgres(String column) {
    return postgres.formatted(column);
  }

  /** A text may hold anything, the marks of its own end too. */
  private static String afterItsLength(String text) {
    return "coalesce(length(%1$s) || ':' || %1$s, '%2$s') || '%3$s'".formatted(text, NULL, END);
  }

  private static Optional<String> infinity(long value, long negative, long positive) {
    if (value == positive) {
      return Optional.of("infinity");
    }
    return value == negative ? Optional.of("-infinity") : Optional.empty();
  }
}
