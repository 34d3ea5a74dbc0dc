package lakehouse.load.reconcile;

import java.util.Optional;

/**
 * A column's type in PostgreSQL, domains resolved to what they are made of.
 *
 * @param name the type's name in {@code pg_type}, schema left out; for an array its element's name
 *     after an underscore
 * @param modifier the type modifier, -1 where there is none
 * @param element the element's type if this is an array
 */
record PostgresType(String name, int modifier, Optional<PostgresType> element) {
  /** The size of the header that a modifier counts in. */
  private static final int HEADER = 4;

  static PostgresType of(String name) {
    return new PostgresType(name, -1, Optional.empty());
  }

  static PostgresType numeric(int precision, int scale) {
    return new PostgresType(
        "numeric", ((precision << 16) | (scale & 0x7ff)) + HEADER, Optional.empty());
  }

  static PostgresType arrayOf(PostgresType element) {
    return new PostgresType("_" + element.name(), element.modifier(), Optional.of(element));
  }

  /** The digits after the point that every value of a {@code numeric(p,s)} has. */
  Optional<Integer> scale() {
    if (!name.equals("numeric") || modifier < 0) {
      return Optional.empty();
    }
    // eleven bits, signed since version 15; values print no fewer than 0 digits after the point
    int scale = (((modifier - HEADER) & 0x7ff) ^ 1024) - 1024;
    return Optional.of(Math.max(0, scale));
  }

  @Override
  public String toString() {
    return element.map(type -> type + "[]").orElse(name);
  }
}
