package lakehouse.ingest.capture;

/** What a row that is not taken breaks. */
public enum RejectionRule {
  /** It is no JSON object, or no CSV line of so many values. */
  SYNTAX,
  /** It is longer than allowed. */
  SIZE,
  /** It is not in the character set. */
  ENCODING,
  /** A value does not fit its column's type. */
  TYPE,
  /** A value that is needed is missing. */
  REQUIRED,
  /** A value is below the least or above the greatest one. */
  RANGE,
  /** A value does not match its pattern. */
  PATTERN,
  /** The file ends within it, or cannot be read on. */
  FILE
}
