package lakehouse.ingest.preflight;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lakehouse.catalog.config.ColumnRuleConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.JdbcTableConfig;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.TablePattern;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.capture.jdbc.JdbcColumn;
import lakehouse.ingest.capture.jdbc.JdbcSessions;
import lakehouse.ingest.capture.jdbc.JdbcTable;
import lakehouse.ingest.capture.jdbc.JdbcTableName;
import lakehouse.ingest.capture.jdbc.Watermark;
import lakehouse.ingest.preflight.Preflight.Report;

/** Looks at a database that is asked by queries. */
final class JdbcPreflight {
  private final JdbcConfig source;
  private final List<Violation> violations = new ArrayList<>();

  private JdbcPreflight(JdbcConfig source) {
    this.source = source;
  }

  static Report look(JdbcConfig source) {
    JdbcPreflight preflight = new JdbcPreflight(source);
    preflight.look();
    return new Report(
        source,
        preflight.violations.isEmpty() ? Optional.of(new JdbcFindings()) : Optional.empty(),
        source.tables().size(),
        preflight.violations);
  }

  private void look() {
    if (source.tables().isEmpty()) {
      add("No table is to be read.", "tables is empty", "Name the tables under `tables`.");
    }
    try (Connection session = new JdbcSessions(source).open()) {
      Map<String, String> bronze = new HashMap<>();
      for (JdbcTableConfig config : source.tables()) {
        look(session, config, bronze);
      }
    } catch (SQLException e) {
      add(
          "The database cannot be reached.",
          "%s as user %s answers: %s".formatted(address(), source.user(), firstLine(e)),
          "Correct url, user or password of the source, or start the server.");
    }
  }

  /** What stands behind a question mark may be a secret. */
  private String address() {
    return source.url().replaceFirst("[?;].*", "");
  }

  private void look(Connection session, JdbcTableConfig config, Map<String, String> bronze)
      throws SQLException {
    JdbcTable table;
    try {
      // the tokens' key is no matter of the database
      ColumnMasks masks = ColumnMasks.of(source.masks(), new Secret("any"));
      table = JdbcTable.read(session, config, masks);
    } catch (SQLException e) {
      if (!session.isValid(5)) {
        throw e;
      }
      if (!session.getAutoCommit()) {
        session.rollback();
      }
      add(
          "Table %s cannot be read.".formatted(config.table()),
          firstLine(e),
          "Correct the name, or let the user read it: GRANT SELECT ON %s TO %s;"
              .formatted(config.table(), source.user()));
      return;
    }
    String other =
        bronze.putIfAbsent(
            Layer.BRONZE
                .table(source.name(), table.schema().schema(), table.schema().table())
                .toString(),
            config.table());
    if (other != null) {
      add(
          "Two tables have the same table in bronze.",
          "%s and %s".formatted(other, config.table()),
          "Leave one of them out, or read it by a source of its own.");
    }
    columns(table);
    key(session, table);
    watermark(session, table);
    parts(table);
    masks(table);
    for (ColumnRuleConfig rule : table.idleRules()) {
      add(
          "A rule of table %s cannot be held.".formatted(table.name()),
          table
              .column(rule.column())
              .map(
                  column ->
                      column.mask() != null
                          ? "column %s is masked, and has no bounds then".formatted(column.name())
                          : "a bound is no value of column %s, which is of the type %s"
                              .formatted(column.name(), column.type()))
              .orElse("there is no column " + rule.column()),
          "Correct the rule: names count as the database spells them.");
    }
  }

  private void columns(JdbcTable table) {
    Set<String> names = new HashSet<>();
    for (JdbcColumn column : table.columns()) {
      String lower = column.name().toLowerCase(java.util.Locale.ROOT);
      if (ChangeColumns.reserved(column.name())) {
        add(
            "Table %s has a column that bronze needs for itself.".formatted(table.name()),
            "column " + column.name(),
            "Read it by a view that names the column otherwise.");
      }
      if (!names.add(lower)) {
        add(
            "Columns of table %s differ by case only.".formatted(table.name()),
            "column " + column.name(),
            "Read it by a view that names one of them otherwise.");
      }
    }
  }

