package lakehouse.ingest.bronze;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.shaded.org.apache.parquet.schema.GroupType;
import org.apache.iceberg.shaded.org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.apache.iceberg.shaded.org.apache.parquet.schema.Type;
import org.apache.iceberg.types.Types;

/**
 * Writes rows as Parquet. A time is microseconds in a long there: Flink's own form of it knows
 * milliseconds only, so Iceberg's writer is shown a plain long in its place.
 */
final class RowParquet {
  private RowParquet() {}

  /** Opens a file of rows. */
  static FileAppender<RowData> open(
      OutputFile file, Schema schema, Map<String, String> properties) {
    try {
      return Parquet.write(file)
          .schema(schema)
          .setAll(properties)
          .metricsConfig(MetricsConfig.fromProperties(properties))
          .createWriterFunc(message -> new RowWriter(schema, timesAsLongs(message)))
          .overwrite()
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MessageType timesAsLongs(MessageType message) {
    return new MessageType(message.getName(), timesAsLongs(message.asGroupType()));
  }

  private static List<Type> timesAsLongs(GroupType group) {
    return group.getFields().stream().map(RowParquet::timeAsLong).toList();
  }

  private static Type timeAsLong(Type field) {
    if (!field.isPrimitive()) {
      return field.asGroupType().withNewFields(timesAsLongs(field.asGroupType()));
    }
    if (!(field.getLogicalTypeAnnotation() instanceof TimeLogicalTypeAnnotation)) {
      return field;
    }
    Type plain =
        org.apache.iceberg.shaded.org.apache.parquet.schema.Types.primitive(
                field.asPrimitiveType().getPrimitiveTypeName(), field.getRepetition())
            .named(field.getName());
    return field.getId() == null ? plain : plain.withId(field.getId().intValue());
  }

  /** The rows' type as Flink spells it. */
  static RowType rowType(Schema schema) {
    return (RowType) logical(schema.asStruct()).copy(false);
  }

  private static LogicalType logical(org.apache.iceberg.types.Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> new BooleanType();
      case INTEGER -> new IntType();
      case LONG, TIME -> new BigIntType();
      case FLOAT -> new FloatType();
      case DOUBLE -> new DoubleType();
      case DATE -> new DateType();
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? new LocalZonedTimestampType(6)
              : new TimestampType(6);
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield new DecimalType(decimal.precision(), decimal.scale());
      }
      case STRING -> VarCharType.STRING_TYPE;
      case BINARY -> new VarBinaryType(VarBinaryType.MAX_LENGTH);
      case LIST -> new ArrayType(nullable(type.asListType().fields().get(0)));
      case MAP ->
          new MapType(
              logical(type.asMapType().keyType()).copy(false),
              nullable(type.asMapType().fields().get(1)));
      case STRUCT ->
          new RowType(
              type.asStructType().fields().stream()
                  .map(field -> new RowType.RowField(field.name(), nullable(field)))
                  .toList());
      case UUID, FIXED -> throw new IllegalArgumentException("No column of bronze is a " + type);
    };
  }

  private static LogicalType nullable(Types.NestedField field) {
    return logical(field.type()).copy(field.isOptional());
  }
}
