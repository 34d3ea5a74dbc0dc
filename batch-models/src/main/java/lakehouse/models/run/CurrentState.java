package lakehouse.models.run;

import static java.util.stream.Collectors.toMap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.models.model.Model;
import lakehouse.models.model.Names;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.Decision;
import lakehouse.models.plan.Lineage;
import lakehouse.models.plan.Targets;
import lakehouse.models.plan.Watermark;
import lakehouse.models.run.ChangeLogFacts.Position;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.CreateTableWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/**
 * Keeps the current state of change logs. Only what is new in a log is read, unless a marker is
 * among it: before a load or truncate all is void, and what was replayed comes before changes that
 * are applied already. Then the state is made from all that comes after the last load or truncate,
 * wherever in the log that is.
 */
final class CurrentState {
  /** A query over hundreds of tables is deeper than the stack of Spark's planner. */
  private static final int PIECES_IN_A_JOB = 50;

  private final LakeRun run;
  private final ChangeSets changeSets;

  CurrentState(LakeRun run) {
    this.run = run;
    this.changeSets = new ChangeSets(run);
  }

  /**
   * A piece of a change log that is to be applied.
   *
   * @param model the state's model
   * @param log the log
   * @param after the snapshot after which the piece begins
   */
  record Piece(Model model, ChangeLog log, Watermark after) {
    String view() {
      return Names.view("new", model.table());
    }
  }

  /** Reads the facts of pieces, of many in one job. */
  Map<TableIdentifier, ChangeLogFacts> facts(List<Piece> pieces) {
    Map<TableIdentifier, ChangeLogFacts> facts =
        pieces.stream()
            .collect(
                toMap(
                    piece -> piece.model().table(),
                    piece -> ChangeLogFacts.ofLoad(piece.log().rowsSince(piece.after()))));
    for (int from = 0; from < pieces.size(); from += PIECES_IN_A_JOB) {
      read(pieces.subList(from, Math.min(from + PIECES_IN_A_JOB, pieces.size())), facts);
    }
    return facts;
  }

  private void read(List<Piece> pieces, Map<TableIdentifier, ChangeLogFacts> into) {
    List<CurrentStateSql.FactsOf> asked = new ArrayList<>();
    for (Piece piece : pieces) {
      makeView(piece);
      asked.add(
          new CurrentStateSql.FactsOf(
              piece.model().name(),
              piece.view(),
              piece.log().hasOldKey(),
              piece.log().timeColumn()));
    }
    for (Row row : run.spark().sql(CurrentStateSql.facts(asked)).collectAsList()) {
      Row marker = row.getStruct(1);
      into.computeIfPresent(
          Layer.parse(row.getString(0)),
          (name, loaded) ->
              new ChangeLogFacts(
                  Optional.ofNullable(marker)
                      .map(m -> new Position(m.getInt(0), m.getLong(1), m.getLong(2))),
                  new HashSet<>(row.getList(2)),
                  row.getBoolean(3),
                  loaded.rows(),
                  row.getLong(4),
                  row.getBoolean(6),
                  row.getList(5)));
    }
  }

  private void makeView(Piece piece) {
    piece.log().since(run.spark(), piece.after()).createOrReplaceTempView(piece.view());
  }

  /** Brings the state up to the log's end. */
  Outcome apply(Piece piece, Decision decision, ChangeLogFacts facts) {
    makeView(piece); // the facts may have been read by another session
    Map<TableIdentifier, Watermark> consumed = Map.of(piece.log().name(), piece.log().watermark());
    // the copies of a bag cannot be merged one by one
    if (decision.action() == Action.FULL || piece.log().key().isEmpty()) {
      long rows = build(piece, facts);
      return new Outcome(decision, rows, Optional.empty(), Optional.empty(), consumed);
    }
    ChangeSet changes = merge(piece, facts);
    return new Outcome(decision, changes.rows(), Optional.of(changes), Optional.empty(), consumed);
  }

  private long build(Piece piece, ChangeLogFacts facts) {
    TableIdentifier name = piece.model().table();
    Optional<Table> before = run.find(name);
    CurrentStateSql sql = sql(piece, facts);
    Dataset<Row> rows =
        piece.log().key().isEmpty()
            ? run.spark()
                .sql(
                    BagSql.rows(
                        sql.stateColumns(), piece.log().floats(), piece.view(), facts.marker()))
            : state(piece, facts).drop(ChangeSetSql.POSITION.toArray(String[]::new));
    CreateTableWriter<Row> writer =
        rows.writeTo(Names.table(name))
            .using("iceberg")
            .tableProperty("comment", "Current state of " + piece.log().name())
            .tableProperty(ModelTables.DIGEST_PROPERTY, piece.model().digest())
            .tableProperty(
                ModelTables.TEXTS_PROPERTY,
                piece.log().holdsNoTexts(piece.after())
                    ? ModelTables.NO_TEXTS
                    : ModelTables.MAYBE_TEXTS);
    for (Map.Entry<String, String> property : LakeCatalog.tableDefaults().entrySet()) {
      writer = writer.tableProperty(property.getKey(), property.getValue());
    }
    for (Map.Entry<String, String> property : ModelTables.MERGED.entrySet()) {
      writer = writer.tableProperty(property.getKey(), property.getValue());
    }
    writer.createOrReplace();
    Table after = run.table(name);
    if (before.isPresent() || run.find(Names.changes(name)).isPresent()) {
      changeSets.markWhole(after, name);
    }
    return Lineage.totalRows(after);
  }

