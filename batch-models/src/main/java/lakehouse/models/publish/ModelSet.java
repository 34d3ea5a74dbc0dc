package lakehouse.models.publish;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.table.Layer;
import lakehouse.models.model.Input;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.plan.LakeState;
import lakehouse.models.run.ChangeLogs;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The models of a lake: those written in files, and the current state of every change log that no
 * file makes the table of.
 *
 * @param graph those that can be made, in their order
 * @param waiting built-in models that cannot, with the table that is not there yet
 */
public record ModelSet(ModelGraph graph, Map<String, String> waiting) {

  /**
   * The models of a lake.
   *
   * @param state the lake
   * @param files the models that are written in files
   */
  public static ModelSet of(LakeState state, List<Model> files) {
    Map<TableIdentifier, Model> models = new LinkedHashMap<>();
    for (TableIdentifier log : state.changeLogs()) {
      Model model =
          Model.currentState(
              stateOf(log),
              log,
              Optional.of(log).flatMap(state::table).map(ChangeLogs::key).orElse(List.of()));
      models.put(model.table(), model);
    }
    files.forEach(model -> models.put(model.table(), model));
    Map<String, String> waiting = dropWaiting(models, state.changeLogs());
    return new ModelSet(ModelGraph.of(models.values(), state.changeLogs()), waiting);
  }

  /** The current state's table of a change log. */
  static TableIdentifier stateOf(TableIdentifier log) {
    String[] levels = log.namespace().levels().clone();
    levels[0] = Layer.SILVER.namespace().level(0);
    return TableIdentifier.of(Namespace.of(levels), log.name());
  }

  // A built-in model is right; what it refers to may not have been captured yet, or never will be.
  private static Map<String, String> dropWaiting(
      Map<TableIdentifier, Model> models, Set<TableIdentifier> changeLogs) {
    Map<String, String> waiting = new LinkedHashMap<>();
    boolean dropped = true;
    while (dropped) {
      dropped = false;
      for (Model model : new ArrayList<>(models.values())) {
        if (!model.origin().startsWith(ModelLibrary.BUILT_IN + "/")) {
          continue;
        }
        Set<TableIdentifier> missing = new LinkedHashSet<>();
        model.inputs().stream().map(Input::table).forEach(missing::add);
        missing.removeAll(models.keySet());
        missing.removeAll(changeLogs);
        if (!missing.isEmpty()) {
          models.remove(model.table());
          waiting.put(model.name(), String.valueOf(missing.iterator().next()));
          dropped = true;
        }
      }
    }
    return waiting;
  }
}
