package lakehouse.models.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Input;
import lakehouse.models.model.Materialization;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import lakehouse.models.model.ModelSql;
import lakehouse.models.model.Names;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Backfill;
import lakehouse.models.plan.Decision;
import lakehouse.models.plan.InputChange;
import lakehouse.models.plan.Inputs;
import lakehouse.models.plan.Lineage;
import lakehouse.models.plan.Targets;
import lakehouse.models.plan.Watermark;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.CreateTableWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.types.ArrayType;
import scala.collection.JavaConverters;

/** Makes the tables of models that are written as a SELECT. */
final class SelectModels {
  private final LakeRun run;
  private final ModelGraph graph;
  private final Inputs inputs;
  private final ChangeSets changeSets;

  SelectModels(LakeRun run, ModelGraph graph, Inputs inputs) {
    this.run = run;
    this.graph = graph;
    this.inputs = inputs;
    this.changeSets = new ChangeSets(run);
  }

  Outcome apply(
      Model model,
      Decision decision,
      Optional<Backfill> backfill,
      Map<Input, InputChange> changes) {
    Map<TableIdentifier, Watermark> consumed = inputs.watermarks(model, run::find);
    Optional<Table> table = run.find(model.table());
    if (table.isEmpty() || !decision.keepsTable()) {
      return create(model, decision, table, consumed);
    }
    return switch (model.materialization()) {
      case FULL -> create(model, decision, table, consumed);
      case APPEND -> append(model, decision, table.get(), consumed);
      case MERGE_BY_KEY -> merge(model, decision, table.get(), changes, consumed);
      case SCD2 -> mergeStates(model, decision, table.get(), consumed);
      case TOUCHED_PARTITIONS -> replace(model, decision, table.get(), backfill, changes, consumed);
      case CURRENT_STATE -> throw new IllegalArgumentException(model.name() + " has no SELECT");
    };
  }

  private Outcome create(
      Model model,
      Decision decision,
      Optional<Table> before,
      Map<TableIdentifier, Watermark> consumed) {
    Dataset<Row> rows =
        model.materialization() == Materialization.SCD2
            ? history(model).all()
            : select(model, Map.of());
    requireColumns(model, rows);
    CreateTableWriter<Row> writer =
        rows.writeTo(Names.table(model.table()))
            .using("iceberg")
            .tableProperty("comment", model.description())
            .tableProperty(ModelTables.DIGEST_PROPERTY, model.digest());
    for (Map.Entry<String, String> property : LakeCatalog.tableDefaults().entrySet()) {
      writer = writer.tableProperty(property.getKey(), property.getValue());
    }
    if (model.materialization() == Materialization.MERGE_BY_KEY
        || model.materialization() == Materialization.SCD2) {
      for (Map.Entry<String, String> property : ModelTables.MERGED.entrySet()) {
        writer = writer.tableProperty(property.getKey(), property.getValue());
      }
    }
    if (model.partitionBy().isPresent()) {
      writer =
          writer
              // sorted by partition, one file is open at a time: years of days fit in any heap
              .tableProperty("write.spark.fanout.enabled", "false")
              .partitionedBy(
                  col(model.partitionBy().get()), JavaConverters.asScalaBuffer(List.of()));
      writer = writer.option(Laid.MODE, Laid.mode(rows, model.partitionBy().get()));
    }
    writer.createOrReplace();
    Table after = run.table(model.table());
    if (model.materialization().keepsChanges()
        && (before.isPresent() || run.find(Names.changes(model.table())).isPresent())) {
      changeSets.markWhole(after, model.table());
    }
    return new Outcome(
        decision, Lineage.totalRows(after), Optional.empty(), Optional.empty(), consumed);
  }

