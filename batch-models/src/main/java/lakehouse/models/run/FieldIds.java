package lakehouse.models.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Copies types with other field ids, for schemas that hold the same columns twice. */
final class FieldIds {
  private FieldIds() {}

  /** The struct with ids from the given one on, every field optional. */
  static Types.StructType optionalFrom(Types.StructType struct, int first) {
    AtomicInteger ids = new AtomicInteger(first);
    return (Types.StructType) copy(struct, ids);
  }

  private static Type copy(Type type, AtomicInteger ids) {
    if (type.isStructType()) {
      List<Types.NestedField> fields = new ArrayList<>();
      for (Types.NestedField field : type.asStructType().fields()) {
        fields.add(
            Types.NestedField.optional(
                ids.getAndIncrement(), field.name(), copy(field.type(), ids), field.doc()));
      }
      return Types.StructType.of(fields);
    }
    if (type.isListType()) {
      return Types.ListType.ofOptional(
          ids.getAndIncrement(), copy(type.asListType().elementType(), ids));
    }
    if (type.isMapType()) {
      int key = ids.getAndIncrement();
      int value = ids.getAndIncrement();
      return Types.MapType.ofOptional(
          key,
          value,
          copy(type.asMapType().keyType(), ids),
          copy(type.asMapType().valueType(), ids));
    }
    return type;
  }
}
