package lakehouse.ingest.capture.jdbc;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.connector.jdbc.split.JdbcNumericBetweenParametersProvider;
import org.jspecify.annotations.Nullable;

/** The queries by which one table is read. */
final class JdbcQueries {
  private final JdbcTable table;

  JdbcQueries(JdbcTable table) {
    this.table = table;
  }

  /** A query with its parameters. */
  record Query(String sql, List<Serializable> parameters) {}

  /** A condition with its parameters. */
  private record Condition(String sql, List<Serializable> parameters) {
    static final Condition NONE = new Condition("1 = 1", List.of());
    static final Condition NOTHING = new Condition("1 = 0", List.of());

    Condition and(Condition other) {
      List<Serializable> all = new ArrayList<>(parameters);
      all.addAll(other.parameters);
      if (this == NONE || other == NONE) {
        return this == NONE ? other : this;
      }
      return new Condition("(%s) AND (%s)".formatted(sql, other.sql), all);
    }
  }

  /** The greatest value of the watermark column within the configured range; null if none. */
  @Nullable Watermark greatest(Connection session, Watermark.Kind kind) throws SQLException {
    Condition range = range(kind);
    String sql =
        "SELECT max(%s) FROM %s WHERE %s".formatted(watermark(), table.quoted(), range.sql());
    try (PreparedStatement statement = session.prepareStatement(sql)) {
      bind(statement, range.parameters());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return Watermark.read(kind, result, 1);
      }
    }
  }

  /**
   * The rows between two watermarks, and those without one; none of the latter where a range is
   * configured.
   *
   * @param from inclusive; null for no bound
   * @param to inclusive; null where no row has a watermark
   */
  Query since(Watermark.Kind kind, @Nullable Watermark from, @Nullable Watermark to) {
    if (to == null) {
      return rows(orNull(Condition.NOTHING));
    }
    Condition window = range(kind);
    if (from != null) {
      window = window.and(new Condition(watermark() + " >= ?", List.of(from.parameter())));
    }
    return rows(orNull(window.and(upTo(to))));
  }

  /** All rows up to a watermark, or all there are, in as many queries as are configured. */
  List<Query> whole(Connection session, @Nullable Watermark to) throws SQLException {
    Watermark.Kind kind = table.watermarkKind();
    Condition wanted =
        kind == null
            ? Condition.NONE
            : orNull(to == null ? range(kind) : range(kind).and(upTo(to)));
    List<Query> queries = new ArrayList<>();
    for (Condition part : parts(session)) {
      queries.add(rows(wanted.and(part)));
    }
    return queries;
  }

  private Condition upTo(Watermark to) {
    return new Condition(watermark() + " <= ?", List.of(to.parameter()));
  }

  /** The keys of all rows. */
  Query keys() {
    String columns =
        table.schema().key().stream().map(table::quoted).collect(Collectors.joining(", "));
    return new Query("SELECT %s FROM %s".formatted(columns, table.quoted()), List.of());
  }

  private Query rows(Condition condition) {
    String columns =
        table.columns().stream()
            .map(JdbcColumn::name)
            .map(table::quoted)
            .collect(Collectors.joining(", "));
    return new Query(
        "SELECT %s FROM %s WHERE %s".formatted(columns, table.quoted(), condition.sql()),
        condition.parameters());
  }

  private String watermark() {
    return table.quoted(table.config().watermark().orElseThrow());
  }

  private Condition range(Watermark.Kind kind) {
    Condition range = Condition.NONE;
    if (table.config().from().isPresent()) {
      range =
          range.and(
              new Condition(
                  watermark() + " >= ?",
                  List.of(Watermark.parse(kind, table.config().from().get()).parameter())));
    }
    if (table.config().until().isPresent()) {
      range =
          range.and(
              new Condition(
                  watermark() + " < ?",
                  List.of(Watermark.parse(kind, table.config().until().get()).parameter())));
    }
    return range;
  }

  private Condition orNull(Condition condition) {
    boolean ranged = table.config().from().isPresent() || table.config().until().isPresent();
    boolean nullable =
        table
            .column(table.config().watermark().orElseThrow())
            .map(JdbcColumn::nullable)
            .orElse(true);
    return ranged || !nullable || condition == Condition.NONE
        ? condition
        : new Condition(
            "(%s) OR %s IS NULL".formatted(condition.sql(), watermark()), condition.parameters());
  }

  /** Whether rows without a watermark are read, too. */
  boolean readsWithoutWatermark() {
    return orNull(Condition.NOTHING) != Condition.NOTHING;
  }

  /**
   * Cuts the table by a column of numbers. Only where the parts begin comes from the connector:
   * they are half open, and the outer ones have no bound, so that no row falls between two.
   */
  private List<Condition> parts(Connection session) throws SQLException {
    if (table.config().partitionBy().isEmpty() || table.config().partitions() == 1) {
      return List.of(Condition.NONE);
    }
    String column = table.quoted(table.config().partitionBy().get());
    long[] bounds = bounds(session, column);
    if (bounds.length == 0) {
      return List.of(Condition.NONE);
    }
    Serializable[][] values =
        new JdbcNumericBetweenParametersProvider(bounds[0], bounds[1])
            .ofBatchNum(table.config().partitions())
            .getParameterValues();
    List<Condition> parts = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Condition from = new Condition(column + " >= ?", List.of(values[i][0]));
      Condition below =
          i + 1 == values.length
              ? Condition.NONE
              : new Condition(column + " < ?", List.of(values[i + 1][0]));
      if (i == 0) {
        parts.add(
            below == Condition.NONE
                ? Condition.NONE
                : new Condition(
                    "%s OR %s IS NULL".formatted(below.sql(), column), below.parameters()));
      } else {
        parts.add(below == Condition.NONE ? from : from.and(below));
      }
    }
    return parts;
  }

  /** The least and greatest number, none for an empty table. */
  private long[] bounds(Connection session, String column) throws SQLException {
    String sql = "SELECT min(%1$s), max(%1$s) FROM %2$s".formatted(column, table.quoted());
    try (PreparedStatement statement = session.prepareStatement(sql);
        ResultSet result = statement.executeQuery()) {
      result.next();
      BigDecimal min = result.getBigDecimal(1);
      BigDecimal max = result.getBigDecimal(2);
      if (min == null || max == null) {
        return new long[0];
      }
      return new long[] {
        min.setScale(0, RoundingMode.FLOOR).longValueExact(),
        max.setScale(0, RoundingMode.CEILING).longValueExact()
      };
    }
  }

  private static void bind(PreparedStatement statement, List<Serializable> parameters)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, parameters.get(i));
    }
  }
}
