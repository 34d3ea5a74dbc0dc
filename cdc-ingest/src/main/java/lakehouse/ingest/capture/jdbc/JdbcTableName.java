package lakehouse.ingest.capture.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A table's name as the configuration has it: {@code table}, or {@code schema.table} where the
 * schema is what the database has above its tables; some call that a catalog.
 *
 * @param schema what stands in front of the dot; null for the session's own
 * @param table the table's name
 */
public record JdbcTableName(@Nullable String schema, String table) {
  /** Reads a name. */
  public static JdbcTableName of(String text) {
    int dot = text.indexOf('.');
    return dot < 0
        ? new JdbcTableName(null, text)
        : new JdbcTableName(text.substring(0, dot), text.substring(dot + 1));
  }

  /** What the bronze table's name begins with; {@code public} where it does not. */
  String bronzeSchema() {
    return schema == null ? "public" : schema;
  }

  /** As statements have it. */
  public String quoted(String quote) {
    return schema == null
        ? quoted(table, quote)
        : quoted(schema, quote) + "." + quoted(table, quote);
  }

  /** A name as statements have it. */
  public static String quoted(String name, String quote) {
    return quote + name.replace(quote, quote + quote) + quote;
  }

  /** A question that a database's metadata answers for catalog, schema and table. */
  @FunctionalInterface
  public interface Question {
    ResultSet of(@Nullable String catalog, @Nullable String schema, String table)
        throws SQLException;
  }

  /** Asks, with the name in the place where the database keeps it. */
  public ResultSet ask(DatabaseMetaData metadata, Question question) throws SQLException {
    String current = metadata.getConnection().getCatalog();
    if (metadata.supportsSchemasInTableDefinitions()) {
      String own = metadata.getConnection().getSchema();
      return question.of(current, schema == null ? own : schema, table);
    }
    return question.of(schema == null ? current : schema, null, table);
  }
}
