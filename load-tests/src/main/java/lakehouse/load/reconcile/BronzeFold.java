package lakehouse.load.reconcile;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.table.ChangeColumns;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * A table as it was at a point of its source, told from the lake: from silver and the changes after
 * it where silver is not beyond the point, otherwise from bronze alone. This is the contract of
 * bronze once more, apart from how the models read it.
 */
final class BronzeFold {
  private static final String POSITION = "struct(_epoch, _commit_lsn, _seq)";

  private final SparkSession spark;
  private final Table bronze;
  private final String bronzeName;
  private final List<String> key;
  private final BronzeCut cut;

  /**
   * A table at the point.
   *
   * @param basis what it is told from
   */
  record Folded(Dataset<Row> rows, String basis) {}

  /**
   * What silver has read of bronze.
   *
   * @param sequenceNumber of the last snapshot that was read
   * @param rows how many bronze had then
   */
  record Consumed(long sequenceNumber, long rows) {}

  BronzeFold(SparkSession spark, Table bronze, String bronzeName, List<String> key, BronzeCut cut) {
    this.spark = spark;
    this.bronze = bronze;
    this.bronzeName = bronzeName;
    this.key = List.copyOf(key);
    this.cut = cut;
  }

  /**
   * Folds.
   *
   * @param silver the table with the current state, if there is one
   * @param consumed what it was made of, if that is known
   */
  Folded fold(Optional<Dataset<Row>> silver, Optional<Consumed> consumed) {
    if (silver.isPresent() && consumed.isPresent() && cut.lsn() != 0 && !key.isEmpty()) {
      Optional<Folded> onSilver = upon(silver.get(), consumed.get());
      if (onSilver.isPresent()) {
        return onSilver.get();
      }
    }
    return new Folded(alone(), "by bronze alone");
  }

  /**
   * Silver with the changes after it; empty if silver is beyond, if a change voids it, or if some
   * are older than what it has.
   */
  private Optional<Folded> upon(Dataset<Row> silver, Consumed consumed) {
    List<DataFile> read = new ArrayList<>();
    List<DataFile> later = new ArrayList<>();
    files()
        .forEach(
            it -> (it.dataSequenceNumber() <= consumed.sequenceNumber() ? read : later).add(it));
    boolean allKnown = read.stream().mapToLong(DataFile::recordCount).sum() == consumed.rows();
    if (!allKnown || !read.stream().allMatch(this::before)) {
      return Optional.empty();
    }
    if (later.isEmpty()) {
      return Optional.of(new Folded(silver, "by silver"));
    }
    Dataset<Row> log = of(later).where(cut.condition());
    String view = view(log);
    Row facts =
        spark
            .sql(
                """
                SELECT count(*),
                  coalesce(max(_op IN ('l', 't', 'r', 'p')), FALSE),
                  coalesce(max(_old_key IS NOT NULL AND size(_unchanged) > 0), FALSE),
                  array_distinct(flatten(collect_set(_unchanged)))
                FROM %s"""
                    .formatted(withOldKey(view)))
            .first();
    if (facts.getBoolean(1) || facts.getBoolean(2)) {
      return Optional.empty();
    }
    if (facts.getLong(0) == 0) {
      return Optional.of(new Folded(silver, "by silver"));
    }
    String before = view(silver);
    Dataset<Row> changed = spark.sql(latest(view, facts.getList(3), Optional.of(before)));
    Dataset<Row> keys = spark.sql("SELECT DISTINCT %s FROM %s".formatted(columns("", key), view));
    Dataset<Row> untouched =
        spark.sql(
            "SELECT /*+ BROADCAST(k) */ s.* FROM %s s LEFT ANTI JOIN %s k ON %s"
                .formatted(before, view(keys), same("s", "k")));
    return Optional.of(
        new Folded(
            untouched.unionByName(changed, true),
            "by silver and %,d later changes".formatted(facts.getLong(0))));
  }

