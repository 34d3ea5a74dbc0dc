package lakehouse.catalog.config;

import java.io.Serializable;

/**
 * What the values of a column keep to whose type the source tells; a row that breaks it is
 * rejected.
 *
 * @param column the column's name in the source
 * @param required whether a row without a value is rejected
 * @param min the least value that is not rejected; empty for none
 * @param max the greatest value that is not rejected; empty for none
 * @param pattern a regular expression that the whole text of a value matches; empty for none
 */
public record ColumnRuleConfig(
    @Key("The column's name, as the database spells it.") String column,
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
    implements Serializable {}
