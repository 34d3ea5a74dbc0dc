package lakehouse.load.reconcile;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The text that a value is digested as, the same from PostgreSQL and from Spark: equal values have
 * equal texts, different values different ones. Each form is an SQL expression for PostgreSQL and a
 * writer for a Spark row.
 *
 * <p>Instants, dates and times are the eight or four bytes that PostgreSQL keeps, as hexadecimal:
 * micros or days since 2000-01-01. Floats are their IEEE bits. A decimal has exactly the digits of
 * its scale. A list is its number of dimensions, its length and its elements.
 */
sealed interface CanonicalForm extends Serializable
    permits ScalarForm, CanonicalForm.DecimalForm, CanonicalForm.ListForm {
  /** Stands for null; no form begins with it but {@link ScalarForm#TEXT}, which has a length. */
  String NULL = "~";

  /** Begins the text of a value that the lake's type cannot hold. */
  char UNFIT = '!';

  /** Ends a value. */
  char END = ';';

  /**
   * An SQL expression of type {@code text} for the value of a column, null for null.
   *
   * @param column an SQL expression
   */
  String postgres(String column);

  /** As {@link #postgres}, but never null, and with its end marked beyond doubt. */
  default String postgresDelimited(String column) {
    return "coalesce(%s, '%s') || '%s'".formatted(postgres(column), NULL, END);
  }

  /**
   * An SQL condition for the values that the lake's type cannot hold, of which it keeps the text
   * instead; empty if it can hold them all.
   *
   * @param column an SQL expression
   */
  default Optional<String> unfit(String column) {
    return Optional.empty();
  }

  /** Writes a value that is not null, without {@link #END}, as it stands in a row's digest. */
  void write(SpecializedGetters row, int ordinal, CanonicalBytes out);

  /** Writes a value as it stands in a row's digest. */
  default void writeDelimited(SpecializedGetters row, int ordinal, CanonicalBytes out) {
    if (row.isNullAt(ordinal)) {
      out.ascii(NULL);
    } else {
      write(row, ordinal, out);
    }
    out.ascii(END);
  }

  /** What {@link #postgres} yields, from Spark; not for null. */
  default String text(SpecializedGetters row, int ordinal) {
    CanonicalBytes out = new CanonicalBytes();
    write(row, ordinal, out);
    return out.toString();
  }

  /** The text as a person would read it. */
  default String readable(String canonical) {
    return canonical;
  }

  /** Writes a text after its length, since it may hold anything. */
  static void writeText(UTF8String text, CanonicalBytes out) {
    out.ascii(Integer.toString(text.numChars()));
    out.ascii(':');
    out.bytes(text.getBytes());
  }

  /** The form in which a column's value can be compared, or empty if there is none. */
  static Optional<CanonicalForm> of(PostgresType source, DataType lake) {
    if (lake instanceof StringType) {
      return Optional.of(
          ScalarForm.CAST_AS_PRINTED.contains(source.name())
              ? ScalarForm.TEXT
              : ScalarForm.PRINTED);
    }
    if (lake instanceof ArrayType list) {
      return source
          .element()
          .flatMap(element -> of(element, list.elementType()))
          .map(ListForm::new);
    }
    if (lake instanceof DecimalType decimal) {
      return Set.of("numeric", "money").contains(source.name())
          ? Optional.of(
              new DecimalForm(
                  decimal.precision(),
                  decimal.scale(),
                  source.scale().map(scale -> scale == decimal.scale()).orElse(false)))
          : Optional.empty();
    }
    return ScalarForm.PAIRS.stream()
        .filter(pair -> pair.sources().contains(source.name()) && pair.lake().equals(lake))
        .map(Pair::form)
        .findFirst();
  }

  /** Types of the source that can be compared with a type of the lake. */
  record Pair(Set<String> sources, DataType lake, CanonicalForm form) {}

  /**
   * A decimal in full, with exactly the digits of its scale.
   *
   * @param precision the lake's
   * @param scale the lake's
   * @param sameScale whether the source has the same
   */
  record DecimalForm(int precision, int scale, boolean sameScale) implements CanonicalForm {
    @Override
    public Optional<String> unfit(String column) {
      return Optional.of("%s::numeric IN ('NaN', 'Infinity', '-Infinity')".formatted(column));
    }

    @Override
    public String postgres(String column) {
      if (sameScale) {
        return column + "::text";
      }
      // a value with more digits than the lake has must not pass for its rounded self
      return """
          CASE WHEN %1$s::numeric = round(%1$s::numeric, %2$d) \
          THEN round(%1$s::numeric, %2$d)::text ELSE %1$s::numeric::text END"""
          .formatted(column, scale);
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      BigDecimal value = row.getDecimal(ordinal, precision, scale).toJavaBigDecimal();
      out.ascii(value.setScale(scale).toPlainString());
    }
  }

  /** A list of values, each of which may be null. */
  record ListForm(CanonicalForm element) implements CanonicalForm {
    // the lake has lists of one dimension that begin at 1
    @Override
    public Optional<String> unfit(String column) {
      String elements =
          element
              .unfit("e.v")
              .map(
                  unfit ->
                      " OR EXISTS (SELECT FROM (SELECT unnest(%s) AS v) e WHERE %s)"
                          .formatted(column, unfit))
              .orElse("");
      return Optional.of(
          "(array_ndims(%1$s) > 1 OR array_lower(%1$s, 1) <> 1%2$s)".formatted(column, elements));
    }

    @Override
    public String postgres(String column) {
      // called behind FROM, unnest would take composites apart
      return """
          CASE WHEN %1$s IS NOT NULL THEN coalesce(array_ndims(%1$s), 0) || '{' || cardinality(%1$s) \
          || ':' || coalesce((SELECT string_agg(%2$s, '' ORDER BY e.n) \
          FROM (SELECT unnest(%1$s) AS v, generate_subscripts(%1$s, 1) AS n) e), '') || '}' END"""
          .formatted(column, element.postgresDelimited("e.v"));
    }

    @Override
    public void write(SpecializedGetters row, int ordinal, CanonicalBytes out) {
      var list = row.getArray(ordinal);
      int length = list.numElements();
      out.ascii(length == 0 ? "0{" : "1{");
      out.ascii(Integer.toString(length));
      out.ascii(':');
      for (int i = 0; i < length; i++) {
        element.writeDelimited(list, i, out);
      }
      out.ascii('}');
    }
  }
}
