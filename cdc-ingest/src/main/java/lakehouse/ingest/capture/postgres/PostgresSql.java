package lakehouse.ingest.capture.postgres;

/** Quotes names and values for PostgreSQL; the only place that does. */
final class PostgresSql {
  private PostgresSql() {}

  /** A name as an identifier. */
  static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A table's name with its schema. */
  static String table(String schema, String table) {
    return identifier(schema) + "." + identifier(table);
  }

  /** A text as a literal; {@code standard_conforming_strings} is on. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** A log position as PostgreSQL writes it. */
  static String lsn(long lsn) {
    return "%X/%X".formatted(lsn >>> 32, lsn & 0xffffffffL);
  }

  /** The number of a log position as PostgreSQL writes it. */
  static long lsn(String text) {
    int slash = text.indexOf('/');
    return Long.parseLong(text, 0, slash, 16) << 32
        | Long.parseLong(text, slash + 1, text.length(), 16);
  }
}
