package lakehouse.models.run;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Names;

/**
 * The queries that turn a change log into every state that each of its keys was in. The order of
 * changes is (epoch, commit position, ordinal); a state is valid from the commit of the change that
 * made it, and time never runs backwards within a key. So states neither overlap nor leave a gap
 * but where the row was deleted, and of the changes of one commit only the last is seen.
 *
 * @param columns the source's columns
 * @param key those of them that tell rows apart
 * @param carried those of them whose value the log left out somewhere
 */
record HistorySql(List<String> columns, List<String> key, List<String> carried) {
  static final String VALID_FROM = "valid_from";
  static final String VALID_TO = "valid_to";
  static final String IS_CURRENT = "is_current";
  static final List<String> VALIDITY = List.of(VALID_FROM, VALID_TO, IS_CURRENT);

  private static final String AT = "coalesce(_committed_at, _captured_at)";
  private static final String BEFORE_ALL =
      "named_struct('_epoch', -1, '_commit_lsn', -1L, '_seq', -1L)";

  HistorySql {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    carried = List.copyOf(carried);
  }

  /**
   * The lives of each key: each from one insert to the next, by the position of the insert, with
   * {@code _link}, the former key where the life began as a change of key that left out values.
   */
  String lives(String log) {
    return """
        SELECT %1$s AS _life, max(CASE WHEN _op = 'c' AND size(_unchanged) > 0 THEN _old_key END) AS _link
        FROM (%2$s)
        GROUP BY 1
        """
        .formatted(life(), withLife(log));
  }

  /**
   * For each life that goes on from that of a former key, that one: {@code _life}, {@code _from}.
   */
  static String links(String lives, List<String> key) {
    String linked =
        key.stream()
            .map(Names::column)
            .map(k -> "former._life.%s = l._link.%s".formatted(k, k))
            .collect(joining(" AND "));
    return """
        SELECT l._life, max_by(former._life, former._life._at) AS _from
        FROM %1$s l
        JOIN %1$s former
          ON %2$s AND former._life._at < l._life._at
        WHERE l._link IS NOT NULL
        GROUP BY l._life
        """
        .formatted(lives, linked);
  }

  /** One round of following the links to their beginning: each halves the longest chain. */
  static String follow(String links) {
    return """
        SELECT l._life, coalesce(f._from, l._from) AS _from
        FROM %1$s l
        LEFT JOIN %1$s f ON f._life = l._from
        """
        .formatted(links);
  }

  /** The links that have not arrived at a beginning. */
  static String unfinished(String links) {
    return "SELECT 1 FROM %1$s l LEFT SEMI JOIN %1$s f ON f._life = l._from".formatted(links);
  }

  /**
   * The states, each with {@code valid_from}, {@code valid_to} (null: until now) and {@code
   * is_current}.
   *
   * @param log a relation with the changes
   * @param links a relation with the beginnings of lives that go on from a former key; empty if
   *     there are none
   */
  String states(String log, Optional<String> links) {
    return """
        WITH change AS (%1$s),
        told AS (%2$s),
        event AS (
          SELECT %3$s, _op, %4$s AS _position, _at FROM told
          UNION ALL
          SELECT %5$s, 'd', m._position, m._at
          FROM (SELECT DISTINCT %6$s FROM told) k
          CROSS JOIN (SELECT %4$s AS _position, %7$s AS _at FROM %8$s WHERE _op IN ('l', 't')) m
        ),
        timed AS (
          SELECT *, max(_at) OVER (PARTITION BY %6$s ORDER BY _position) AS valid_from
          FROM event
        ),
        settled AS (
          SELECT *, lead(_position) OVER (PARTITION BY %6$s, valid_from ORDER BY _position) IS NULL AS _last
          FROM timed
        ),
        bounded AS (
          SELECT *, lead(valid_from) OVER (PARTITION BY %6$s ORDER BY valid_from) AS valid_to
          FROM settled
          WHERE _last
        )
        SELECT %3$s, valid_from, valid_to, valid_to IS NULL AS is_current
        FROM bounded
        WHERE _op <> 'd'
        """
        .formatted(
            withLife(log),
            told(links),
            stateColumns(),
            CurrentStateSql.POSITION,
            noState("k."),
            Names.columns("", key),
            AT,
            log);
  }

  /**
   * States put together where one follows on another and does not differ.
   *
   * @param states a relation with {@code valid_from} and {@code valid_to}
   * @param key the columns that tell apart what has states
   * @param all all its columns
   */
  static String collapsed(String states, List<String> key, List<String> all) {
    List<String> compared = new ArrayList<>(all);
    compared.removeAll(VALIDITY);
    compared.removeAll(key);
    String order = "PARTITION BY " + Names.columns("", key) + " ORDER BY valid_from";
    String same =
        compared.stream()
            .map(
                c ->
                    c.equals(ChangeColumns.UNREPRESENTABLE)
                        ? "to_json(%1$s) <=> lag(to_json(%1$s)) OVER (%2$s)"
                            .formatted(Names.column(c), order)
                        : "%1$s <=> lag(%1$s) OVER (%2$s)".formatted(Names.column(c), order))
            .map(condition -> " AND " + condition)
            .collect(joining());
    String result =
        all.stream()
            .map(
                c ->
                    switch (c) {
                      case VALID_TO -> "_end AS valid_to";
                      case IS_CURRENT -> "_end IS NULL AS is_current";
                      default -> Names.column(c);
                    })
            .collect(joining(", "));
    return """
        SELECT %1$s
        FROM (
          SELECT *, last(valid_to) OVER (PARTITION BY %2$s, _island ORDER BY valid_from
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS _end
          FROM (
            SELECT *, sum(CASE WHEN _same THEN 0 ELSE 1 END) OVER (%3$s) AS _island
            FROM (SELECT *, coalesce(valid_from = lag(valid_to) OVER (%3$s)%4$s, FALSE) AS _same FROM %5$s)
          )
        )
        WHERE NOT _same
        """
        .formatted(result, Names.columns("", key), order, same, states);
  }

