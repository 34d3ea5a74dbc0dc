package lakehouse.models.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.catalog.TableIdentifier;

/** The models in an order in which each comes after all that it reads. */
public final class ModelGraph {
  private final Map<TableIdentifier, Model> models;

  private ModelGraph(Map<TableIdentifier, Model> models) {
    this.models = models;
  }

  /**
   * Orders the models.
   *
   * @param models in any order
   * @param changeLogs the tables that no model makes
   * @throws LakeException if a model reads what is not there, or itself by way of others
   */
  public static ModelGraph of(Collection<Model> models, Set<TableIdentifier> changeLogs) {
    Map<TableIdentifier, Model> byTable = new LinkedHashMap<>();
    models.forEach(model -> byTable.put(model.table(), model));
    requireKnownRefs(byTable, changeLogs);
    Map<TableIdentifier, Model> ordered = new LinkedHashMap<>();
    for (Model model : byTable.values()) {
      visit(model, byTable, ordered, new ArrayDeque<>());
    }
    return new ModelGraph(ordered);
  }

  /** All models in their order. */
  public List<Model> models() {
    return List.copyOf(models.values());
  }

  /** The model that makes the table, if one does. */
  public java.util.Optional<Model> model(TableIdentifier table) {
    return java.util.Optional.ofNullable(models.get(table));
  }

  /** Whether any model reads the table. */
  public boolean isRead(TableIdentifier table) {
    return models.values().stream()
        .anyMatch(model -> model.inputs().stream().anyMatch(i -> i.table().equals(table)));
  }

  /**
   * The models that a selection names, in their order.
   *
   * @param selectors names, {@code +name} with all it rests on, {@code name+} with all that rests
   *     on it, {@code tag:word}; empty for all models
   * @throws LakeException if a selector names nothing
   */
  public Set<TableIdentifier> select(List<String> selectors) {
    if (selectors.isEmpty()) {
      return new LinkedHashSet<>(models.keySet());
    }
    Set<TableIdentifier> selected = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String selector : selectors) {
      if (selector.startsWith("tag:")) {
        List<TableIdentifier> tagged =
            models.values().stream()
                .filter(model -> model.tags().contains(selector.substring(4)))
                .map(Model::table)
                .toList();
        if (tagged.isEmpty()) {
          Set<String> tags = new TreeSet<>();
          models.values().forEach(model -> tags.addAll(model.tags()));
          problems.add(
              "No model has the tag `" + selector.substring(4) + "`; there are " + tags + ".");
        }
        selected.addAll(tagged);
        continue;
      }
      String name = selector.replaceAll("^\\+|\\+$", "");
      TableIdentifier table = Layer.parse(name);
      if (!models.containsKey(table)) {
        problems.add("There is no model `" + name + "`" + suggestion(name, models.keySet()) + ".");
        continue;
      }
      selected.add(table);
      if (selector.startsWith("+")) {
        upstream(table, selected);
      }
      if (selector.endsWith("+")) {
        downstream(table, selected);
      }
    }
    if (!problems.isEmpty()) {
      throw new LakeException(ExitCode.CONFIGURATION, String.join("\n", problems));
    }
    return models.keySet().stream()
        .filter(selected::contains)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void upstream(TableIdentifier table, Set<TableIdentifier> into) {
    for (Input input : models.get(table).inputs()) {
      if (models.containsKey(input.table()) && into.add(input.table())) {
        upstream(input.table(), into);
      }
    }
  }

  private void downstream(TableIdentifier table, Set<TableIdentifier> into) {
    for (Model model : models.values()) {
      if (model.inputs().stream().anyMatch(i -> i.table().equals(table))
          && into.add(model.table())) {
        downstream(model.table(), into);
      }
    }
  }

  private static void requireKnownRefs(
      Map<TableIdentifier, Model> models, Set<TableIdentifier> changeLogs) {
    Set<TableIdentifier> known = new LinkedHashSet<>(models.keySet());
    known.addAll(changeLogs);
    List<String> problems = new ArrayList<>();
    for (Model model : models.values()) {
      for (Input input : model.inputs()) {
        if (!known.contains(input.table())) {
          problems.add(
              "%s: there is no table `%s` to refer to%s."
                  .formatted(
                      model.origin(), input.table(), suggestion(input.table().toString(), known)));
        }
      }
      for (Audit audit : model.audits()) {
        if (audit instanceof Audit.Relationship relationship
            && !known.contains(relationship.to())) {
          problems.add(
              "%s: the audit %s refers to a table that is not there%s."
                  .formatted(
                      model.origin(),
                      audit.name(),
                      suggestion(relationship.to().toString(), known)));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          String.join("\n", problems)
              + "\nA captured table appears once `lake ingest` has committed it.");
    }
  }

  private static String suggestion(String name, Collection<TableIdentifier> known) {
    return Names.suggestion(name, known.stream().map(TableIdentifier::toString).toList());
  }

  private static void visit(
      Model model,
      Map<TableIdentifier, Model> models,
      Map<TableIdentifier, Model> ordered,
      Deque<TableIdentifier> path) {
    if (ordered.containsKey(model.table())) {
      return;
    }
    if (path.contains(model.table())) {
      List<TableIdentifier> cycle = new ArrayList<>(path);
      cycle = new ArrayList<>(cycle.subList(cycle.indexOf(model.table()), cycle.size()));
      cycle.add(model.table());
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "The models form a cycle: each of %s reads the next.\nRemove one of these references."
              .formatted(
                  cycle.stream()
                      .map(TableIdentifier::toString)
                      .collect(Collectors.joining(" -> "))));
    }
    path.addLast(model.table());
    for (Input input : model.inputs()) {
      Model upstream = models.get(input.table());
      if (upstream != null) {
        visit(upstream, models, ordered, path);
      }
    }
    path.removeLast();
    ordered.put(model.table(), model);
  }
}
