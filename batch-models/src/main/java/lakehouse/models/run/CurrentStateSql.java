package lakehouse.models.run;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Names;
import org.jspecify.annotations.Nullable;

/**
 * The queries that turn a piece of a change log into the latest row of each key. The order of all
 * changes is (epoch, commit position, ordinal), whatever the order in which they arrived.
 *
 * @param columns the source's columns
 * @param key those of them that tell rows apart
 * @param carried those of them whose value the log left out somewhere
 */
record CurrentStateSql(List<String> columns, List<String> key, List<String> carried) {
  /** Begins the message of the error for a left-out value that is nowhere to be found. */
  static final String NO_FORMER_VALUE = "no former value of column ";

  static final String POSITION = "struct(_epoch, _commit_lsn, _seq)";

  /** The condition that a row of a log is of the source, and no marker. */
  static final String IS_DATA = "_op NOT IN ('l', 't', 'p')";

  CurrentStateSql {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    carried = List.copyOf(carried);
  }

  /** The columns of the table that holds the current state. */
  List<String> stateColumns() {
    List<String> all = new ArrayList<>(columns);
    all.add(ChangeColumns.UNREPRESENTABLE);
    return all;
  }

  /**
   * One relation of the facts of several pieces, each a view by the name of its table. Rows of
   * loads tell nothing here, and are not read where they lie by themselves.
   */
  static String facts(List<FactsOf> pieces) {
    String rows =
        pieces.stream()
            .map(
                piece ->
                    """
                    SELECT %s AS piece, _op, _epoch, _commit_lsn, _seq, _unchanged,
                      _op = 'c' AND size(_unchanged) > 0 AND %s AS carried,
                      %s AS day
                    FROM %s
                    WHERE _op <> 'r'
                    """
                        .formatted(
                            Names.literal(piece.piece()),
                            piece.hasOldKey() ? "_old_key IS NOT NULL" : "FALSE",
                            piece
                                .timeColumn()
                                .map(column -> "CAST(%s AS DATE)".formatted(Names.column(column)))
                                .orElse("CAST(NULL AS DATE)"),
                            piece.view()))
            .collect(joining("UNION ALL\n"));
    return """
        SELECT piece,
          max(CASE WHEN _op IN ('l', 't') THEN %s END) AS marker,
          array_distinct(flatten(collect_set(_unchanged))) AS unchanged,
          coalesce(max(carried), FALSE) AS carried,
          count_if(%s) AS changes,
          collect_set(day) AS days,
          coalesce(max(_op = 'p'), FALSE) AS replayed
        FROM (%s)
        GROUP BY piece
        """
        .formatted(POSITION, IS_DATA, rows);
  }

  /** A piece of a change log whose facts are asked for. */
  record FactsOf(String piece, String view, boolean hasOldKey, Optional<String> timeColumn) {}

  /** The condition that a change comes after the position and is no marker itself. */
  static String after(Optional<ChangeLogFacts.Position> marker) {
    return marker
        .map(
            p ->
                "%4$s AND (_epoch > %1$d OR (_epoch = %1$d AND (_commit_lsn > %2$d OR (_commit_lsn = %2$d AND _seq > %3$d))))"
                    .formatted(p.epoch(), p.commitLsn(), p.seq(), IS_DATA))
        .orElse(IS_DATA);
  }

  /**
   * The last change of each key: the key, {@code _last} with operation, position and columns, for
   * each carried column {@code _carried_n}, its last known value, null where the piece does not
   * tell, and {@code _root}, the key whose former row tells then.
   */
  String latest(String view, Optional<ChangeLogFacts.Position> marker) {
    return latest("SELECT * FROM %s WHERE %s".formatted(view, after(marker)), "");
  }

  /**
   * The same, for so many changes that they are sent round: by day first, so that rows of a day are
   * written together, and later readers can pass over other days' files.
   *
   * @param time a date or timestamp of the key
   */
  String latestByDay(String view, Optional<ChangeLogFacts.Position> marker, String time) {
    String day = "_day";
    while (columns.stream().anyMatch(day::equalsIgnoreCase)) {
      day = "_" + day;
    }
    return latest(
        "SELECT /*+ REPARTITION_BY_RANGE(%1$s, %2$s) */ * FROM (SELECT *, CAST(%3$s AS DATE) AS %1$s FROM %4$s WHERE %5$s)"
            .formatted(
                Names.column(day), Names.columns("", key), Names.column(time), view, after(marker)),
        ", " + Names.column(day));
  }

  private String latest(String changes, String groupedToo) {
    return """
        SELECT %s, %s AS _root, max_by(%s, %s) AS _last%s
        FROM (%s)
        GROUP BY %s%s
        """
        .formatted(
            Names.columns("", key),
            ChangeSetSql.row("", key),
            lastStruct(),
            POSITION,
            carriedValues(),
            changes,
            Names.columns("", key),
            groupedToo);
  }