  /** The keys of a piece of log, under their own names. */
  String keys(String log) {
    return "SELECT DISTINCT %s FROM %s WHERE %s"
        .formatted(Names.columns("", key), log, CurrentStateSql.IS_DATA);
  }

  /**
   * Those, and the keys that rows left out values for when they changed from or to one of those.
   */
  String related(String log, String keys) {
    String former =
        key.stream()
            .map(k -> "_old_key.%1$s AS %1$s".formatted(Names.column(k)))
            .collect(joining(", "));
    String same =
        key.stream()
            .map(Names::column)
            .map(k -> "l.%s = k.%s".formatted(k, k))
            .collect(joining(" AND "));
    String formerSame =
        key.stream()
            .map(Names::column)
            .map(k -> "l._old_key.%s = k.%s".formatted(k, k))
            .collect(joining(" AND "));
    String changed = "l._op = 'c' AND l._old_key IS NOT NULL AND size(l._unchanged) > 0";
    return """
        SELECT %1$s FROM %3$s
        UNION
        SELECT %2$s FROM %4$s l LEFT SEMI JOIN %3$s k ON %5$s WHERE %7$s
        UNION
        SELECT %1$s FROM %4$s l LEFT SEMI JOIN %3$s k ON %6$s WHERE %7$s
        """
        .formatted(Names.columns("", key), former, keys, log, same, formerSame, changed);
  }

  private String withLife(String log) {
    return """
        SELECT *, %1$s AS _at, coalesce(max(CASE WHEN _op IN ('c', 'r') THEN %2$s END)
          OVER (PARTITION BY %3$s ORDER BY _epoch, _commit_lsn, _seq), %4$s) AS _life_at
        FROM %5$s
        WHERE %6$s
        """
        .formatted(
            AT,
            CurrentStateSql.POSITION,
            Names.columns("", key),
            BEFORE_ALL,
            log,
            CurrentStateSql.IS_DATA);
  }

  // The changes with the values that the log left out, taken from the change before in the same
  // life, or in that which the life goes on from.
  private String told(Optional<String> links) {
    if (carried.isEmpty()) {
      return "SELECT * FROM change";
    }
    String source =
        links
            .map(
                l ->
                    "(SELECT c.*, coalesce(l._from, %s) AS _of FROM change c LEFT JOIN %s l ON l._life = %s)"
                        .formatted(life(), l, life()))
            .orElseGet(() -> "(SELECT *, %s AS _of FROM change)".formatted(life()));
    List<String> values = new ArrayList<>();
    for (int i = 0; i < carried.size(); i++) {
      String column = carried.get(i);
      values.add(
          """
          last(CASE WHEN _op <> 'd' AND NOT coalesce(array_contains(_unchanged, %1$s), FALSE)
            THEN struct(%2$s AS value, try_element_at(_unrepresentable, %1$s) AS text) END, TRUE)
            OVER (PARTITION BY _of ORDER BY _epoch, _commit_lsn, _seq) AS _carried_%3$d"""
              .formatted(Names.literal(column), Names.column(column), i));
    }
    List<String> result = new ArrayList<>();
    for (String column : columns) {
      int i = carried.indexOf(column);
      result.add(
          i < 0
              ? Names.column(column)
              : "CASE WHEN _op = 'd' THEN NULL WHEN _carried_%1$d IS NOT NULL THEN _carried_%1$d.value ELSE raise_error(%2$s) END AS %3$s"
                  .formatted(
                      i,
                      Names.literal(CurrentStateSql.NO_FORMER_VALUE + column),
                      Names.column(column)));
    }
    result.add(unrepresentable() + " AS " + ChangeColumns.UNREPRESENTABLE);
    return "SELECT %s, _op, _epoch, _commit_lsn, _seq, _at FROM (SELECT *, %s FROM %s)"
        .formatted(String.join(",\n  ", result), String.join(",\n  ", values), source);
  }

  private String unrepresentable() {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < carried.size(); i++) {
      entries.add(
          "struct(%s AS key, _carried_%d.text AS value)"
              .formatted(Names.literal(carried.get(i)), i));
    }
    String others =
        "coalesce(map_filter(_unrepresentable, (k, v) -> k NOT IN (%s)), CAST(map() AS MAP<STRING, STRING>))"
            .formatted(carried.stream().map(Names::literal).collect(joining(", ")));
    String all =
        "map_concat(%s, map_from_entries(filter(array(%s), e -> e.value IS NOT NULL)))"
            .formatted(others, String.join(", ", entries));
    return "CASE WHEN size(%s) > 0 THEN %s END".formatted(all, all);
  }

  private String life() {
    return key.stream()
        .map(k -> "%s, %s, ".formatted(Names.literal(k), Names.column(k)))
        .collect(joining("", "named_struct(", "'_at', _life_at)"));
  }

  private String stateColumns() {
    return Names.columns("", columns) + ", " + ChangeColumns.UNREPRESENTABLE;
  }

  private String noState(String qualifier) {
    return columns.stream()
            .map(c -> key.contains(c) ? qualifier + Names.column(c) : "NULL")
            .collect(joining(", "))
        + ", NULL";
  }
}
