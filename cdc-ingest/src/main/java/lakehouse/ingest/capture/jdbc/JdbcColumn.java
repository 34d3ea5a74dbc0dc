package lakehouse.ingest.capture.jdbc;

import java.io.Serializable;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Locale;
import lakehouse.catalog.config.ColumnConfig;
import lakehouse.catalog.config.MaskConfig;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.BinaryType;
import org.apache.iceberg.types.Types.BooleanType;
import org.apache.iceberg.types.Types.DateType;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.iceberg.types.Types.DoubleType;
import org.apache.iceberg.types.Types.FloatType;
import org.apache.iceberg.types.Types.IntegerType;
import org.apache.iceberg.types.Types.LongType;
import org.apache.iceberg.types.Types.StringType;
import org.apache.iceberg.types.Types.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * A column as the driver's metadata tells it.
 *
 * @param name the source's name
 * @param type the type in bronze; that of a masked column is text
 * @param nullable whether it may hold no value
 * @param mask how its values are hidden, or null
 * @param contract what its values keep to, or null
 */
public record JdbcColumn(
    String name,
    Type type,
    boolean nullable,
    MaskConfig.@Nullable Method mask,
    @Nullable ColumnConfig contract)
    implements Serializable {
  private static final int MAX_PRECISION = 38;

  /** The type in bronze of a column of a result; text where no other type holds it. */
  static Type type(ResultSetMetaData columns, int i) throws SQLException {
    String name = String.valueOf(columns.getColumnTypeName(i)).toLowerCase(Locale.ROOT);
    int precision = columns.getPrecision(i);
    return switch (columns.getColumnType(i)) {
      case Types.BOOLEAN -> BooleanType.get();
      case Types.BIT ->
          name.startsWith("bool") || precision <= 1 ? BooleanType.get() : StringType.get();
      case Types.TINYINT, Types.SMALLINT -> IntegerType.get();
      case Types.INTEGER -> columns.isSigned(i) ? IntegerType.get() : LongType.get();
      case Types.BIGINT -> columns.isSigned(i) ? LongType.get() : DecimalType.of(20, 0);
      case Types.REAL -> FloatType.get();
      // money is told as a double, which does not hold it
      case Types.FLOAT, Types.DOUBLE -> name.equals("money") ? StringType.get() : DoubleType.get();
      case Types.NUMERIC, Types.DECIMAL -> decimal(precision, columns.getScale(i));
      case Types.DATE -> DateType.get();
      case Types.TIMESTAMP ->
          name.equals("timestamptz") || isMariaDbInstant(columns, name)
              ? TimestampType.withZone()
              : TimestampType.withoutZone();
      case Types.TIMESTAMP_WITH_TIMEZONE -> TimestampType.withZone();
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> BinaryType.get();
      default -> StringType.get();
    };
  }

  // What MariaDB and MySQL call a timestamp is a moment; their datetime is none.
  private static boolean isMariaDbInstant(ResultSetMetaData columns, String name) {
    String driver = columns.getClass().getName();
    return name.equals("timestamp") && (driver.contains("mariadb") || driver.contains("mysql"));
  }

  /** The type as a contract names it. */
  static String contractType(Type type) {
    return switch (type.typeId()) {
      case INTEGER -> "int";
      case TIMESTAMP -> ((TimestampType) type).shouldAdjustToUTC() ? "timestamptz" : "timestamp";
      case BOOLEAN, LONG, FLOAT, DOUBLE, DATE -> type.toString();
      case DECIMAL -> type.toString().replace(" ", "");
      default -> "string";
    };
  }

  private static Type decimal(int precision, int scale) {
    boolean fits = precision >= 1 && precision <= MAX_PRECISION && scale >= 0 && scale <= precision;
    return fits ? DecimalType.of(precision, scale) : StringType.get();
  }
}
