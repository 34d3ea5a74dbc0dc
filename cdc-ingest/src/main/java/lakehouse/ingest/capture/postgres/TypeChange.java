package lakehouse.ingest.capture.postgres;

import java.util.Set;
import lakehouse.ingest.type.ValueDecoders;
import lakehouse.ingest.type.WireType;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;

/** Judges a column's change of type by what it did to the values that were there before. */
final class TypeChange {
  /** Texts of these hold each other's values unchanged. */
  private static final Set<String> TEXTS = Set.of("text", "varchar");

  private TypeChange() {}

  /**
   * Whether every value stayed the same, so that bronze is right with the column's type promoted or
   * as it was.
   */
  static boolean keepsValues(WireType from, WireType to) {
    if (from.oid() == to.oid() && from.modifier() == to.modifier()) {
      return true;
    }
    Type before = ValueDecoders.bronzeType(from);
    Type after = ValueDecoders.bronzeType(to);
    if (TEXTS.contains(from.name()) && TEXTS.contains(to.name())) {
      return from.modifier() < 0 || to.modifier() < 0 || to.modifier() >= from.modifier();
    }
    return switch (after.typeId()) {
      // an integer widened in the source may be the same type in bronze
      case INTEGER -> before.typeId() == Type.TypeID.INTEGER && to.name().equals("int4");
      case LONG, DOUBLE, DECIMAL ->
          before.isPrimitiveType()
              && from.name().charAt(0) == to.name().charAt(0)
              && TypeUtil.isPromotionAllowed(before, after.asPrimitiveType());
      default -> false;
    };
  }
}
