package lakehouse.models.model;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.TableIdentifier;

/** A rule that a model's table must keep, told by the query that finds the rows that break it. */
public sealed interface Audit {
  /** Its name, unique within the model. */
  String name();

  /** What a failure means. */
  Severity severity();

  /**
   * The query that finds the rows that break the rule.
   *
   * @param table the audited table, as SQL names it
   * @param published the same table as it is published, as SQL names it
   */
  String badRows(String table, String published);

  /** Whether the rule compares with what is published; without that, it is kept. */
  default boolean comparesWithPublished() {
    return false;
  }

  /** Whether a table can come to break the rule without any change. */
  default boolean isBrokenByTime() {
    return false;
  }

  /**
   * The condition that a breaking row fulfils by itself, where the rule is one about single rows.
   */
  default Optional<String> badRow() {
    return Optional.empty();
  }

  /**
   * Whether a row that breaks the rule does so by itself, or with others of its partition, whatever
   * else there is: where the table kept the rule before, only partitions that were written since
   * need to be looked at.
   *
   * @param partition the column by which the table is partitioned
   */
  default boolean staysWithin(String partition) {
    return badRow().isPresent();
  }

  /** None of the columns is null. */
  record NotNull(List<String> columns, Severity severity) implements Audit {
    public NotNull {
      columns = List.copyOf(columns);
    }

    @Override
    public String name() {
      return "not_null(" + String.join(", ", columns) + ")";
    }

    @Override
    public Optional<String> badRow() {
      return Optional.of(
          columns.stream()
              .map(column -> Names.column(column) + " IS NULL")
              .collect(Collectors.joining(" OR ")));
    }

    @Override
    public String badRows(String table, String published) {
      return "SELECT * FROM " + table + " WHERE " + badRow().orElseThrow();
    }
  }

  /** No two rows share the columns' values. */
  record Unique(List<String> columns, Severity severity) implements Audit {
    public Unique {
      columns = List.copyOf(columns);
    }

    @Override
    public String name() {
      return "unique(" + String.join(", ", columns) + ")";
    }

    @Override
    public boolean staysWithin(String partition) {
      return columns.contains(partition);
    }

    @Override
    public String badRows(String table, String published) {
      String names = Names.columns("", columns);
      return "SELECT %s, count(*) AS copies FROM %s GROUP BY %s HAVING count(*) > 1"
          .formatted(names, table, names);
    }
  }

  /** The column holds one of the values, or null. */
  record AcceptedValues(String column, List<String> values, Severity severity) implements Audit {
    public AcceptedValues {
      values = List.copyOf(values);
    }

    @Override
    public String name() {
      return "accepted_values(" + column + ")";
    }

    @Override
    public Optional<String> badRow() {
      return Optional.of(
          "CAST(%s AS STRING) NOT IN (%s)"
              .formatted(
                  Names.column(column),
                  values.stream().map(Names::literal).collect(Collectors.joining(", "))));
    }

    @Override
    public String badRows(String table, String published) {
      return "SELECT * FROM " + table + " WHERE " + badRow().orElseThrow();
    }
  }

  /** Each value of the column, but null, is one of the other table's field. */
  record Relationship(String column, TableIdentifier to, String field, Severity severity)
      implements Audit {
    @Override
    public String name() {
      return "relationship(" + column + " -> " + to + "." + field + ")";
    }

    @Override
    public String badRows(String table, String published) {
      return "SELECT a.* FROM %s a LEFT ANTI JOIN %s b ON a.%s = b.%s WHERE a.%s IS NOT NULL"
          .formatted(
              table,
              Names.table(to),
              Names.column(column),
              Names.column(field),
              Names.column(column));
    }
  }

  /**
   * The greatest value of the column, a date or time, is not older than some hours.
   *
   * @param withinHours how many
   */
  record Freshness(String column, int withinHours, Severity severity) implements Audit {
    @Override
    public String name() {
      return "freshness(" + column + ")";
    }

    @Override
    public boolean isBrokenByTime() {
      return true;
    }

    @Override
    public String badRows(String table, String published) {
      return """
          SELECT latest FROM (SELECT CAST(max(%s) AS TIMESTAMP) AS latest FROM %s)
          WHERE latest IS NULL OR unix_seconds(latest) < unix_seconds(current_timestamp()) - %dL
          """
          .formatted(Names.column(column), table, withinHours * 3_600L);
    }
  }

  /**
   * The number of rows differs from that of the published table by no more than some percent.
   *
   * @param minPercent by how much it may shrink, as a negative number
   * @param maxPercent by how much it may grow
   */
  record RowDelta(Optional<Integer> minPercent, Optional<Integer> maxPercent, Severity severity)
      implements Audit {
    @Override
    public String name() {
      return "row_delta(%s..%s)"
          .formatted(
              minPercent.map(Object::toString).orElse(""),
              maxPercent.map(Object::toString).orElse(""));
    }

    @Override
    public boolean comparesWithPublished() {
      return true;
    }

    @Override
    public String badRows(String table, String published) {
      String broken =
          Stream.of(
                  minPercent.map(min -> "(rows_now - rows_before) * 100 < rows_before * " + min),
                  maxPercent.map(max -> "(rows_now - rows_before) * 100 > rows_before * " + max))
              .flatMap(Optional::stream)
              .collect(Collectors.joining(" OR "));
      return """
          SELECT rows_before, rows_now
          FROM (SELECT count(*) AS rows_now FROM %s)
          CROSS JOIN (SELECT count(*) AS rows_before FROM %s)
          WHERE rows_before > 0 AND (%s)
          """
          .formatted(table, published, broken);
    }
  }

  /**
   * A query of its own finds no row.
   *
   * @param sql the query; <code>${this}</code> stands for the audited table
   */
  record BadRows(String name, String sql, Severity severity) implements Audit {
    private static final Pattern OF_SINGLE_ROWS =
        Pattern.compile("\\s*SELECT \\* FROM \\$\\{this}\\s+WHERE\\s(.*)", Pattern.DOTALL);

    /** What makes a condition one of several rows, of other tables, or of the time of the query. */
    private static final Pattern OF_MORE =
        Pattern.compile(
            "\\b(SELECT|TABLE|GROUP|HAVING|ORDER|SORT|CLUSTER|DISTRIBUTE|LIMIT|OFFSET|UNION|EXCEPT|MINUS"
                + "|INTERSECT|WINDOW|CURRENT_\\w+|CURDATE|NOW|LOCALTIMESTAMP|UNIX_TIMESTAMP|TODAY|YESTERDAY"
                + "|TOMORROW|RAND\\w*|UUID)\\b|--|/\\*|;|\\$\\{",
            Pattern.CASE_INSENSITIVE);

    @Override
    public Optional<String> badRow() {
      Matcher single = OF_SINGLE_ROWS.matcher(sql);
      return single.matches() && !OF_MORE.matcher(single.group(1)).find()
          ? Optional.of(single.group(1).strip())
          : Optional.empty();
    }

    @Override
    public String badRows(String table, String published) {
      return ModelSql.replaceRefs(sql.replace("${this}", table), Names::table);
    }
  }
}
