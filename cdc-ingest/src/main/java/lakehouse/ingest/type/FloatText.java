package lakehouse.ingest.type;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Floats as PostgreSQL 12 and later print them: the fewest digits that read back as the same
 * number, and of these the nearest. JDK 17's own text does not always have the fewest. Slow; meant
 * for the rare value that has to be kept as text.
 */
final class FloatText {
  private FloatText() {}

  static String of(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    double size = Math.abs(value);
    BigDecimal exact = new BigDecimal(size);
    BigDecimal below = exact.subtract(new BigDecimal(Math.nextDown(size)));
    // beyond the greatest number the gap is as wide as before it
    BigDecimal above =
        size == Double.MAX_VALUE ? below : new BigDecimal(Math.nextUp(size)).subtract(exact);
    return (value < 0 ? "-" : "") + print(shortest(exact, below, above), 15);
  }

  static String of(float value) {
    if (Float.isNaN(value) || Float.isInfinite(value)) {
      return Float.toString(value);
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    float size = Math.abs(value);
    BigDecimal exact = new BigDecimal(size);
    BigDecimal below = exact.subtract(new BigDecimal(Math.nextDown(size)));
    BigDecimal above =
        size == Float.MAX_VALUE ? below : new BigDecimal(Math.nextUp(size)).subtract(exact);
    return (value < 0 ? "-" : "") + print(shortest(exact, below, above), 6);
  }

  private static BigDecimal shortest(BigDecimal exact, BigDecimal below, BigDecimal above) {
    // Half way to a neighbour is not near enough: other readers may round the other way.
    BigDecimal least = exact.subtract(below.divide(BigDecimal.valueOf(2)));
    BigDecimal most = exact.add(above.divide(BigDecimal.valueOf(2)));
    for (int digits = 1; ; digits++) {
      // at a power of two the farther candidate may lie inside where the nearer does not
      for (RoundingMode mode :
          new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.UP, RoundingMode.DOWN}) {
        BigDecimal candidate = exact.round(new MathContext(digits, mode));
        if (candidate.compareTo(least) > 0 && candidate.compareTo(most) < 0) {
          return candidate.stripTrailingZeros();
        }
      }
    }
  }

  private static String print(BigDecimal value, int exponentFrom) {
    String digits = value.unscaledValue().toString();
    int exponent = digits.length() - 1 - value.scale();
    if (exponent >= -4 && exponent < exponentFrom) {
      return value.toPlainString();
    }
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return "%s%se%s%02d"
        .formatted(digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