  // All rows of a whole log's state, with the position of each one's last change. A row that was
  // loaded and did not change since goes its way alone; the others are compared by key. What a load
  // gave of them is before all changes, and is asked only for values that these leave out.
  private Dataset<Row> state(Piece piece, ChangeLogFacts facts) {
    CurrentStateSql sql = sql(piece, facts);
    if (!PositionMerge.areFew(facts.changes())) {
      Optional<String> time = piece.log().timeColumn().filter(t -> !facts.carriedAcrossKeys());
      String latest =
          time.map(column -> sql.latestByDay(piece.view(), facts.marker(), column))
              .orElseGet(() -> latest(sql, piece.view(), facts));
      return run.spark().sql(sql.rows(latest, null));
    }
    String changed =
        sql.changedKeys(piece.view(), facts.marker(), facts.carriedAcrossKeys(), false);
    Dataset<Row> loaded = run.spark().sql(sql.loaded(piece.view(), facts.marker(), changed));
    if (facts.changes() == 0) {
      return loaded;
    }
    String view = "changed_" + piece.view();
    String compared =
        sql.carried().isEmpty()
            ? sql.changed(piece.view(), facts.marker())
            : sql.ofChangedKeys(piece.view(), changed);
    run.spark().sql(compared).createOrReplaceTempView(view);
    return loaded.unionByName(run.spark().sql(sql.rows(latest(sql, view, facts), null)));
  }

  private ChangeSet merge(Piece piece, ChangeLogFacts facts) {
    TableIdentifier name = piece.model().table();
    Table table = evolve(run.table(name), piece.log());
    if (hasNoTexts(table) && !piece.log().holdsNoTexts(piece.after())) {
      table.updateProperties().set(ModelTables.TEXTS_PROPERTY, ModelTables.MAYBE_TEXTS).commit();
    }
    boolean few = !facts.needWholeLog() && PositionMerge.canApply(table, facts.rows());
    long before = rows(table, name, few);
    ChangeSet written = few ? mergeFew(piece, facts, table) : mergeMany(piece, facts, table);
    table.refresh();
    long after = rows(table, name, few);
    if (after != before + written.inserted() - written.deleted()) {
      throw new LakeException(
          ExitCode.DATA_CHECK,
          """
          Table %s has %d rows after %d inserts and %d deletes of %d rows.
          Its key is not unique, or the change log's is not. Build it anew: \
          `lake models run --full-refresh --select %s+`."""
              .formatted(name, after, written.inserted(), written.deleted(), before, name));
    }
    return written;
  }

  // Each task of a MERGE that deletes from a file writes its former deletes once more, so the
  // summary tells of more deletes than there are.
  private long rows(Table table, TableIdentifier name, boolean bySummary) {
    return bySummary ? Lineage.totalRows(table) : run.spark().table(Names.table(name)).count();
  }

