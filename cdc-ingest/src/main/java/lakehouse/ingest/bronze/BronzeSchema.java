package lakehouse.ingest.bronze;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.ingest.event.TableSchema;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The Iceberg schema of a bronze table: how it is made from the source's, how it follows it, and
 * how a row of one source version is laid down in it.
 *
 * <p>A new column is added, a type that Iceberg can widen is widened, and any other change of type
 * makes a new column {@code <name>__v2} (then {@code __v3}); nothing is ever removed. The result
 * depends on table and source alone, so writers and committer come to the same field ids.
 */
final class BronzeSchema {
  private BronzeSchema() {}

  /** The schema of a new table, with fresh ids. */
  static Schema create(TableSchema source) {
    List<NestedField> fields = new ArrayList<>();
    for (TableSchema.Column column : source.columns()) {
      fields.add(NestedField.optional(fields.size(), column.name(), column.type()));
    }
    fields.addAll(metadata(source));
    return fresh(fields);
  }

  /** By day of the source's commit. */
  static PartitionSpec partitioning(Schema schema) {
    return PartitionSpec.builderFor(schema).day(ChangeColumns.COMMITTED_AT).build();
  }

  /** What makes the table able to hold the source's columns; nothing if it is so already. */
  static List<Consumer<UpdateSchema>> evolution(Schema table, TableSchema source) {
    List<Consumer<UpdateSchema>> steps = new ArrayList<>();
    for (TableSchema.Column column : source.columns()) {
      Place place = place(table.asStruct(), column.name(), column.type());
      switch (place.action()) {
        case KEEP -> {}
        case WIDEN ->
            steps.add(update -> update.updateColumn(place.name(), column.type().asPrimitiveType()));
        case ADD ->
            steps.add(
                update ->
                    update
                        .addColumn(null, place.name(), column.type())
                        .moveBefore(place.name(), ChangeColumns.OP));
      }
    }
    NestedField oldKey = table.findField(ChangeColumns.OLD_KEY);
    if (oldKey != null) {
      for (String name : source.key()) {
        Type type = source.column(name).orElseThrow().type();
        Place place = place(oldKey.type().asStructType(), name, type);
        String path = ChangeColumns.OLD_KEY + "." + place.name();
        switch (place.action()) {
          case KEEP -> {}
          case WIDEN -> steps.add(update -> update.updateColumn(path, type.asPrimitiveType()));
          case ADD ->
              steps.add(update -> update.addColumn(ChangeColumns.OLD_KEY, place.name(), type));
        }
      }
    }
    return steps;
  }

  /** The fields of a row of the source, in the row's order, under the table's ids. */
  static Schema ofRows(Schema table, TableSchema source) {
    List<NestedField> fields = new ArrayList<>();
    for (TableSchema.Column column : source.columns()) {
      fields.add(field(table.asStruct(), column.name(), column.type()));
    }
    for (NestedField wanted : metadata(source)) {
      NestedField field = table.asStruct().field(wanted.name());
      if (wanted.name().equals(ChangeColumns.OLD_KEY)) {
        List<NestedField> key = new ArrayList<>();
        for (String name : source.key()) {
          key.add(
              field(field.type().asStructType(), name, source.column(name).orElseThrow().type()));
        }
        fields.add(NestedField.optional(field.fieldId(), field.name(), Types.StructType.of(key)));
      } else {
        fields.add(field);
      }
    }
    return new Schema(fields);
  }

