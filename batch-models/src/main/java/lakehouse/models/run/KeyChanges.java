package lakehouse.models.run;

import static java.util.stream.Collectors.joining;

import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import lakehouse.models.model.Names;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Finds left-out values that have to be carried over from a former key, through any number of
 * changes of key. The changes of a key fall into <em>lives</em>, each from one insert to the next;
 * a life that began with a change of key is linked to the life of the former key that ended there.
 * The links are followed by doubling: each round halves the longest chain.
 */
final class KeyChanges {
  private static final String BEFORE_ALL =
      "named_struct('_epoch', -1, '_commit_lsn', -1L, '_seq', -1L)";

  private final SparkSession spark;
  private final CurrentStateSql sql;

  KeyChanges(SparkSession spark, CurrentStateSql sql) {
    this.spark = spark;
    this.sql = sql;
  }

  /** As {@link CurrentStateSql#latest}, for a piece in which values are left out on a new key. */
  Dataset<Row> latest(String view, Optional<ChangeLogFacts.Position> marker) {
    Dataset<Row> lives = spark.sql(lives(view, marker)).localCheckpoint();
    while (!lives.filter("_link IS NOT NULL").isEmpty()) {
      String name = "lives_" + UUID.randomUUID().toString().replace("-", "");
      lives.createOrReplaceTempView(name);
      lives = spark.sql(followLinks(name)).localCheckpoint();
      spark.catalog().dropTempView(name);
    }
    String name = "lives_" + UUID.randomUUID().toString().replace("-", "");
    lives.createOrReplaceTempView(name);
    return spark.sql(
        "SELECT %s, %s FROM %s GROUP BY %s"
            .formatted(
                Names.columns("", sql.key()),
                IntStream.range(-2, sql.carried().size())
                    .mapToObj(i -> i == -2 ? "_root" : i == -1 ? "_last" : "_carried_" + i)
                    .map(c -> "max_by(%s, coalesce(_life, %s)) AS %s".formatted(c, BEFORE_ALL, c))
                    .collect(joining(", ")),
                name,
                Names.columns("", sql.key())));
  }

  private String lives(String view, Optional<ChangeLogFacts.Position> marker) {
    return """
        SELECT %1$s, %2$s AS _root, _life,
          max_by(%3$s, %4$s) AS _last%5$s,
          max(CASE WHEN _op = 'c' AND size(_unchanged) > 0 THEN _old_key END) AS _link,
          _life AS _link_position
        FROM (
          SELECT *, max(CASE WHEN _op IN ('c', 'r') THEN %4$s END)
            OVER (PARTITION BY %1$s ORDER BY _epoch, _commit_lsn, _seq) AS _life
          FROM %6$s
          WHERE %7$s
        )
        GROUP BY %1$s, _life
        """
        .formatted(
            Names.columns("", sql.key()),
            ChangeSetSql.row("", sql.key()),
            sql.lastStruct(),
            CurrentStateSql.POSITION,
            sql.carriedValues(),
            view,
            CurrentStateSql.after(marker));
  }

  private String followLinks(String lives) {
    String sameKey =
        sql.key().stream()
            .map(Names::column)
            .map(k -> "l.%s = p.%s".formatted(k, k))
            .collect(joining(" AND "));
    String linkedKey =
        sql.key().stream()
            .map(Names::column)
            .map(k -> "p.%s = u._link.%s".formatted(k, k))
            .collect(joining(" AND "));
    String carried =
        IntStream.range(0, sql.carried().size())
            .mapToObj(
                i ->
                    ", coalesce(l._carried_%1$d, p._to._carried_%1$d) AS _carried_%1$d"
                        .formatted(i))
            .collect(joining());
    String carriedOfParent =
        IntStream.range(0, sql.carried().size())
            .mapToObj(i -> ", p._carried_" + i)
            .collect(joining());
    return """
        WITH parents AS (
          SELECT %1$s, u._life,
            max_by(struct(p._root, p._link, p._link_position%2$s), coalesce(p._life, %3$s)) AS _to
          FROM %4$s u
          JOIN %4$s p ON %5$s AND (p._life IS NULL OR p._life < u._link_position)
          WHERE u._link IS NOT NULL
          GROUP BY %1$s, u._life
        )
        SELECT %6$s,
          CASE WHEN l._link IS NULL THEN l._root ELSE coalesce(p._to._root, l._link) END AS _root,
          l._life, l._last%7$s,
          p._to._link AS _link,
          p._to._link_position AS _link_position
        FROM %4$s l
        LEFT JOIN parents p ON %8$s AND l._life <=> p._life
        """
        .formatted(
            Names.columns("u.", sql.key()),
            carriedOfParent,
            BEFORE_ALL,
            lives,
            linkedKey,
            Names.columns("l.", sql.key()),
            carried,
            sameKey);
  }
}
