package lakehouse.catalog.config;

import java.io.Serializable;

/**
 * A column of a table whose source does not tell its types, and the rules that its values keep.
 *
 * @param name the column's name in the source and in bronze
 * @param type the type of its values, as {@link #TYPE} has them
 * @param required whether a row without a value is rejected
 * @param min the least value that is not rejected; empty for none
 * @param max the greatest value that is not rejected; empty for none
 * @param pattern a regular expression that the whole text of a value matches; empty for none
 */
public record ColumnConfig(
    @Key(
            value = "The column's name, in the source and in bronze.",
            pattern = "[A-Za-z][A-Za-z0-9_]{0,62}",
            expected = "a letter, then letters, digits and _, 63 at most")
        String name,
    @Key(
            value =
                "The type of its values: string, boolean, int, long, float, double, date, timestamp,"
                    + " timestamptz or decimal(precision,scale).",
            defaultValue = "string",
            pattern = ColumnConfig.TYPE,
            expected =
                "one of string, boolean, int, long, float, double, date, timestamp, timestamptz,"
                    + " decimal(precision,scale) with a precision of 38 at most")
        String type,
    @Key(value = "Whether a row without a value is rejected.", defaultValue = "false")
        boolean required,
    @Key(
            value = "The least value allowed: a number, date or timestamp; empty for none.",
            defaultValue = "''")
        String min,
    @Key(
            value = "The greatest value allowed: a number, date or timestamp; empty for none.",
            defaultValue = "''")
        String max,
    @Key(
            value =
                "A regular expression that the whole text of a value must match; empty for none.",
            defaultValue = "''")
        String pattern)
    implements Serializable {
  /** The types that a column can have. */
  static final String TYPE =
      "string|boolean|int|long|float|double|date|timestamp|timestamptz"
          + "|decimal\\(([1-9]|[12][0-9]|3[0-8]),([0-9]|[12][0-9]|3[0-8])\\)";
}
