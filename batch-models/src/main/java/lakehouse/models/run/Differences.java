package lakehouse.models.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import lakehouse.models.model.Model;
import lakehouse.models.model.Names;
import lakehouse.models.plan.LakeState;
import lakehouse.models.plan.Lineage;
import org.apache.iceberg.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/** In which rows the tables of a run differ from those that are published. */
public final class Differences {
  private final LakeRun run;
  private final LakeState published;

  /**
   * @param published the lake as it was when the run began
   */
  public Differences(LakeRun run, LakeState published) {
    this.run = run;
    this.published = published;
  }

  /**
   * In which rows one table differs.
   *
   * @param changes how many differ
   * @param examples some of them
   */
  public record OfTable(String table, ChangeSet changes, List<Example> examples) {}

  /**
   * One row that differs.
   *
   * @param operation insert, update or delete
   * @param key the values that tell it apart; the whole row where none do
   * @param columns what differs: column to former and present value
   */
  public record Example(
      String operation, Map<String, String> key, Map<String, Difference> columns) {}

  /** A value before and after; null where the row was or is not there, or the value is null. */
  public record Difference(@Nullable String before, @Nullable String after) {}

  /** Compares a model's table. */
  public OfTable of(Model model, int examples) {
    List<String> key = SelectModels.rowKey(model);
    Dataset<Row> after = run.spark().table(Names.table(model.table()));
    Dataset<Row> before = before(model, after);
    List<String> columns = Arrays.asList(after.columns());
    Dataset<Row> changes =
        key.isEmpty()
            ? withoutKey(plain(before), plain(after), columns)
            : run.spark()
                .sql(
                    ChangeSetSql.difference(
                        run.id(), view(before), view(after), key, columns, false));
    Dataset<Row> kept = changes.select("_op", "_old", "_new").localCheckpoint();
    Map<String, Long> counts = new LinkedHashMap<>();
    kept.groupBy("_op")
        .count()
        .collectAsList()
        .forEach(r -> counts.put(r.getString(0), r.getLong(1)));
    List<Example> shown = new ArrayList<>();
    for (Row row : kept.takeAsList(examples)) {
      shown.add(example(row, key.isEmpty() ? columns : key));
    }
    return new OfTable(
        model.name(),
        new ChangeSet(
            counts.getOrDefault("insert", 0L),
            counts.getOrDefault("update", 0L),
            counts.getOrDefault("delete", 0L)),
        shown);
  }

  // With the columns that it has now; those that are new were null.
  private Dataset<Row> before(Model model, Dataset<Row> after) {
    Optional<Table> table = published.table(model.table());
    if (table.isEmpty() || Lineage.head(table.get()) == Lineage.NO_SNAPSHOT) {
      return after.limit(0);
    }
    Dataset<Row> before =
        run.spark()
            .read()
            .option("snapshot-id", Long.toString(Lineage.head(table.get())))
            .table(Names.table(model.table()));
    List<String> present = Arrays.asList(before.columns());
    for (StructField field : after.schema().fields()) {
      if (!present.contains(field.name())) {
        before = before.withColumn(field.name(), functions.lit(null).cast(field.dataType()));
      }
    }
    return before.select(
        Arrays.stream(after.columns())
            .map(c -> functions.col(Names.column(c)))
            .toArray(org.apache.spark.sql.Column[]::new));
  }

  private Dataset<Row> withoutKey(Dataset<Row> before, Dataset<Row> after, List<String> columns) {
    String old = view(before.exceptAll(after));
    String now = view(after.exceptAll(before));
    String row = ChangeSetSql.row("", columns);
    return run.spark()
        .sql(
            """
            SELECT 'delete' AS _op, %1$s AS _old, NULL AS _new FROM %2$s
            UNION ALL
            SELECT 'insert', NULL, %1$s FROM %3$s
            """
                .formatted(row, old, now));
  }

  // Maps can be neither compared nor grouped by; their text can.
  private static Dataset<Row> plain(Dataset<Row> rows) {
    for (StructField field : rows.schema().fields()) {
      if (field.dataType() instanceof MapType) {
        rows =
            rows.withColumn(
                field.name(), functions.to_json(functions.col(Names.column(field.name()))));
      }
    }
    return rows;
  }

  private static Example example(Row row, List<String> key) {
    Row old = row.getStruct(1);
    Row now = row.getStruct(2);
    Row any = now == null ? old : now;
    Map<String, String> keys = new LinkedHashMap<>();
    Map<String, Difference> columns = new LinkedHashMap<>();
    for (String column : any.schema().fieldNames()) {
      String before = text(old, column);
      String after = text(now, column);
      if (key.contains(column)) {
        keys.put(column, String.valueOf(now == null ? before : after));
      } else if (!Objects.equals(before, after)) {
        columns.put(column, new Difference(before, after));
      }
    }
    return new Example(row.getString(0), keys, columns);
  }

  private static @Nullable String text(@Nullable Row row, String column) {
    Object value = row == null ? null : row.getAs(column);
    return value == null ? null : value.toString();
  }

  private static String view(Dataset<Row> rows) {
    String name = "difference_" + UUID.randomUUID().toString().replace("-", "");
    rows.createOrReplaceTempView(name);
    return name;
  }
}
