package lakehouse.ingest.preflight;

/** Quotes what is put into SQL. */
final class Sql {
  private Sql() {}

  /** An identifier; quoted only where it must be. */
  static String identifier(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A string literal. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
