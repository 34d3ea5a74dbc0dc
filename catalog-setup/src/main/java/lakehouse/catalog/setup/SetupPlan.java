package lakehouse.catalog.setup;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The steps from what the catalog has to what the configuration asks for.
 *
 * @param steps in the order in which they are to be done; none if all is there
 */
record SetupPlan(List<SetupStep> steps) {
  /** Compares; changes nothing. */
  static SetupPlan of(LakeConfig config, CatalogState state) {
    List<SetupStep> steps = new ArrayList<>();
    if (state.branch().isEmpty()) {
      steps.add(
          new SetupStep.CreateBranch(
              config.catalog().reference(),
              state.defaultBranch().getName(),
              state.defaultBranch().getHash()));
    }
    namespaces(config).stream()
        .filter(namespace -> !state.namespaces().contains(namespace))
        .map(SetupStep.CreateNamespace::new)
        .forEach(steps::add);
    for (OpsTables table : OpsTables.ALL) {
      Schema found = state.tables().get(table.table());
      if (found == null) {
        steps.add(new SetupStep.CreateTable(table));
      } else {
        List<NestedField> missing = missing(table, found);
        if (!missing.isEmpty()) {
          steps.add(new SetupStep.AddColumns(table, missing));
        }
      }
    }
    return new SetupPlan(List.copyOf(steps));
  }

  private static Set<Namespace> namespaces(LakeConfig config) {
    Set<Namespace> namespaces = new LinkedHashSet<>();
    for (Layer layer : Layer.values()) {
      namespaces.add(layer.namespace());
    }
    for (SourceConfig source : config.sources()) {
      namespaces.add(Layer.BRONZE.namespace(source.name()));
      namespaces.add(Layer.SILVER.namespace(source.name()));
    }
    return namespaces;
  }

  private static List<NestedField> missing(OpsTables table, Schema found) {
    List<NestedField> missing = new ArrayList<>();
    for (NestedField column : table.schema().columns()) {
      NestedField present = found.findField(column.name());
      if (present == null) {
        missing.add(column.asOptional()); // rows written before have no value of it
      } else if (!present.type().equals(column.type())) {
        throw new LakeException(
            ExitCode.PREFLIGHT,
            """
            Table %s has the column %s as %s, and the lake needs %s. Nothing was changed.
            Something else made or altered the table: move it away (rename it), then set up again."""
                .formatted(table.table(), column.name(), present.type(), column.type()));
      }
    }
    return missing;
  }
}