  // The state is read once, and what the keys of the piece had in it is kept in memory.
  private ChangeSet mergeFew(Piece piece, ChangeLogFacts facts, Table table) {
    CurrentStateSql sql = sql(piece, facts);
    String touched = "touched_" + piece.view();
    String state = "state_" + piece.view();
    former(piece, table, "*", "_file", "_pos").createOrReplaceTempView(state);
    Dataset<Row> former =
        run.spark()
            .sql(sql.touched(piece.view(), state, facts, times(piece, facts)))
            .persist(StorageLevel.MEMORY_AND_DISK());
    former.createOrReplaceTempView(touched);
    Dataset<Row> changes =
        run.spark()
            .sql(sql.changesWithPlaces(run.id(), latest(sql, piece.view(), facts), touched))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      // what is kept in memory lies in as many parts as it was made in, each of them a file
      // otherwise
      int tasks =
          Math.max(
              PositionMerge.files(facts.rows()), run.spark().sparkContext().defaultParallelism());
      ChangeSet written =
          write(piece, table, changes.select(cols(ChangeSetSql.COLUMNS)).coalesce(tasks));
      new PositionMerge(run).apply(piece.model().table(), changes, written);
      return written;
    } finally {
      changes.unpersist();
      former.unpersist();
    }
  }

  // What is known to be null everywhere need not be read.
  private Dataset<Row> former(Piece piece, Table table, String first, String... others) {
    Dataset<Row> rows = run.spark().table(Names.table(piece.model().table())).select(first, others);
    return hasNoTexts(table)
        ? ChangeLog.sparing(rows, Set.of(ChangeColumns.UNREPRESENTABLE))
        : rows;
  }

  private static boolean hasNoTexts(Table table) {
    return ModelTables.NO_TEXTS.equals(table.properties().get(ModelTables.TEXTS_PROPERTY));
  }

  // Where the keys have a time, rows of other days need not be read.
  private static String times(Piece piece, ChangeLogFacts facts) {
    Optional<String> column = piece.log().timeColumn();
    if (column.isEmpty() || facts.holdsLoaded()) {
      return "TRUE";
    }
    String name = Names.column(column.get());
    String days =
        Targets.of(facts.days().stream().map(Targets.Span::at).toList())
            .conditionOn("CAST(%s AS DATE)".formatted(name));
    return "%s OR %s IS NULL".formatted(days, name);
  }

  private ChangeSet mergeMany(Piece piece, ChangeLogFacts facts, Table table) {
    TableIdentifier name = piece.model().table();
    String state = "state_" + piece.view();
    former(piece, table, "*").createOrReplaceTempView(state);
    ChangeSet written = write(piece, table, changes(piece, facts, state));
    if (written.rows() > 0) {
      new Merge(run).apply(name, piece.log().key(), written);
    }
    return written;
  }

  private ChangeSet write(Piece piece, Table table, Dataset<Row> changes) {
    try {
      return changeSets.write(table, piece.model().table(), changes);
    } catch (Exception e) { // Spark throws checked ones without declaring them
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        String message = String.valueOf(cause.getMessage());
        int at = message.indexOf(CurrentStateSql.NO_FORMER_VALUE);
        if (at >= 0) {
          throw new LakeException(
              ExitCode.DATA_CHECK,
              """
              Change log %s leaves out a value that did not change, but there is %s.
              Changes are missing before it. Load the table anew with the ingest's reload."""
                  .formatted(
                      piece.log().name(), message.substring(at).lines().findFirst().orElse("")),
              e);
        }
      }
      throw e;
    }
  }

  private Dataset<Row> changes(Piece piece, ChangeLogFacts facts, String former) {
    CurrentStateSql sql = sql(piece, facts);
    if (!facts.needWholeLog()) {
      return run.spark().sql(sql.changes(run.id(), latest(sql, piece.view(), facts), former));
    }
    Piece whole = new Piece(piece.model(), piece.log(), Watermark.NONE);
    ChangeLogFacts all = facts(List.of(whole)).get(piece.model().table());
    CurrentStateSql anew = sql(whole, all);
    String view = "anew_" + piece.view();
    state(whole, all).createOrReplaceTempView(view);
    return run.spark()
        .sql(
            ChangeSetSql.difference(run.id(), former, view, anew.key(), anew.stateColumns(), true));
  }

  private static Column[] cols(List<String> names) {
    return names.stream().map(functions::col).toArray(Column[]::new);
  }

  private CurrentStateSql sql(Piece piece, ChangeLogFacts facts) {
    List<String> columns = piece.log().columnNames();
    List<String> carried =
        columns.stream()
            .filter(facts.unchanged()::contains)
            .filter(column -> !piece.log().key().contains(column))
            .toList();
    return new CurrentStateSql(columns, piece.log().key(), carried);
  }

  // A relation as SQL: a subquery, or a view where chains of key changes had to be followed first.
  private String latest(CurrentStateSql sql, String view, ChangeLogFacts facts) {
    if (!facts.carriedAcrossKeys()) {
      return sql.latest(view, facts.marker());
    }
    String latest = "latest_" + view;
    new KeyChanges(run.spark(), sql).latest(view, facts.marker()).createOrReplaceTempView(latest);
    return "SELECT * FROM " + latest;
  }

  private static Table evolve(Table table, ChangeLog log) {
    Schema wanted = log.stateSchema();
    Map<String, String> kept = new LinkedHashMap<>();
    table.schema().columns().forEach(f -> kept.put(f.name(), shape(f)));
    boolean same = wanted.columns().stream().allMatch(f -> shape(f).equals(kept.get(f.name())));
    if (!same) {
      table.updateSchema().unionByNameWith(wanted).commit();
    }
    return table;
  }

  // The type without its field ids, which differ between tables.
  private static String shape(Types.NestedField field) {
    return field.type().toString();
  }
}
