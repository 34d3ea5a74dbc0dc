package lakehouse.ingest.parquet;

import lakehouse.ingest.parquet.FlatColumn.Place;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.apache.iceberg.types.Types;

/** Which column writes what. */
final class Columns {
  private Columns() {}

  /** The column of a field of rows at that position. */
  static Column of(
      int position,
      Types.NestedField field,
      MessageType message,
      Limits limits,
      ColumnHabits habits) {
    if (field.type().isNestedType()) {
      return new NestedColumn(position, field, message, limits);
    }
    ColumnDescriptor descriptor =
        message.getColumnDescription(new String[] {message.getFields().get(position).getName()});
    Place place = new Place(position, field.fieldId(), descriptor);
    return switch (field.type().typeId()) {
      case BOOLEAN -> new BooleanColumn(place, limits, habits);
      case INTEGER, DATE -> new NumberColumn.Int(place, limits, habits);
      case LONG -> new NumberColumn.Long64(place, limits, habits);
      case FLOAT -> new NumberColumn.Float32(place, limits, habits);
      case DOUBLE -> new NumberColumn.Float64(place, limits, habits);
      case TIMESTAMP -> new NumberColumn.Timestamp(place, limits, habits);
      case STRING -> new BytesColumn.Text(place, limits, habits);
      case BINARY -> new BytesColumn.Bytes(place, limits, habits);
      case DECIMAL -> decimal(place, limits, habits, (Types.DecimalType) field.type());
      case LIST, MAP, STRUCT, TIME, UUID, FIXED ->
          throw new IllegalArgumentException("No column of bronze is a " + field.type());
    };
  }

  private static Column decimal(
      Place place, Limits limits, ColumnHabits habits, Types.DecimalType type) {
    return type.precision() <= 18
        ? new NumberColumn.Decimal(place, limits, habits, type)
        : new BytesColumn.Decimal(place, limits, habits, type);
  }
}