  private Outcome append(
      Model model, Decision decision, Table table, Map<TableIdentifier, Watermark> consumed) {
    Input input = model.inputs().stream().filter(Input::appended).findFirst().orElseThrow();
    if (decision.action() == Action.FULL) {
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          %s adds what is new in %s, but %s.
          Make it anew: `lake models run --full-refresh --select %s+`."""
              .formatted(model.name(), input.table(), decision.why(), model.name()));
    }
    String view = Names.view("new", model.table());
    newRows(model, input).createOrReplaceTempView(view);
    Dataset<Row> rows = TableColumns.fit(model, table, select(model, Map.of(input.table(), view)));
    long before = Lineage.totalRows(table);
    try {
      rows.writeTo(Names.table(model.table())).append();
    } catch (NoSuchTableException e) {
      throw new IllegalStateException("The table was read a moment ago", e);
    }
    long added = Lineage.totalRows(run.table(model.table())) - before;
    return new Outcome(
        decision, added, Optional.of(new ChangeSet(added, 0, 0)), Optional.empty(), consumed);
  }

  private Outcome merge(
      Model model,
      Decision decision,
      Table table,
      Map<Input, InputChange> changes,
      Map<TableIdentifier, Watermark> consumed) {
    Dataset<Row> after = TableColumns.fit(model, table, select(model, Map.of()));
    Dataset<Row> before = run.spark().table(Names.table(model.table()));
    if (decision.action() == Action.INCREMENTAL) {
      String key = model.reachBy().orElseThrow();
      Dataset<Row> keys = touchedKeys(model, changes);
      after = after.join(keys, after.col(key).equalTo(keys.col("target")), "left_semi");
      before = before.join(keys, before.col(key).equalTo(keys.col("target")), "left_semi");
    }
    return mergeDifference(model, decision, before, after, consumed);
  }

  private Outcome mergeStates(
      Model model, Decision decision, Table table, Map<TableIdentifier, Watermark> consumed) {
    History history = history(model);
    Optional<Dataset<Row>> keys =
        decision.action() == Action.INCREMENTAL
            ? history.touched(newRows(model, model.inputs().get(0)))
            : Optional.empty();
    Dataset<Row> after =
        TableColumns.fit(model, table, keys.map(history::of).orElseGet(history::all));
    // read once it has the new columns, too
    Dataset<Row> before = run.spark().table(Names.table(model.table()));
    if (keys.isPresent()) {
      before = history.semiJoin(before, keys.get());
    }
    return mergeDifference(model, decision, before, after, consumed);
  }

  private Outcome mergeDifference(
      Model model,
      Decision decision,
      Dataset<Row> before,
      Dataset<Row> after,
      Map<TableIdentifier, Watermark> consumed) {
    ChangeSet written = writeDifference(model, run.table(model.table()), before, after);
    if (written.rows() > 0) {
      new Merge(run).apply(model.table(), rowKey(model), written);
    }
    return new Outcome(decision, written.rows(), Optional.of(written), Optional.empty(), consumed);
  }

  private History history(Model model) {
    ChangeLog log = changeLog(model.inputs().get(0).table());
    return new History(run.spark(), model, log.key(), log.all(run.spark()));
  }

  private ChangeLog changeLog(TableIdentifier table) {
    return new ChangeLog(table, run.table(table));
  }

  /** The columns that tell the rows of a model's table apart. */
  static List<String> rowKey(Model model) {
    return model.materialization() == Materialization.SCD2
        ? History.rowKey(model)
        : model.uniqueKey();
  }

  private Outcome replace(
      Model model,
      Decision decision,
      Table table,
      Optional<Backfill> backfill,
      Map<Input, InputChange> changes,
      Map<TableIdentifier, Watermark> consumed) {
    String partition = model.partitionBy().orElseThrow();
    Optional<Targets> targets =
        decision.action() == Action.INCREMENTAL
            ? Optional.of(
                touchedPartitions(model, changes).plus(backfilled(table, partition, backfill)))
            : Optional.empty();
    if (targets.isPresent() && targets.get().isEmpty()) {
      return new Outcome(decision, 0, Optional.of(ChangeSet.EMPTY), targets, consumed);
    }
    Column condition = targets.map(t -> expr(t.condition(partition))).orElse(lit(true));
    Dataset<Row> rows = TableColumns.fit(model, table, select(model, Map.of()).where(condition));
    long before = Lineage.head(table);
    try {
      rows.writeTo(Names.table(model.table()))
          .option(Laid.MODE, Laid.mode(rows, partition))
          .overwrite(condition);
    } catch (NoSuchTableException e) {
      throw new IllegalStateException("The table was read a moment ago", e);
    }
    Table after = run.table(model.table());
    long written = Lineage.addedRows(after.currentSnapshot());
    Optional<ChangeSet> differences = Optional.empty();
    if (graph.isRead(model.table())) {
      Dataset<Row> old =
          run.spark()
              .read()
              .option("snapshot-id", Long.toString(before))
              .table(Names.table(model.table()))
              .where(condition);
      Dataset<Row> now = run.spark().table(Names.table(model.table())).where(condition);
      differences = Optional.of(writeDifference(model, after, old, now));
    } else if (run.find(Names.changes(model.table())).isPresent()) {
      changeSets.markWhole(after, model.table());
    }
    return new Outcome(decision, written, differences, targets, consumed);
  }

  private ChangeSet writeDifference(
      Model model, Table table, Dataset<Row> before, Dataset<Row> after) {
    String old = Names.view("before", model.table());
    String now = Names.view("after", model.table());
    before.createOrReplaceTempView(old);
    after.createOrReplaceTempView(now);
    List<String> columns = columns(table);
    String sql = ChangeSetSql.difference(run.id(), old, now, rowKey(model), columns, false);
    return changeSets.write(table, model.table(), run.spark().sql(sql));
  }

  private static Targets backfilled(Table table, String partition, Optional<Backfill> backfill) {
    return Targets.of(
        backfill
            .map(b -> b.span(partition, table.schema().findType(partition)))
            .map(List::of)
            .orElse(List.of()));
  }

  private Targets touchedPartitions(Model model, Map<Input, InputChange> changes) {
    List<Targets.Span> spans = new ArrayList<>();
    for (String query : reachQueries(model, changes)) {
      Dataset<Row> reached = explodeTargets(run.spark().sql(query));
      boolean single = reached.columns().length == 1;
      for (Row row : reached.collectAsList()) {
        if (single && !row.isNullAt(0)) {
          spans.add(Targets.Span.at(value(row, 0)));
        } else if (!single) {
          spans.add(
              new Targets.Span(
                  row.isNullAt(0) ? null : value(row, 0), row.isNullAt(1) ? null : value(row, 1)));
        }
      }
    }
    return Targets.of(spans);
  }

  private Dataset<Row> touchedKeys(Model model, Map<Input, InputChange> changes) {
    return reachQueries(model, changes).stream()
        .map(query -> explodeTargets(run.spark().sql(query)))
        .reduce(Dataset::union)
        .orElseThrow()
        .distinct();
  }

  private List<String> reachQueries(Model model, Map<Input, InputChange> changes) {
    List<String> queries = new ArrayList<>();
    for (Input input : model.inputs()) {
      if (!(changes.get(input) instanceof InputChange.Rows)) {
        continue;
      }
      String view = Names.view(Names.view("rows", input.table()), model.table());
      Dataset<Row> rows = newRows(model, input);
      if (!inputs.watched(input).equals(input.table())) {
        String changeView = Names.view(Names.view("changes", input.table()), model.table());
        rows.createOrReplaceTempView(changeView);
        rows = run.spark().sql(ReachSql.rows(changeView, input.watches()));
      }
      rows.createOrReplaceTempView(view);
      queries.addAll(ReachSql.parts(input.reach().orElseThrow(), view));
    }
    return queries;
  }

  // What was appended to the table that tells of the input's changes, since the model last read it.
  private Dataset<Row> newRows(Model model, Input input) {
    TableIdentifier watched = inputs.watched(input);
    return changeLog(watched)
        .since(run.spark(), inputs.consumed(model, input).orElse(Watermark.NONE));
  }

  private static Dataset<Row> explodeTargets(Dataset<Row> reached) {
    return reached.schema().fields()[0].dataType() instanceof ArrayType
        ? reached.selectExpr("explode(target) AS target").distinct()
        : reached;
  }

  private static Comparable<?> value(Row row, int column) {
    return (Comparable<?>) row.get(column);
  }

  private Dataset<Row> select(Model model, Map<TableIdentifier, String> views) {
    return run.spark()
        .sql(
            ModelSql.replaceRefs(
                model.sql(), table -> views.getOrDefault(table, Names.table(table))));
  }

  private static void requireColumns(Model model, Dataset<Row> rows) {
    List<String> present = Arrays.asList(rows.columns());
    List<String> needed = new ArrayList<>(model.uniqueKey());
    model.partitionBy().ifPresent(needed::add);
    needed.addAll(model.columns().keySet());
    List<String> missing =
        needed.stream()
            .distinct()
            .filter(column -> !present.contains(column))
            .map(column -> "`" + column + "`" + Names.suggestion(column, present))
            .toList();
    if (!missing.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "%s: the header names columns that the SELECT does not have: %s."
              .formatted(model.origin(), String.join(", ", missing)));
    }
  }

  private static List<String> columns(Table table) {
    return table.schema().columns().stream().map(field -> field.name()).toList();
  }
}
