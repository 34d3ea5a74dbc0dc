package lakehouse.ingest.type;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL type as far as its wire forms depend on it; a domain is its base type here.
 *
 * @param oid the type's oid; for a domain, of the type beneath
 * @param modifier the type modifier, -1 for none: precision and scale of a numeric
 * @param name the name in {@code pg_type}, without schema
 * @param kind what sort of type it is
 * @param element the element type of an array; null for any other type
 * @param delimiter what stands between the elements in the text of an array of this type
 */
public record WireType(
    int oid, int modifier, String name, Kind kind, @Nullable WireType element, char delimiter)
    implements Serializable {
  /** The sorts of type that are told apart. */
  public enum Kind {
    /** A type of {@code pg_catalog}: its name says all. */
    BUILT_IN,
    ENUM,
    ARRAY,
    /** Composite, range, or a base type of an extension: known by its text only. */
    OTHER
  }

  public WireType {
    if ((kind == Kind.ARRAY) != (element != null)) {
      throw new IllegalArgumentException("an array, and nothing else, has an element: " + name);
    }
  }

  /** Whether the type is a numeric with a precision and scale that a decimal can hold. */
  public boolean isDecimal() {
    return name.equals("numeric")
        && kind == Kind.BUILT_IN
        && modifier >= 4
        && precision() <= 38
        && scale() >= 0
        && scale() <= precision();
  }

  /** Digits of a numeric that has a modifier. */
  public int precision() {
    return ((modifier - 4) >> 16) & 0xffff;
  }

  /** Digits after the point of a numeric that has a modifier; may be negative. */
  public int scale() {
    return (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  }
}
