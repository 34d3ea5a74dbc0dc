package lakehouse.ingest.capture.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import lakehouse.catalog.config.ColumnBound;
import lakehouse.catalog.config.ColumnConfig;
import lakehouse.catalog.config.ColumnRuleConfig;
import lakehouse.catalog.config.JdbcTableConfig;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.ingest.capture.ColumnMasks;
import lakehouse.ingest.event.TableSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A table as the database has it now.
 *
 * @param config as configured
 * @param quote what the database quotes names with
 * @param columns its columns, in their order
 * @param schema how bronze has it
 */
public record JdbcTable(
    JdbcTableConfig config, String quote, List<JdbcColumn> columns, TableSchema schema) {
  public JdbcTable {
    columns = List.copyOf(columns);
  }

  /** Looks at a table. */
  public static JdbcTable read(Connection session, JdbcTableConfig config, ColumnMasks masks)
      throws SQLException {
    String quote = session.getMetaData().getIdentifierQuoteString().strip();
    JdbcTableName name = JdbcTableName.of(config.table());
    List<JdbcColumn> columns = new ArrayList<>();
    try (PreparedStatement statement =
            session.prepareStatement("SELECT * FROM " + name.quoted(quote) + " WHERE 1 = 0");
        ResultSet result = statement.executeQuery()) {
      ResultSetMetaData found = result.getMetaData();
      for (int i = 1; i <= found.getColumnCount(); i++) {
        String column = found.getColumnName(i);
        MaskConfig.Method mask =
            masks.method(name.bronzeSchema(), name.table(), column).orElse(null);
        Type type = mask == null ? JdbcColumn.type(found, i) : Types.StringType.get();
        boolean nullable = found.isNullable(i) != ResultSetMetaData.columnNoNulls;
        columns.add(
            new JdbcColumn(column, type, nullable, mask, contract(config, column, type, mask)));
      }
    }
    List<String> key =
        config.key().isEmpty() ? primaryKey(session.getMetaData(), name) : config.key();
    return new JdbcTable(config, quote, columns, schema(name, columns, key));
  }

  private static @Nullable ColumnConfig contract(
      JdbcTableConfig config, String column, Type type, MaskConfig.@Nullable Method mask) {
    return config.rules().stream()
        .filter(rule -> rule.column().equals(column) && boundsFit(rule, type, mask))
        .findFirst()
        .map(
            rule ->
                new ColumnConfig(
                    column,
                    JdbcColumn.contractType(type),
                    rule.required(),
                    rule.min(),
                    rule.max(),
                    rule.pattern()))
        .orElse(null);
  }

  private static boolean boundsFit(
      ColumnRuleConfig rule, Type type, MaskConfig.@Nullable Method mask) {
    return Stream.of(rule.min(), rule.max())
        .filter(bound -> !bound.isEmpty())
        .allMatch(bound -> mask == null && ColumnBound.fits(JdbcColumn.contractType(type), bound));
  }

  /** Rules that nothing can be held against: the column is not there, or not of their type. */
  public List<ColumnRuleConfig> idleRules() {
    return config.rules().stream()
        .filter(
            rule ->
                column(rule.column())
                    .filter(column -> boundsFit(rule, column.type(), column.mask()))
                    .isEmpty())
        .toList();
  }

  private static TableSchema schema(
      JdbcTableName name, List<JdbcColumn> columns, List<String> key) {
    return new TableSchema(
        name.bronzeSchema(),
        name.table(),
        columns.stream().map(c -> new TableSchema.Column(c.name(), c.type(), c.mask())).toList(),
        key);
  }

  private static List<String> primaryKey(DatabaseMetaData metadata, JdbcTableName name)
      throws SQLException {
    Map<Integer, String> columns = new TreeMap<>();
    try (ResultSet result = name.ask(metadata, metadata::getPrimaryKeys)) {
      while (result.next()) {
        columns.put(result.getInt("KEY_SEQ"), result.getString("COLUMN_NAME"));
      }
    }
    return List.copyOf(columns.values());
  }

  /** {@code schema.table}, under which its position is kept. */
  public String name() {
    return schema.qualifiedName();
  }

  /** A column by its name. */
  public Optional<JdbcColumn> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** What its watermark column holds; null for a table that is always read whole. */
  public Watermark.@Nullable Kind watermarkKind() {
    return config
        .watermark()
        .flatMap(this::column)
        .flatMap(column -> Watermark.Kind.of(column.type()))
        .orElse(null);
  }

  /** A name as the database's statements have it. */
  public String quoted(String column) {
    return JdbcTableName.quoted(column, quote);
  }

  /** The table's name as the database's statements have it. */
  public String quoted() {
    return JdbcTableName.of(config.table()).quoted(quote);
  }
}
