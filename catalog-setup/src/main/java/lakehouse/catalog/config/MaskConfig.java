package lakehouse.catalog.config;

import java.io.Serializable;

/**
 * Hides one column before it reaches bronze.
 *
 * @param table {@code schema.table}; {@code public} may be left out
 * @param column the column's name
 * @param method how the value is hidden
 */
public record MaskConfig(
    @Key(
            value = "The table: schema.table; schema public may be left out.",
            pattern = TablePattern.FORM_OF_ONE,
            expected = "schema.table or table, without *, odd names in double quotes")
        String table,
    @Key("The column's name.") String column,
    @Key(
            "token: HMAC-SHA256 under the mask key, so equal values have equal tokens in every table"
                + " and source; redact: always null.")
        Method method)
    implements Serializable {
  /** How a value is hidden. */
  public enum Method {
    /**
     * HMAC-SHA256 of the value's text under the mask key, as lower-case hex: the same value has the
     * same token in every table and source, so tokens join.
     */
    TOKEN,
    /** Always null. */
    REDACT
  }
}
