package lakehouse.load.reconcile;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.TimestampNTZType$;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The text that a value is digested as, the same from PostgreSQL and from Spark: equal values have
 * equal texts, different values different ones. Each form is an SQL expression for PostgreSQL and a
 * writer for a Spark row.
 *
 * <p>Instants, dates and times are the eight or four bytes that PostgreSQL keeps, as hexadecimal:
 * micros or days since 2000-01-01. Floats are their IEEE bits. A decimal has exactly the digits of
 * its scale. A list is its number of dimensions, its length and its elements.
 */
sealed interface CanonicalForm extends Serializable {
  /** Stands for null; no form begins with it but {@link ScalarForm#TEXT}, which has a length. */
  String NULL = "~";

  /** Begins the text of a value that the lake's type cannot hold. */
  char UNFIT = '!';

  /** Ends a value. */
  char END = ';';

  /**
   * An SQL expression of type {@code text} for the value of a column, null for null.
   *
   * @param column an SQL expression
   */
  String postgres(String column);

  /** As {@link #postgres}, but never null, and with its end marked beyond doubt. */
  default String postgresDelimited(String column) {
    return "coalesce(%s, '%s') || '%s'".formatted(postgres(column), NULL, END);
  }

  /**
   * An SQL condition for the values that the lake's type cannot hold, of which it keeps the text
   * instead; empty if it can hold them all.
   *
   * @param column an SQL expression
   */
  default Optional<String> unfit(String column) {
    return Optional.empty();
  }

  /** Writes a value that is not null, without {@link #END}, as it stands in a row's digest. */
  void write(SpecializedGetters row, int ordinal, CanonicalBytes out);

  /** Writes a value as it stands in a row's digest. */
  default void writeDelimited(SpecializedGetters row, int ordinal, CanonicalBytes out) {
    if (row.isNullAt(ordinal)) {
      out.ascii(NULL);
    } else {
      write(row, ordinal, out);
    }
    out.ascii(END);
  }

  /** What {@link #postgres} yields, from Spark; not for null. */
  default String text(SpecializedGetters row, int ordinal) {
    CanonicalBytes out = new CanonicalBytes();
    write(row, ordinal, out);
    return out.toString();
  }

  /** The text as a person would read it. */
  default String readable(String canonical) {
    return canonical;
  }

  /** Writes a text after its length, since it may hold anything. */
  static void writeText(UTF8String text, CanonicalBytes out) {
    out.ascii(Integer.toString(text.numChars()));
    out.ascii(':');
    out.bytes(text.getBytes());
  }

  /** The form in which a column's value can be compared, or empty if there is none. */
  static Optional<CanonicalForm> of(PostgresType source, DataType lake) {
    if (lake instanceof StringType) {
      return Optional.of(
          ScalarForm.CAST_AS_PRINTED.contains(source.name())
              ? ScalarForm.TEXT
              : ScalarForm.PRINTED);
    }
    if (lake instanceof ArrayType list) {
      return source
          .element()
          .flatMap(element -> of(element, list.elementType()))
          .map(ListForm::new);
    }
    if (lake instanceof DecimalType decimal) {
      return Set.of("numeric", "money").contains(source.name())
          ? Optional.of(
              new DecimalForm(
                  decimal.precision(),
                  decimal.scale(),
                  source.scale().map(scale -> scale == decimal.scale()).orElse(false)))
          : Optional.empty();
    }
    return ScalarForm.PAIRS.stream()
        .filter(pair -> pair.sources().contains(source.name()) && pair.lake().equals(lake))
        .map(Pair::form)
        .findFirst();
  }

