package lakehouse.ingest.type;

/**
 * What a decoder gives for a value that the column's type cannot hold: NaN in a decimal, an
 * infinite date, an array of two dimensions.
 *
 * @param text the value as the source prints it
 */
public record Unrepresentable(String text) {}
