package lakehouse.catalog.config;

/**
 * Hides one column before it reaches bronze.
 *
 * @param table {@code schema.table}; {@code public} may be left out
 * @param column the column's name
 * @param method how the value is hidden
 */
public record MaskConfig(String table, String column, Method method) {
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
