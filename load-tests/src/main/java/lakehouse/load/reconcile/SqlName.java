package lakehouse.load.reconcile;

/** Quotes names; no other file does. */
final class SqlName {
  private SqlName() {}

  /** As PostgreSQL quotes an identifier. */
  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** As Spark quotes an identifier. */
  static String ticked(String name) {
    return '`' + name.replace("`", "``") + '`';
  }

  /** As PostgreSQL quotes a string. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