  String lastStruct() {
    List<String> rest = new ArrayList<>(columns);
    rest.removeAll(key);
    return "struct(_op, _epoch, _commit_lsn, _seq, _unrepresentable%s)"
        .formatted(rest.isEmpty() ? "" : ", " + Names.columns("", rest));
  }

  /** For each carried column its last known value, as aggregates. */
  String carriedValues() {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < carried.size(); i++) {
      String column = carried.get(i);
      sql.append(
          ",\n  max_by(struct(%s AS value, try_element_at(_unrepresentable, %s) AS text), %s)"
              .formatted(Names.column(column), Names.literal(column), POSITION));
      sql.append(
          " FILTER (WHERE _op <> 'd' AND NOT coalesce(array_contains(_unchanged, %s), FALSE)) AS _carried_%d"
              .formatted(Names.literal(column), i));
    }
    return sql.toString();
  }

  /**
   * The rows of the state after the piece, for keys whose last change is no delete.
   *
   * @param latest a relation as {@link #latest} makes it
   * @param former a relation with the state before, by which left-out values are filled; null if
   *     there is none
   */
  String rows(String latest, @Nullable String former) {
    return """
        SELECT %s, n._last._epoch, n._last._commit_lsn, n._last._seq
        FROM (%s) n %s
        WHERE n._last._op <> 'd'
        """
        .formatted(stateExpressions(former != null), latest, joinFormer(former));
  }

  /**
   * The rows of the piece that were loaded and did not change since, as {@link #rows} gives them: a
   * load holds each key once.
   *
   * @param changed a relation with the keys that changed
   */
  String loaded(String view, Optional<ChangeLogFacts.Position> marker, String changed) {
    return """
        SELECT /*+ BROADCAST(k) */ %s, _epoch, _commit_lsn, _seq
        FROM %s n
        LEFT ANTI JOIN (%s) k ON %s
        WHERE _op = 'r' AND %s
        """
        .formatted(
            Names.columns("n.", stateColumns()), view, changed, sameKey("n", "k"), after(marker));
  }

  /** All changes of the piece that come after the marker, without what was loaded. */
  String changed(String view, Optional<ChangeLogFacts.Position> marker) {
    return "SELECT * FROM %s WHERE _op <> 'r' AND %s".formatted(view, after(marker));
  }

  /** All rows of the piece whose key changed after it was loaded. */
  String ofChangedKeys(String view, String changed) {
    return "SELECT /*+ BROADCAST(k) */ n.* FROM %s n LEFT SEMI JOIN (%s) k ON %s"
        .formatted(view, changed, sameKey("n", "k"));
  }

  /**
   * The keys of the piece that changed after the marker, and those they had before; some of them
   * more than once.
   *
   * @param andLoaded whether the keys of rows of a load are among them
   */
  String changedKeys(
      String view,
      Optional<ChangeLogFacts.Position> marker,
      boolean carriedAcrossKeys,
      boolean andLoaded) {
    String formerKeys =
        key.stream()
            .map(k -> "_old_key.%1$s AS %1$s".formatted(Names.column(k)))
            .collect(joining(", "));
    return "SELECT %s FROM %s WHERE %s%s%s"
        .formatted(
            Names.columns("", key),
            view,
            after(marker),
            andLoaded ? "" : " AND _op <> 'r'",
            carriedAcrossKeys
                ? " UNION ALL SELECT %s FROM %s WHERE _old_key IS NOT NULL AND %s"
                    .formatted(formerKeys, view, after(marker))
                : "");
  }

  private String sameKey(String left, String right) {
    return key.stream()
        .map(Names::column)
        .map(k -> "%s.%s <=> %s.%s".formatted(left, k, right, k))
        .collect(joining(" AND "));
  }

  /**
   * The change set of the piece against the state before.
   *
   * @param latest a relation as {@link #latest} makes it
   * @param former a relation with the state before, at least as far as the piece needs it
   */
  String changes(String run, String latest, String former) {
    return changes(run, latest, former, false);
  }

  /**
   * The same with {@code _file} and {@code _pos} of each former row.
   *
   * @param former a relation as {@link #touched} makes it
   */
  String changesWithPlaces(String run, String latest, String former) {
    return changes(run, latest, former, true);
  }

  private String changes(String run, String latest, String former, boolean positions) {
    String on =
        key.stream()
            .map(Names::column)
            .map(k -> "n.%s = o.%s".formatted(k, k))
            .collect(joining(" AND "));
    List<String> all = stateColumns();
    return """
        SELECT %s AS _run,
          CASE WHEN o._row IS NULL THEN 'insert' WHEN n._new IS NULL THEN 'delete' ELSE 'update' END AS _op,
          n._epoch, n._commit_lsn, n._seq,
          o._row AS _old,
          n._new AS _new%s
        FROM (
          SELECT %s, n._last._epoch, n._last._commit_lsn, n._last._seq,
            CASE WHEN n._last._op <> 'd' THEN %s END AS _new
          FROM (%s) n %s
        ) n
        LEFT JOIN (SELECT %s, %s AS _row%s FROM %s) o
        ON %s
        WHERE %s
        """
        .formatted(
            Names.literal(run),
            positions ? ", o._file AS _file, o._pos AS _pos" : "",
            Names.columns("n.", key),
            stateStruct(!carried.isEmpty()),
            latest,
            joinFormer(carried.isEmpty() ? null : former),
            Names.columns("", key),
            ChangeSetSql.row("", all),
            positions ? ", _file, _pos" : "",
            former,
            on,
            ChangeSetSql.differs("o._row", "n._new", all));
  }

  /**
   * Those rows of the state before that the piece needs, and where they are: of the keys that
   * changed, and of those that rows had before. The keys are so few that each reader gets them all.
   *
   * @param former a relation with the state before, and {@code _file} and {@code _pos}
   * @param times a condition that holds for all of them, by which files are passed over
   */
  String touched(String view, String former, ChangeLogFacts facts, String times) {
    return """
        SELECT /*+ BROADCAST(k) */ o.*
        FROM (SELECT * FROM %s WHERE %s) o
        LEFT SEMI JOIN (%s) k
        ON %s
        """
        .formatted(
            former,
            times,
            changedKeys(view, facts.marker(), facts.carriedAcrossKeys(), facts.holdsLoaded()),
            sameKey("o", "k"));
  }

  // The former row that left-out values come from: that of the key, or of the key it once had.
  private String joinFormer(@Nullable String former) {
    if (former == null || carried.isEmpty()) {
      return "";
    }
    String on =
        key.stream()
            .map(Names::column)
            .map(k -> "r.%s = n._root.%s".formatted(k, k))
            .collect(joining(" AND "));
    return "LEFT JOIN (SELECT %s, %s AS _row FROM %s) r ON %s"
        .formatted(Names.columns("", key), ChangeSetSql.row("", stateColumns()), former, on);
  }

  private String stateExpressions(boolean former) {
    List<String> expressions = new ArrayList<>();
    for (String column : columns) {
      expressions.add(value(column, former) + " AS " + Names.column(column));
    }
    expressions.add(unrepresentable(former) + " AS " + ChangeColumns.UNREPRESENTABLE);
    return String.join(",\n  ", expressions);
  }

  private String stateStruct(boolean former) {
    List<String> fields = new ArrayList<>();
    for (String column : columns) {
      fields.add(Names.literal(column) + ", " + value(column, former));
    }
    fields.add(Names.literal(ChangeColumns.UNREPRESENTABLE) + ", " + unrepresentable(former));
    return "named_struct(" + String.join(",\n  ", fields) + ")";
  }

  private String value(String column, boolean former) {
    String name = Names.column(column);
    if (key.contains(column)) {
      return "n." + name;
    }
    int i = carried.indexOf(column);
    if (i < 0) {
      return "n._last." + name;
    }
    String otherwise = "raise_error(" + Names.literal(NO_FORMER_VALUE + column) + ")";
    String before = former ? "WHEN r._row IS NOT NULL THEN r._row.%s ".formatted(name) : "";
    return "CASE WHEN n._last._op = 'd' THEN NULL WHEN n._carried_%d IS NOT NULL THEN n._carried_%d.value %sELSE %s END"
        .formatted(i, i, before, otherwise);
  }

  private String unrepresentable(boolean former) {
    if (carried.isEmpty()) {
      return "n._last._unrepresentable";
    }
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < carried.size(); i++) {
      String name = Names.literal(carried.get(i));
      String before =
          former ? "try_element_at(r._row._unrepresentable, " + name + ")" : "CAST(NULL AS STRING)";
      entries.add(
          "struct(%s AS key, CASE WHEN n._carried_%d IS NOT NULL THEN n._carried_%d.text ELSE %s END AS value)"
              .formatted(name, i, i, before));
    }
    String others =
        "coalesce(map_filter(n._last._unrepresentable, (k, v) -> k NOT IN (%s)), CAST(map() AS MAP<STRING, STRING>))"
            .formatted(carried.stream().map(Names::literal).collect(joining(", ")));
    String all =
        "map_concat(%s, map_from_entries(filter(array(%s), e -> e.value IS NOT NULL)))"
            .formatted(others, String.join(", ", entries));
    return "CASE WHEN size(%s) > 0 THEN %s END".formatted(all, all);
  }
}
