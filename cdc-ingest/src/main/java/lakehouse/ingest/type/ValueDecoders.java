package lakehouse.ingest.type;

import java.util.Objects;
import java.util.Set;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Finds the decoder of a type: one table for both wire forms. */
public final class ValueDecoders {
  private static final ValueDecoder TEXT = new TextualDecoders.PlainText();

  /** Types whose binary form is their text. */
  private static final Set<String> TEXTS =
      Set.of("text", "varchar", "bpchar", "name", "json", "xml");

  private ValueDecoders() {}

  /**
   * Whether the binary form of a type tells all. Of the others (money, whose text depends on the
   * locale; composites, ranges, types of extensions) only the text form is decoded.
   */
  public static boolean readsBinary(WireType type) {
    return switch (type.kind()) {
      case ENUM -> true;
      case OTHER -> false;
      case ARRAY -> readsBinary(element(type));
      case BUILT_IN -> TEXTS.contains(type.name()) || hasBinary(type.name());
    };
  }

  /** The decoder of the binary form of a type for which {@link #readsBinary} holds. */
  public static ValueDecoder binary(WireType type) {
    return switch (type.kind()) {
      case ENUM -> TEXT;
      case OTHER -> throw new IllegalArgumentException("no binary form is known of " + type.name());
      case ARRAY -> new ArrayDecoders.BinaryArray(binary(element(type)));
      case BUILT_IN -> builtInBinary(type);
    };
  }

  /** The type in bronze that holds what the decoders give. */
  public static Type bronzeType(WireType type) {
    return switch (type.kind()) {
      case ENUM, OTHER -> Types.StringType.get();
      case ARRAY -> Types.ListType.ofOptional(0, bronzeType(element(type)));
      case BUILT_IN ->
          type.modifier() < 4
              ? PostgresTypes.of(type.name(), 0, 0)
              : PostgresTypes.of(type.name(), type.precision(), type.scale());
    };
  }

  /** The decoder of the text form of a type. */
  public static ValueDecoder text(WireType type) {
    return switch (type.kind()) {
      case ENUM, OTHER -> TEXT;
      case ARRAY ->
          new ArrayDecoders.TextArray(text(element(type)), (byte) element(type).delimiter());
      case BUILT_IN -> builtInText(type);
    };
  }

  private static boolean hasBinary(String name) {
    return switch (name) {
      case "bool",
          "int2",
          "int4",
          "int8",
          "oid",
          "float4",
          "float8",
          "numeric",
          "bytea",
          "uuid",
          "jsonb",
          "date",
          "time",
          "timetz",
          "timestamp",
          "timestamptz",
          "interval",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "bit",
          "varbit",
          "pg_lsn" ->
          true;
      default -> false;
    };
  }

  private static ValueDecoder builtInBinary(WireType type) {
    return switch (type.name()) {
      case "bool" -> new NumberDecoders.BinaryBoolean();
      case "int2" -> new NumberDecoders.BinaryInt2();
      case "int4" -> new NumberDecoders.BinaryInt4();
      case "int8" -> new NumberDecoders.BinaryInt8();
      case "oid" -> new NumberDecoders.BinaryOid();
      case "float4" -> new NumberDecoders.BinaryFloat4();
      case "float8" -> new NumberDecoders.BinaryFloat8();
      case "numeric" ->
          type.isDecimal()
              ? new NumberDecoders.BinaryDecimal(type.precision(), type.scale())
              : new NumberDecoders.BinaryNumericText();
      case "bytea" -> new TextualDecoders.BinaryBytes();
      case "uuid" -> new TextualDecoders.BinaryUuid();
      case "jsonb" -> new TextualDecoders.BinaryJsonb();
      case "date" -> new TimeDecoders.BinaryDate();
      case "time" -> new TimeDecoders.BinaryTime();
      case "timetz" -> new TimeDecoders.BinaryTimeWithZone();
      case "timestamp" -> new TimeDecoders.BinaryTimestamp("");
      case "timestamptz" -> new TimeDecoders.BinaryTimestamp("+00");
      case "interval" -> new TimeDecoders.BinaryInterval();
      case "inet", "cidr" -> new TextualDecoders.BinaryInet();
      case "macaddr", "macaddr8" -> new TextualDecoders.BinaryMacAddress();
      case "bit", "varbit" -> new TextualDecoders.BinaryBits();
      case "pg_lsn" -> new TextualDecoders.BinaryLsn();
      default -> {
        if (!TEXTS.contains(type.name())) {
          throw new IllegalArgumentException("no binary form is known of " + type.name());
        }
        yield TEXT;
      }
    };
  }

  private static ValueDecoder builtInText(WireType type) {
    return switch (type.name()) {
      case "bool" -> new NumberDecoders.TextBoolean();
      case "int2", "int4" -> new NumberDecoders.TextInt();
      case "int8", "oid" -> new NumberDecoders.TextLong();
      case "float4" -> new NumberDecoders.TextFloat();
      case "float8" -> new NumberDecoders.TextDouble();
      case "numeric" ->
          type.isDecimal() ? new NumberDecoders.TextDecimal(type.precision(), type.scale()) : TEXT;
      case "bytea" -> new TextualDecoders.TextBytes();
      case "date" -> new TimeDecoders.TextDate();
      case "timestamp", "timestamptz" -> new TimeDecoders.TextTimestamp();
      default -> TEXT;
    };
  }

  private static WireType element(WireType array) {
    return Objects.requireNonNull(array.element());
  }
}