  /** Types of the source that can be compared with a type of the lake. */
  record Pair(Set<String> sources, DataType lake, CanonicalForm form) {}

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
            "(NOT isfinite(%1$s) OR %1$s > timestamptz '%2$s+00')"
                .formatted(column, LAST_TIMESTAMP));
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
        String text = postgres(column);
        return "coalesce(length(%s) || ':' || %s, '%s') || '%s'".formatted(text, text, NULL, END);
      }

      @Override
      public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
        writeText(row.getUTF8String(ordinal), out);
      }

      @Override
      public String text(SpecializedGetters row, int ordinal) {
        return row.getUTF8String(ordinal).toString();
      }
    },
    /**
     * The text as the type prints it, which a cast to text may not be: it drops the blanks of
     * {@code char(n)}, and adds the mask to an address. A composite of nulls is not null, but "is
     * null".
     */
    PRINTED("CASE WHEN %1$s IS DISTINCT FROM NULL THEN format('%%s', %1$s) END") {
      @Override
      public String postgresDelimited(String column) {
        String text = postgres(column);
        return "coalesce(length(%s) || ':' || %s, '%s') || '%s'".formatted(text, text, NULL, END);
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
    private static final Set<String> CAST_AS_PRINTED =
        Set.of("text", "varchar", "numeric", "json", "jsonb", "uuid", "interval", "time", "timetz");

    /** The last one that microseconds since 1970 can tell. */
    private static final String LAST_TIMESTAMP = "294247-01-10 04:00:54.775807";

    private static final int DAYS_TO_2000 = 10_957;
    private static final long MICROS_TO_2000 = 946_684_800_000_000L;

    /** What can be compared, but for texts, decimals and lists. */
    private static final List<Pair> PAIRS =
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

    private static Optional<String> infinity(long value, long negative, long positive) {
      if (value == positive) {
        return Optional.of("infinity");
      }
      return value == negative ? Optional.of("-infinity") : Optional.empty();
    }
  }

  /**
   * A decimal in full, with exactly the digits of its scale.
   *
   * @param precision the lake's
   * @param scale the lake's
   * @param sameScale whether the source has the same
   */
  record DecimalForm(int precision, int scale, boolean sameScale) implements CanonicalForm {
    @Override
    public Optional<String> unfit(String column) {
      return Optional.of("%s::numeric IN ('NaN', 'Infinity', '-Infinity')".formatted(column));
    }

    @Override
    public String postgres(String column) {
      if (sameScale) {
        return column + "::text";
      }
      // a value with more digits than the lake has must not pass for its rounded self
      return """
          CASE WHEN %1$s::numeric = round(%1$s::numeric, %2$d) \
          THEN round(%1$s::numeric, %2$d)::text ELSE %1$s::numeric::text END"""
          .formatted(column, scale);
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      BigDecimal value = row.getDecimal(ordinal, precision, scale).toJavaBigDecimal();
      out.ascii(value.setScale(scale).toPlainString());
    }
  }

  /** A list of values, each of which may be null. */
  record ListForm(CanonicalForm element) implements CanonicalForm {
    // the lake has lists of one dimension that begin at 1
    @Override
    public Optional<String> unfit(String column) {
      String elements =
          element
              .unfit("e.v")
              .map(
                  unfit ->
                      " OR EXISTS (SELECT FROM (SELECT unnest(%s) AS v) e WHERE %s)"
                          .formatted(column, unfit))
              .orElse("");
      return Optional.of(
          "(array_ndims(%1$s) > 1 OR array_lower(%1$s, 1) <> 1%2$s)".formatted(column, elements));
    }

    @Override
    public String postgres(String column) {
      // called behind FROM, unnest would take composites apart
      return """
          CASE WHEN %1$s IS NOT NULL THEN coalesce(array_ndims(%1$s), 0) || '{' || cardinality(%1$s) \
          || ':' || coalesce((SELECT string_agg(%2$s, '' ORDER BY e.n) \
          FROM (SELECT unnest(%1$s) AS v, generate_subscripts(%1$s, 1) AS n) e), '') || '}' END"""
          .formatted(column, element.postgresDelimited("e.v"));
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      var list = row.getArray(ordinal);
      int length = list.numElements();
      out.ascii(length == 0 ? "0{" : "1{");
      out.ascii(Integer.toString(length));
      out.ascii(':');
      for (int i = 0; i < length; i++) {
        element.writeDelimited(list, i, out);
      }
      out.ascii('}');
    }
  }
}
