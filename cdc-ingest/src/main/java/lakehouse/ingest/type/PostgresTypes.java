package lakehouse.ingest.type;

import java.util.Locale;
import java.util.Set;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * What a PostgreSQL type becomes in bronze. A type that has no exact counterpart becomes its text;
 * nothing is rounded or cut. So does {@code time}: Iceberg has one, but Spark 3.5 refuses to open a
 * table with a column of it, and it cannot hold {@code 24:00:00}.
 */
public final class PostgresTypes {
  /** The most digits an Iceberg decimal can have. */
  private static final int MAX_PRECISION = 38;

  /** How PostgreSQL's drivers report the length of a numeric without precision. */
  private static final int NO_PRECISION = 131089;

  /**
   * Types that the Flink CDC connector cannot capture, under PostgreSQL's internal names: it fails
   * at money of a thousand and more, and leaves columns of most of these arrays out without a word;
   * the elements of a {@code box[]} are not parted by commas.
   */
  public static final Set<String> UNFIT_FOR_FLINK_CDC =
      Set.of(
          "money",
          "_bytea",
          "_money",
          "_name",
          "_interval",
          "_varbit",
          "_bit",
          "_box",
          "_xml",
          "_point",
          "_refcursor");

  private PostgresTypes() {}

  /**
   * The type in bronze.
   *
   * @param name PostgreSQL's internal name (as in {@code pg_type.typname}; an array's starts with
   *     an underscore), in any case
   * @param length the type's length or precision; for a numeric without precision 0, negative, or
   *     what the driver reports
   * @param scale the numeric's scale
   */
  public static Type of(String name, int length, int scale) {
    String type = name.toLowerCase(Locale.ROOT);
    if (type.startsWith("_")) {
      return Types.ListType.ofOptional(0, of(type.substring(1), length, scale));
    }
    return switch (type) {
      case "bool", "boolean" -> Types.BooleanType.get();
      case "int2",
          "int4",
          "smallint",
          "integer",
          "int",
          "serial",
          "smallserial",
          "serial2",
          "serial4" ->
          Types.IntegerType.get();
      case "int8", "bigint", "bigserial", "serial8", "oid" -> Types.LongType.get();
      case "float4", "real" -> Types.FloatType.get();
      case "float8", "double precision" -> Types.DoubleType.get();
      case "numeric", "decimal" -> numeric(length, scale);
      case "bytea" -> Types.BinaryType.get();
      case "date" -> Types.DateType.get();
      case "timestamp", "timestamp without time zone" -> Types.TimestampType.withoutZone();
      case "timestamptz", "timestamp with time zone" -> Types.TimestampType.withZone();
      default -> Types.StringType.get();
    };
  }

  private static Type numeric(int precision, int scale) {
    boolean unconstrained = precision <= 0 || precision == NO_PRECISION;
    if (unconstrained || precision > MAX_PRECISION || scale < 0 || scale > precision) {
      return Types.StringType.get();
    }
    return Types.DecimalType.of(precision, scale);
  }
}
