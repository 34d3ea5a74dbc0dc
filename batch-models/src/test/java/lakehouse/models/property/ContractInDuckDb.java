package lakehouse.models.property;

import static java.util.stream.Collectors.joining;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the tables of a random source's models have to hold, computed by DuckDB from the Parquet
 * files of its change logs. It is written from the contract of bronze and from what the models
 * mean; it shares no word with the engine, goes another way wherever there is one, and cares for
 * nothing but being easily seen to be right.
 */
final class ContractInDuckDb implements AutoCloseable {
  private final Connection connection;

  ContractInDuckDb() {
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:");
      run("SET TimeZone = 'UTC'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The rows that each table has to have, as text and sorted, by the table's name.
   *
   * @param entry the files of the change log of entries
   * @param owner those of owners
   * @param tick those of ticks
   */
  Map<String, List<String>> tables(List<String> entry, List<String> owner, List<String> tick) {
    try {
      log("entry", entry, "grade", "BIGINT", "extra", "BIGINT");
      log("owner", owner);
      log("tick", tick, "extra", "BIGINT");
      known("entry", List.of("place", "day"), List.of("note"));
      known("owner", List.of("owner_id"), List.of("fee", "remark"));
      state("entry", List.of("place", "day"));
      state("owner", List.of("owner_id"));
      history("entry", List.of("place", "day"), ENTRY);
      history("owner", List.of("owner_id"), OWNER);
      Map<String, List<String>> tables = new LinkedHashMap<>();
      tables.put(
          "silver.entry",
          rows("SELECT place, day, amount, level, grade, note, extra, NULL FROM entry_state"));
      tables.put(
          "silver.owner",
          rows(
              """
              SELECT owner_id, place, begins_on, ends_on, name, fee, remark, fee_text
              FROM owner_state
              """));
      tables.put("silver.tick", rows(BAG));
      tables.put(
          "gold.entry_history",
          rows(
              "SELECT place, day, %s, since, until, until IS NULL FROM entry_history"
                  .formatted(ENTRY)));
      tables.put(
          "gold.owner_history",
          rows(
              "SELECT owner_id, %s, since, until, until IS NULL FROM owner_history"
                  .formatted(OWNER)));
      run("CREATE OR REPLACE TABLE owned AS " + OWNED);
      tables.put("gold.owned", rows("SELECT day, name, amount, entries FROM owned"));
      tables.put("gold.three_days", rows(THREE_DAYS));
      return tables;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final String ENTRY = "amount, level, grade, note, extra";
  private static final String OWNER = "name, fee, remark";

  // Equal copies are told by their texts, for which 0 and -0 are two, as they are in the source.
  private static final String BAG =
      """
      SELECT place, any_value(level), label, extra, NULL,
        unnest(range(count(*) FILTER (_op <> 'd') - count(*) FILTER (_op = 'd')))
      FROM tick_log
      WHERE nr > (SELECT max(nr) FROM tick_log WHERE _op IN ('l', 't')) AND _op NOT IN ('l', 't', 'p')
      GROUP BY place, level::VARCHAR, label, extra
      """;

  private static final String OWNED =
      """
      SELECT day, name, sum(amount) AS amount, count(*) AS entries
      FROM (
        SELECT e.day, o.name, e.amount
        FROM entry_state e, owner_state o
        WHERE o.place = e.place AND o.begins_on <= e.day AND e.day < coalesce(o.ends_on, DATE '9999-12-31')
        UNION ALL
        SELECT e.day, 'nobody', e.amount
        FROM entry_state e
        WHERE NOT EXISTS (
          SELECT 1 FROM owner_state o
          WHERE o.place = e.place AND o.begins_on <= e.day AND e.day < coalesce(o.ends_on, DATE '9999-12-31'))
      )
      GROUP BY ALL
      """;

  private static final String THREE_DAYS =
      """
      SELECT a.day, a.name, sum(b.amount)
      FROM owned a JOIN owned b ON b.name = a.name AND b.day BETWEEN a.day - 2 AND a.day
      GROUP BY a.day, a.name
      """;

  // The changes in their order, numbered from 1; columns that came later are null before.
  private void log(String table, List<String> files, String... later) throws SQLException {
    StringBuilder added = new StringBuilder();
    for (int i = 0; i < later.length; i += 2) {
      added.append(
          " UNION ALL BY NAME SELECT NULL::%s AS %s WHERE FALSE".formatted(later[i + 1], later[i]));
    }
    run(
        """
        CREATE OR REPLACE TABLE %s_log AS
        SELECT *, row_number() OVER (ORDER BY _epoch, _commit_lsn, _seq) AS nr
        FROM (SELECT * FROM read_parquet([%s], union_by_name = TRUE)%s)
        """
            .formatted(
                table, files.stream().map(f -> "'" + f + "'").collect(joining(", ")), added));
  }

  /**
   * The states that changes made, each with all its values: one that the log left out is that of
   * the state before, which is the latest of the same key, or of the key that the row had.
   */
  private void known(String table, List<String> key, List<String> large) throws SQLException {
    String same =
        key.stream()
            .map(k -> "b.%1$s = coalesce(a._old_key.%1$s, a.%1$s)".formatted(k))
            .collect(joining(" AND "));
    run(
        """
        CREATE OR REPLACE TABLE %1$s_known AS
        SELECT a.*, (
          SELECT max(b.nr) FROM %1$s_log b
          WHERE b.nr < a.nr AND b._op IN ('r', 'c', 'u') AND %2$s) AS before
        FROM %1$s_log a
        WHERE a._op IN ('r', 'c', 'u')
        """
            .formatted(table, same));
    for (String column : large) {
      run(
          """
          CREATE OR REPLACE TABLE %1$s_known AS
          WITH RECURSIVE told AS (
            SELECT nr, %2$s AS value, _unrepresentable['%2$s'] AS text
            FROM %1$s_known WHERE NOT coalesce(list_contains(_unchanged, '%2$s'), FALSE)
            UNION ALL
            SELECT k.nr, t.value, t.text
            FROM %1$s_known k JOIN told t ON t.nr = k.before
            WHERE list_contains(k._unchanged, '%2$s')
          )
          SELECT k.* REPLACE (t.value AS %2$s), t.text AS %2$s_text
          FROM %1$s_known k LEFT JOIN told t USING (nr)
          """
              .formatted(table, column));
    }
  }

  /** The rows whose key's last change after the last marker left them there. */
  private void state(String table, List<String> key) throws SQLException {
    String same = key.stream().map(k -> "l.%1$s = k.%1$s".formatted(k)).collect(joining(" AND "));
    run(
        """
        CREATE OR REPLACE TABLE %1$s_state AS
        SELECT * FROM %1$s_known k
        WHERE nr > (SELECT max(nr) FROM %1$s_log WHERE _op IN ('l', 't'))
          AND NOT EXISTS (SELECT 1 FROM %1$s_log l WHERE %2$s AND l.nr > k.nr)
        """
            .formatted(table, same));
  }

  /**
   * What was, and when. A key is looked at whenever a change of it, or a marker, was committed; a
   * clock that is set back stands still. What it is then holds until it is looked at again, and
   * moments at which it is the same are one.
   */
  private void history(String table, List<String> key, String columns) throws SQLException {
    String names = String.join(", ", key);
    String same = key.stream().map(k -> "a.%1$s = b.%1$s".formatted(k)).collect(joining(" AND "));
    // as text 0 and -0 are two states
    String equal =
        List.of(columns.split(", ", -1)).stream()
            .map(c -> "a.%1$s::VARCHAR IS NOT DISTINCT FROM b.%1$s::VARCHAR".formatted(c))
            .collect(joining(" AND "));
    run(
        """
        CREATE OR REPLACE TABLE %1$s_look AS
        WITH key AS (SELECT DISTINCT %2$s FROM %1$s_log WHERE _op NOT IN ('l', 't', 'p')),
        event AS (
          SELECT %2$s, nr, _committed_at AS at FROM %1$s_log WHERE _op NOT IN ('l', 't', 'p')
          UNION ALL
          SELECT key.*, nr, _committed_at FROM key, %1$s_log WHERE _op IN ('l', 't')
        )
        SELECT %2$s, since, max(nr) AS nr
        FROM (
          SELECT %3$s, a.nr, max(b.at) AS since
          FROM event a JOIN event b ON %4$s AND b.nr <= a.nr
          GROUP BY ALL
        )
        GROUP BY ALL
        """
            .formatted(table, names, key.stream().map(k -> "a." + k).collect(joining(", ")), same));
    run(
        """
        CREATE OR REPLACE TABLE %1$s_look AS
        SELECT a.*, (SELECT min(b.since) FROM %1$s_look b WHERE %2$s AND b.since > a.since) AS until
        FROM %1$s_look a
        """
            .formatted(table, same));
    run(
        """
        CREATE OR REPLACE TABLE %1$s_moment AS
        SELECT %2$s, %3$s, look.since, look.until
        FROM %1$s_look look JOIN %1$s_known known USING (nr)
        """
            .formatted(table, key.stream().map(k -> "known." + k).collect(joining(", ")), columns));
    run(
        """
        CREATE OR REPLACE TABLE %1$s_history AS
        WITH RECURSIVE run AS (
          SELECT * FROM %1$s_moment a
          WHERE NOT EXISTS (SELECT 1 FROM %1$s_moment b WHERE %2$s AND %3$s AND b.until = a.since)
          UNION ALL
          SELECT b.* REPLACE (b.since AS since, a.until AS until)
          FROM run b JOIN %1$s_moment a ON %2$s AND %3$s AND b.until = a.since
        )
        SELECT %4$s, %5$s, since,
          CASE WHEN count(*) FILTER (until IS NULL) > 0 THEN NULL ELSE max(until) END AS until
        FROM run
        GROUP BY %4$s, %6$s, since
        """
            .formatted(
                table,
                same,
                equal,
                names,
                List.of(columns.split(", ", -1)).stream()
                    .map(c -> "any_value(%1$s) AS %1$s".formatted(c))
                    .collect(joining(", ")),
                List.of(columns.split(", ", -1)).stream()
                    .map(c -> c + "::VARCHAR")
                    .collect(joining(", "))));
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> rows(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      // the number of a bag's copy is no column of it
      int columns = rows.getMetaData().getColumnCount() - (sql.equals(BAG) ? 1 : 0);
      List<String> all = new ArrayList<>();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(text(rows.getObject(i)));
        }
        all.add(row.toString());
      }
      Collections.sort(all);
      return all;
    }
  }

  /** A value as text, the same for all who tell it. */
  static String text(@Nullable Object value) {
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    if (value instanceof OffsetDateTime time) {
      return time.toInstant().toString();
    }
    return String.valueOf(value);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
