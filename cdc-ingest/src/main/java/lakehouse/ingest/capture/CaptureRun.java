package lakehouse.ingest.capture;

import java.io.Serializable;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What an engine needs to know of one source and one run of its capture. A run begins with a load
 * of every table and lasts, over any number of restarts, until the next load.
 *
 * @param source the source as configured
 * @param maskKey the key of tokens, or null if no column is masked by token
 * @param tables the tables to capture, in their order
 * @param domains the database's domains: name to what it stands on
 * @param epoch the epoch of every change of the run; a restored run keeps the one in its state
 * @param newTables finds what is to be captured later on
 */
public record CaptureRun(
    PostgresConfig source,
    @Nullable Secret maskKey,
    List<CapturedTable> tables,
    Map<String, BaseType> domains,
    int epoch,
    NewTables newTables)
    implements Serializable {
  public CaptureRun {
    tables = List.copyOf(tables);
    domains = Map.copyOf(domains);
  }

  /** Tells which tables are to be captured now. */
  @FunctionalInterface
  public interface NewTables extends Serializable {
    /** Those that can be captured and are asked for, the ones captured already among them. */
    List<CapturedTable> find() throws SQLException;
  }

  /**
   * A table to capture.
   *
   * @param schema the source's schema
   * @param table the table's name
   * @param rowBytes mean width of a row as PostgreSQL estimates it; 0 if it does not know
   */
  public record CapturedTable(String schema, String table, long rowBytes) implements Serializable {
    /** {@code schema.table}. */
    public String qualifiedName() {
      return schema + "." + table;
    }
  }

  /**
   * What a domain stands on.
   *
   * @param name PostgreSQL's internal name of the base type
   * @param length length or precision; -1 for none
   * @param scale scale of a numeric
   */
  public record BaseType(String name, int length, int scale) implements Serializable {}
}
