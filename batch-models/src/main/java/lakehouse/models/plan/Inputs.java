package lakehouse.models.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import lakehouse.models.model.Input;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import lakehouse.models.model.Names;
import lakehouse.models.ops.Consumed;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/** Tells what is new in the inputs of models, from table metadata alone. */
public final class Inputs {
  private final ModelGraph graph;
  private final Consumed consumed;

  public Inputs(ModelGraph graph, Consumed consumed) {
    this.graph = graph;
    this.consumed = consumed;
  }

  /**
   * The table whose snapshots tell of an input's changes: its change sets where it keeps them,
   * otherwise itself.
   */
  public TableIdentifier watched(Input input) {
    return graph
        .model(input.table())
        .filter(model -> model.materialization().keepsChanges())
        .map(model -> Names.changes(model.table()))
        .orElse(input.table());
  }

  /** Up to where a model has read an input. */
  public Optional<Watermark> consumed(Model model, Input input) {
    return consumed.watermark(model.table(), watched(input));
  }

  /**
   * What is new in an input.
   *
   * @param head the current snapshot of a table
   * @param tables the metadata of a table; asked only where something is new
   */
  public InputChange change(
      Model model,
      Input input,
      Function<TableIdentifier, Long> head,
      Function<TableIdentifier, Optional<Table>> tables) {
    Optional<Watermark> after = consumed(model, input);
    if (after.isEmpty()) {
      return new InputChange.Never();
    }
    TableIdentifier watched = watched(input);
    if (after.get().snapshot() == head.apply(watched)) {
      return new InputChange.Nothing();
    }
    Optional<Table> table = tables.apply(watched);
    if (table.isEmpty()) {
      return new InputChange.Whole("is gone");
    }
    Optional<Model> maker = graph.model(input.table());
    if (maker.isEmpty()) {
      return Lineage.sinceInChangeLog(table.get(), model.name(), after.get());
    }
    return switch (maker.get().materialization()) {
      case FULL -> new InputChange.Whole("is written whole whenever it changes");
      case APPEND, MERGE_BY_KEY, TOUCHED_PARTITIONS, SCD2, CURRENT_STATE ->
          Lineage.since(table.get(), after.get().snapshot());
    };
  }

  /** Up to where everything is read that a model reads now, to be recorded as consumed. */
  public Map<TableIdentifier, Watermark> watermarks(
      Model model, Function<TableIdentifier, Optional<Table>> tables) {
    Map<TableIdentifier, Watermark> watermarks = new LinkedHashMap<>();
    for (Input input : model.inputs()) {
      TableIdentifier watched = watched(input);
      watermarks.put(watched, tables.apply(watched).map(Watermark::of).orElse(Watermark.NONE));
    }
    return watermarks;
  }
}