  private static List<NestedField> metadata(TableSchema source) {
    List<NestedField> fields = new ArrayList<>();
    fields.add(NestedField.required(100_000, ChangeColumns.OP, Types.StringType.get()));
    fields.add(NestedField.required(100_001, ChangeColumns.EPOCH, Types.IntegerType.get()));
    fields.add(NestedField.required(100_002, ChangeColumns.COMMIT_LSN, Types.LongType.get()));
    fields.add(NestedField.required(100_003, ChangeColumns.SEQ, Types.LongType.get()));
    fields.add(NestedField.optional(100_004, ChangeColumns.LSN, Types.LongType.get()));
    fields.add(NestedField.optional(100_005, ChangeColumns.TX_ID, Types.LongType.get()));
    fields.add(
        NestedField.required(100_006, ChangeColumns.COMMITTED_AT, Types.TimestampType.withZone()));
    fields.add(
        NestedField.required(100_007, ChangeColumns.CAPTURED_AT, Types.TimestampType.withZone()));
    if (!source.key().isEmpty()) {
      List<NestedField> key = new ArrayList<>();
      for (String name : source.key()) {
        Type type = source.column(name).orElseThrow().type();
        key.add(NestedField.optional(200_000 + key.size(), name, type));
      }
      fields.add(NestedField.optional(100_008, ChangeColumns.OLD_KEY, Types.StructType.of(key)));
    }
    fields.add(
        NestedField.optional(
            100_009,
            ChangeColumns.UNCHANGED,
            Types.ListType.ofRequired(100_010, Types.StringType.get())));
    fields.add(
        NestedField.optional(
            100_011,
            ChangeColumns.UNREPRESENTABLE,
            Types.MapType.ofRequired(
                100_012, 100_013, Types.StringType.get(), Types.StringType.get())));
    return fields;
  }

  // Ids inside the given types mean nothing, and may clash: the visitor needs none of them.
  private static Schema fresh(List<NestedField> fields) {
    AtomicInteger ids = new AtomicInteger();
    Type type =
        TypeUtil.assignFreshIds(Types.StructType.of(distinct(fields)), ids::incrementAndGet);
    return new Schema(type.asStructType().fields());
  }

  private static List<NestedField> distinct(List<NestedField> fields) {
    AtomicInteger ids = new AtomicInteger(1_000_000);
    return fields.stream()
        .map(
            field ->
                NestedField.of(
                    ids.incrementAndGet(), field.isOptional(), field.name(), field.type()))
        .collect(Collectors.toList());
  }

  private enum Action {
    KEEP,
    WIDEN,
    ADD
  }

  private record Place(String name, Action action) {}

  /** Where a source column stands in the table, or is to stand. */
  private static Place place(Types.StructType table, String name, Type type) {
    for (int version = 1; ; version++) {
      String candidate = version == 1 ? name : name + "__v" + version;
      NestedField found = table.field(candidate);
      if (found == null) {
        return new Place(candidate, Action.ADD);
      }
      if (same(found.type(), type) || widens(type, found.type())) {
        return new Place(candidate, Action.KEEP);
      }
      if (widens(found.type(), type)) {
        return new Place(candidate, Action.WIDEN);
      }
    }
  }

  private static NestedField field(Types.StructType table, String name, Type type) {
    Place place = place(table, name, type);
    NestedField found =
        Optional.ofNullable(table.field(place.name()))
            .orElseThrow(() -> new IllegalStateException("The table has no column for " + name));
    // where the table's type is the wider one, readers widen what is written here
    Type written = same(found.type(), type) ? found.type() : type;
    return NestedField.optional(found.fieldId(), found.name(), written);
  }

  private static boolean widens(Type from, Type to) {
    return from.isPrimitiveType()
        && to.isPrimitiveType()
        && !from.equals(to)
        && TypeUtil.isPromotionAllowed(from, to.asPrimitiveType());
  }

  /** Equal but for the ids inside. */
  private static boolean same(Type one, Type other) {
    if (one.isListType() && other.isListType()) {
      return same(one.asListType().elementType(), other.asListType().elementType());
    }
    if (one.isMapType() && other.isMapType()) {
      return same(one.asMapType().keyType(), other.asMapType().keyType())
          && same(one.asMapType().valueType(), other.asMapType().valueType());
    }
    return one.equals(other);
  }
}
