package lakehouse.models.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelSql;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Makes the rows of a model that keeps every state of a change log's keys. The model's SELECT reads
 * the log as a relation of states; what it makes of each is put together where it does not differ.
 */
public final class History {
  private final SparkSession spark;
  private final Model model;
  private final List<String> key;
  private final Dataset<Row> log;

  /**
   * @param key the columns that tell the log's rows apart
   * @param log the whole log
   */
  public History(SparkSession spark, Model model, List<String> key, Dataset<Row> log) {
    this.spark = spark;
    this.model = model;
    this.key = key;
    this.log = log;
    if (key.isEmpty() || !Set.copyOf(key).equals(Set.copyOf(model.uniqueKey()))) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "%s: `unique_key` is %s, but the key of %s is %s; states are kept by the log's key."
              .formatted(model.origin(), model.uniqueKey(), model.inputs().get(0).table(), key));
    }
    requireNoValidityOfItsOwn();
  }

  /** A state would have two columns of one name, and nobody could tell which is meant. */
  private void requireNoValidityOfItsOwn() {
    List<String> own =
        Arrays.stream(log.columns())
            .filter(column -> HistorySql.VALIDITY.contains(column.toLowerCase(Locale.ROOT)))
            .map(column -> "`" + column + "`")
            .toList();
    if (!own.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          """
          %s: %s has %s of its own, which the states of an scd2 model need for theirs.
          Read the table's current state in silver, where its rows keep the validity they have."""
              .formatted(model.origin(), model.inputs().get(0).table(), String.join(", ", own)));
    }
  }

  /** The columns that tell the rows of such a model apart. */
  static List<String> rowKey(Model model) {
    List<String> all = new ArrayList<>(model.uniqueKey());
    all.add(HistorySql.VALID_FROM);
    return all;
  }

  /** All states of all keys. */
  public Dataset<Row> all() {
    return states(log);
  }

  /**
   * The keys whose states a piece of log can alter, or empty for all of them: after a load or
   * truncate marker.
   */
  Optional<Dataset<Row>> touched(Dataset<Row> piece) {
    if (!piece.where("_op IN ('l', 't')").isEmpty()) {
      return Optional.empty();
    }
    HistorySql sql = sql(Set.of());
    Dataset<Row> keys = spark.sql(sql.keys(view(piece))).localCheckpoint();
    while (hasOldKey()) {
      Dataset<Row> related = spark.sql(sql.related(view(log), view(keys))).localCheckpoint();
      if (related.count() == keys.count()) {
        break;
      }
      keys = related;
    }
    return Optional.of(keys);
  }

  /** All states of some keys. */
  Dataset<Row> of(Dataset<Row> keys) {
    return states(log.where("_op IN ('l', 't')").unionByName(semiJoin(log, keys)));
  }

  /** The rows of those keys. */
  Dataset<Row> semiJoin(Dataset<Row> rows, Dataset<Row> keys) {
    return rows.join(keys, key.toArray(String[]::new), "left_semi");
  }

  private Dataset<Row> states(Dataset<Row> changes) {
    String view = view(changes);
    Row facts =
        spark
            .sql(
                CurrentStateSql.facts(
                    List.of(
                        new CurrentStateSql.FactsOf(
                            model.name(), view, hasOldKey(), Optional.empty()))))
            .collectAsList()
            .stream()
            .findFirst()
            .orElse(null);
    Set<String> unchanged = facts == null ? Set.of() : new HashSet<>(facts.getList(2));
    boolean acrossKeys = facts != null && facts.getBoolean(3);
    HistorySql sql = sql(unchanged);
    Optional<String> links =
        acrossKeys && !sql.carried().isEmpty() ? Optional.of(links(sql, view)) : Optional.empty();
    Dataset<Row> states = spark.sql(sql.states(view, links));
    Dataset<Row> made = spark.sql(ModelSql.replaceRefs(model.sql(), table -> view(states)));
    requireValidity(made);
    return spark.sql(
        HistorySql.collapsed(view(made), model.uniqueKey(), Arrays.asList(made.columns())));
  }

  private String links(HistorySql sql, String changes) {
    String lives = view(spark.sql(sql.lives(changes)).localCheckpoint());
    Dataset<Row> links = spark.sql(HistorySql.links(lives, key)).localCheckpoint();
    while (!spark.sql(HistorySql.unfinished(view(links))).isEmpty()) {
      links = spark.sql(HistorySql.follow(view(links))).localCheckpoint();
    }
    return view(links);
  }

  private void requireValidity(Dataset<Row> made) {
    List<String> present = Arrays.asList(made.columns());
    List<String> missing =
        rowKeyAndEnd().stream()
            .filter(column -> !present.contains(column))
            .map(column -> "`" + column + "`")
            .toList();
    if (!missing.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "%s: the SELECT of an scd2 model keeps the key, `valid_from` and `valid_to`; %s %s missing."
              .formatted(
                  model.origin(), String.join(", ", missing), missing.size() == 1 ? "is" : "are"));
    }
  }

  private List<String> rowKeyAndEnd() {
    List<String> all = new ArrayList<>(rowKey(model));
    all.add(HistorySql.VALID_TO);
    return all;
  }

  private HistorySql sql(Set<String> unchanged) {
    List<String> columns =
        Arrays.stream(log.columns()).filter(c -> !ChangeColumns.contains(c)).toList();
    List<String> carried =
        columns.stream()
            .filter(unchanged::contains)
            .filter(column -> !key.contains(column))
            .collect(Collectors.toList());
    return new HistorySql(columns, key, carried);
  }

  private boolean hasOldKey() {
    return Arrays.asList(log.columns()).contains(ChangeColumns.OLD_KEY);
  }

  private static String view(Dataset<Row> rows) {
    String name = "history_" + UUID.randomUUID().toString().replace("-", "");
    rows.createOrReplaceTempView(name);
    return name;
  }
}