  /** All from the last load or truncate before the point. */
  private Dataset<Row> alone() {
    String all = view(spark.table(bronzeName).where(cut.condition()));
    Row facts =
        spark
            .sql(
                """
                SELECT max(CASE WHEN _op IN ('l', 't') THEN %s END)
                FROM %s
                WHERE _op <> 'r'"""
                    .formatted(POSITION, all))
            .first();
    String after = "_op NOT IN ('l', 't', 'p')";
    if (!facts.isNullAt(0)) {
      Row marker = facts.getStruct(0);
      after +=
          " AND %s > named_struct('_epoch', CAST(%d AS INT), '_commit_lsn', CAST(%d AS BIGINT), '_seq', CAST(%d AS BIGINT))"
              .formatted(POSITION, marker.getInt(0), marker.getLong(1), marker.getLong(2));
    }
    String log = view(spark.table(all).where(after));
    if (key.isEmpty()) {
      return spark.sql(bag(log));
    }
    Row unchanged =
        spark
            .sql(
                """
                SELECT array_distinct(flatten(collect_set(_unchanged))),
                  coalesce(max(_old_key IS NOT NULL AND size(_unchanged) > 0), FALSE)
                FROM %s
                WHERE _op <> 'r'"""
                    .formatted(withOldKey(log)))
            .first();
    if (unchanged.getBoolean(1)) {
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          Change log %s carries a large value across a change of key, which is followed by the models only.
          Run the models, then compare at rest with --at-rest."""
              .formatted(bronze.name()));
    }
    Dataset<Row> keys =
        spark.sql("SELECT DISTINCT %s FROM %s WHERE _op <> 'r'".formatted(columns("", key), log));
    String changedKeys = view(keys);
    // a load holds each key once: what did not change since needs no comparing
    Dataset<Row> loaded =
        spark.sql(
            "SELECT %s FROM %s n LEFT ANTI JOIN %s k ON %s WHERE n._op = 'r'"
                .formatted(columns("n.", state()), log, changedKeys, same("n", "k")));
    String changes =
        view(
            spark.sql(
                "SELECT n.* FROM %s n LEFT SEMI JOIN %s k ON %s"
                    .formatted(log, changedKeys, same("n", "k"))));
    return loaded.unionByName(spark.sql(latest(changes, unchanged.getList(0), Optional.empty())));
  }

  /** The last state of each key that is not deleted by then. */
  private String latest(String view, List<String> unchanged, Optional<String> former) {
    List<String> carried =
        state().stream().filter(unchanged::contains).filter(c -> !key.contains(c)).toList();
    StringBuilder aggregates =
        new StringBuilder(
            "max_by(struct(_op, %s), %s) AS last".formatted(columns("", state()), POSITION));
    for (int i = 0; i < carried.size(); i++) {
      aggregates.append(
          ", max_by(struct(%1$s AS value), %2$s) FILTER (WHERE _op <> 'd' AND NOT coalesce(array_contains(_unchanged, %3$s), FALSE)) AS carried_%4$d"
              .formatted(SqlName.ticked(carried.get(i)), POSITION, literal(carried.get(i)), i));
    }
    String values =
        state().stream()
            .map(
                column -> {
                  String name = SqlName.ticked(column);
                  int i = carried.indexOf(column);
                  String value = "n.last." + name;
                  if (i >= 0) {
                    String before =
                        former.isPresent()
                            ? "o." + name
                            : "raise_error('a value is left out that is nowhere before')";
                    value =
                        "coalesce(n.carried_%d.value, CASE WHEN n.carried_%1$d IS NULL THEN %s END)"
                            .formatted(i, before);
                  }
                  return value + " AS " + name;
                })
            .collect(joining(", "));
    String join =
        carried.isEmpty()
            ? ""
            : former.map(it -> "LEFT JOIN %s o ON %s".formatted(it, same("n", "o"))).orElse("");
    return """
        SELECT %s
        FROM (SELECT %s, %s FROM %s GROUP BY %s) n %s
        WHERE n.last._op <> 'd'"""
        .formatted(values, columns("", key), aggregates, view, columns("", key), join);
  }

  // what came less what went; maps cannot be grouped by, and floats are told apart by their text
  private String bag(String log) {
    List<String> groups = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Types.NestedField field : bronze.schema().columns()) {
      String name = SqlName.ticked(field.name());
      if (field.name().equals(ChangeColumns.UNREPRESENTABLE)) {
        groups.add("to_json(%s)".formatted(name));
        values.add("any_value(%1$s) AS %1$s".formatted(name));
      } else if (!ChangeColumns.contains(field.name())) {
        boolean floats =
            field.type().toString().contains("float") || field.type().toString().contains("double");
        groups.add(floats ? "CAST(%s AS STRING)".formatted(name) : name);
        values.add(floats ? "any_value(%1$s) AS %1$s".formatted(name) : name);
      }
    }
    return """
        SELECT %s
        FROM (
          SELECT %s, CAST(sum(CASE WHEN _op = 'd' THEN -1 ELSE 1 END) AS INT) AS _copies
          FROM %s
          GROUP BY %s
        ) LATERAL VIEW explode(sequence(1, _copies)) AS _copy
        WHERE _copies > 0"""
        .formatted(columns("", state()), String.join(", ", values), log, String.join(", ", groups));
  }

  /** The columns of the state: the source's, and the texts of values that have no type. */
  private List<String> state() {
    return bronze.schema().columns().stream()
        .map(Types.NestedField::name)
        .filter(name -> !ChangeColumns.contains(name) || name.equals(ChangeColumns.UNREPRESENTABLE))
        .toList();
  }

  private List<DataFile> files() {
    List<DataFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks =
        bronze.newScan().includeColumnStats().planFiles()) {
      tasks.forEach(task -> files.add(task.file()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** Whether all rows of the file come before the point, by the bounds of its columns. */
  private boolean before(DataFile file) {
    Optional<Integer> epoch = highest(file, ChangeColumns.EPOCH, Types.IntegerType.get());
    Optional<Long> position = highest(file, ChangeColumns.COMMIT_LSN, Types.LongType.get());
    return epoch.isPresent()
        && position.isPresent()
        && (epoch.get() < cut.epoch()
            || (epoch.get() == cut.epoch() && position.get() < cut.lsn()));
  }

  private <T> Optional<T> highest(
      DataFile file, String column, org.apache.iceberg.types.Type type) {
    Schema schema = bronze.schema();
    Map<Integer, ByteBuffer> bounds = file.upperBounds();
    ByteBuffer bound = bounds == null ? null : bounds.get(schema.findField(column).fieldId());
    return bound == null
        ? Optional.empty()
        : Optional.of(Conversions.<T>fromByteBuffer(type, bound));
  }

  private Dataset<Row> of(List<DataFile> files) {
    Dataset<Row> paths =
        spark
            .createDataset(files.stream().map(DataFile::location).toList(), Encoders.STRING())
            .toDF("_of_file");
    return spark
        .table(bronzeName)
        .select("*", "_file")
        .join(
            functions.broadcast(paths),
            functions.col("_file").equalTo(functions.col("_of_file")),
            "left_semi")
        .drop("_file");
  }

  /** A relation that has the column for former keys, also where the log has none. */
  private String withOldKey(String view) {
    return bronze.schema().findField(ChangeColumns.OLD_KEY) == null
        ? "(SELECT *, NULL AS _old_key FROM %s)".formatted(view)
        : view;
  }

  private static String view(Dataset<Row> rows) {
    String name = "fold_" + UUID.randomUUID().toString().replace("-", "");
    rows.createOrReplaceTempView(name);
    return name;
  }

  private String same(String left, String right) {
    return key.stream()
        .map(SqlName::ticked)
        .map(name -> "%s.%s = %s.%s".formatted(left, name, right, name))
        .collect(joining(" AND "));
  }

  private static String columns(String prefix, List<String> names) {
    return names.stream().map(name -> prefix + SqlName.ticked(name)).collect(joining(", "));
  }

  private static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
