package lakehouse.load.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A table of a source, as its publication sends it.
 *
 * @param partitioned whether its rows are in its partitions
 * @param columns the columns that are sent, in their order
 * @param rowFilter the publication's condition on the rows that are sent, as SQL
 */
record SourceTable(
    String schema,
    String name,
    boolean partitioned,
    List<SourceColumn> columns,
    Optional<String> rowFilter) {
  SourceTable {
    columns = List.copyOf(columns);
  }

  /** A column of a source's table. */
  record SourceColumn(String name, PostgresType type) {}

  /** This table with the columns of the other behind its own. */
  SourceTable withColumnsOf(SourceTable other) {
    List<SourceColumn> all = new ArrayList<>(columns);
    all.addAll(other.columns);
    return new SourceTable(schema, name, partitioned, all, rowFilter);
  }

  /** {@code schema.table}, or the bare name in schema {@code public}. */
  String shortName() {
    return shortName(schema, name);
  }

  static String shortName(String schema, String name) {
    return schema.equals("public") ? name : schema + "." + name;
  }

  /** The rows to compare, as what follows {@code FROM}. */
  String from() {
    // children of plain inheritance are tables of their own, also for the publication
    return (partitioned ? "" : "ONLY ")
        + SqlName.quoted(schema)
        + "."
        + SqlName.quoted(name)
        + rowFilter.map(condition -> " WHERE (" + condition + ")").orElse("");
  }
}