  private void key(Connection session, JdbcTable table) throws SQLException {
    List<String> key = table.schema().key();
    List<String> missing = key.stream().filter(name -> table.column(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      add(
          "The key of table %s names columns that are not there.".formatted(table.name()),
          String.join(", ", missing),
          "Correct `key` of the table.");
    } else if (key.isEmpty()) {
      if (table.config().watermark().isPresent()
          || table.config().compareKeysInterval().isPresent()) {
        add(
            "Table %s has no key, so a row that is read again cannot be told from a new one."
                .formatted(table.name()),
            "no primary key, and no `key` in the configuration",
            "Name the columns of a unique index under `key`; or leave `watermark` and"
                + " `compare-keys-interval` out, and the table is read whole each time.");
      }
    } else if (!table.config().key().isEmpty() && isTable(session, table)) {
      boolean unique =
          indexes(session, table, true).stream().anyMatch(index -> key.containsAll(index));
      if (!unique) {
        add(
            "Nothing says that the key of table %s is unique.".formatted(table.name()),
            "no unique index on (%s)".formatted(String.join(", ", key)),
            "CREATE UNIQUE INDEX ON %s (%s);"
                .formatted(
                    table.quoted(),
                    key.stream().map(table::quoted).collect(Collectors.joining(", "))));
      }
    }
  }

  private void watermark(Connection session, JdbcTable table) throws SQLException {
    JdbcTableConfig config = table.config();
    if (config.watermark().isEmpty()) {
      if (config.from().isPresent() || config.until().isPresent()) {
        add(
            "Table %s has a range and no watermark that it could be of.".formatted(table.name()),
            "`from` or `until` without `watermark`",
            "Name the column under `watermark`.");
      }
      return;
    }
    String name = config.watermark().get();
    Optional<JdbcColumn> column = table.column(name);
    if (column.isEmpty()) {
      add(
          "The watermark of table %s is not there.".formatted(table.name()),
          "no column %s among %s"
              .formatted(name, table.columns().stream().map(JdbcColumn::name).toList()),
          "Correct `watermark` of the table.");
      return;
    }
    Watermark.Kind kind = table.watermarkKind();
    if (kind == null) {
      add(
          "The watermark of table %s is neither a time nor a number.".formatted(table.name()),
          "column %s is %s%s"
              .formatted(
                  name, column.get().type(), column.get().mask() == null ? "" : ", and is masked"),
          "Name a column that rises with each change, and is not masked.");
      return;
    }
    for (Optional<String> bound : List.of(config.from(), config.until())) {
      bound.ifPresent(text -> bound(table, kind, text));
    }
    boolean indexed =
        indexes(session, table, false).stream().anyMatch(index -> index.get(0).equals(name));
    if (!indexed && !config.allowScan() && isTable(session, table)) {
      add(
          "The watermark of table %s has no index: each reading would scan the table."
              .formatted(table.name()),
          "no index begins with column " + name,
          "CREATE INDEX ON %s (%s); -- or set `allow-scan: true` for a small table"
              .formatted(table.quoted(), table.quoted(name)));
    }
  }

  private void bound(JdbcTable table, Watermark.Kind kind, String text) {
    try {
      Watermark.parse(kind, text);
    } catch (IllegalArgumentException e) {
      add(
          "A bound of the range of table %s is no value of its watermark.".formatted(table.name()),
          "\"%s\", where the column holds %s".formatted(text, kind),
          "Correct `from` or `until`: a number, a date, or a date and time in UTC.");
    }
  }

  private void parts(JdbcTable table) {
    JdbcTableConfig config = table.config();
    if (config.partitions() > 1 && config.partitionBy().isEmpty()) {
      add(
          "Table %s is to be read in parts, and nothing says by which column."
              .formatted(table.name()),
          "`partitions` without `partition-by`",
          "Name a column of numbers under `partition-by`.");
    }
    config
        .partitionBy()
        .ifPresent(
            name -> {
              boolean number =
                  table
                      .column(name)
                      .flatMap(column -> Watermark.Kind.of(column.type()))
                      .filter(Watermark.Kind.NUMBER::equals)
                      .isPresent();
              // the value of another column may change while parts are read, and the row with it
              if (!number || !table.schema().key().contains(name)) {
                add(
                    "Table %s cannot be read in parts by %s.".formatted(table.name(), name),
                    "it is no number, or not of the key %s".formatted(table.schema().key()),
                    "Name a column of the key that holds numbers.");
              }
            });
  }

  private void masks(JdbcTable table) {
    for (MaskConfig mask : source.masks()) {
      boolean ofTable =
          new TablePattern(mask.table()).matches(table.schema().schema(), table.schema().table());
      if (ofTable && table.column(mask.column()).isEmpty()) {
        add(
            "A mask hides nothing.",
            "table %s has no column %s".formatted(table.name(), mask.column()),
            "Correct the mask: names count as the database spells them.");
      }
    }
  }

  private static boolean isTable(Connection session, JdbcTable table) throws SQLException {
    DatabaseMetaData metadata = session.getMetaData();
    JdbcTableName name = JdbcTableName.of(table.config().table());
    try (ResultSet result =
        name.ask(metadata, (catalog, schema, t) -> metadata.getTables(catalog, schema, t, null))) {
      while (result.next()) {
        if (String.valueOf(result.getString("TABLE_TYPE")).contains("VIEW")) {
          return false;
        }
      }
    }
    return true;
  }

  /** The columns of each index, in their order. */
  private static List<List<String>> indexes(Connection session, JdbcTable table, boolean unique)
      throws SQLException {
    DatabaseMetaData metadata = session.getMetaData();
    Map<String, Map<Integer, String>> indexes = new HashMap<>();
    JdbcTableName name = JdbcTableName.of(table.config().table());
    try (ResultSet result =
        name.ask(
            metadata,
            (catalog, schema, t) -> metadata.getIndexInfo(catalog, schema, t, unique, true))) {
      while (result.next()) {
        String index = result.getString("INDEX_NAME");
        String column = result.getString("COLUMN_NAME");
        if (index != null && column != null) {
          indexes
              .computeIfAbsent(index, any -> new TreeMap<>())
              .put((int) result.getShort("ORDINAL_POSITION"), column.replaceAll("^\"|\"$", ""));
        }
      }
    }
    return indexes.values().stream().map(columns -> List.copyOf(columns.values())).toList();
  }

  private void add(String cause, String evidence, String remedy) {
    violations.add(new JdbcViolation(cause, evidence, remedy));
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("nothing");
  }
}
