package lakehouse.catalog.setup;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Content;
import org.projectnessie.model.EntriesResponse;
import org.projectnessie.model.Reference;

/**
 * What the catalog has by now.
 *
 * @param defaultBranch the catalog's own default branch
 * @param branch the lake's branch, if it is there
 * @param namespaces the namespaces on it
 * @param tables the tables of the audit trail on it, with their columns
 */
record CatalogState(
    Reference defaultBranch,
    Optional<Reference> branch,
    Set<Namespace> namespaces,
    Map<TableIdentifier, Schema> tables) {
  /** Looks. */
  static CatalogState read(CatalogConfig config) {
    // at the default branch, which is always there; the lake's own may not be yet
    try (LakeCatalog catalog = LakeCatalog.openDefault(config)) {
      Reference defaultBranch = catalog.nessie().getDefaultBranch();
      Optional<Reference> branch = catalog.reference(config.reference());
      return branch.isEmpty()
          ? new CatalogState(defaultBranch, branch, Set.of(), Map.of())
          : new CatalogState(
              defaultBranch, branch, namespaces(catalog, branch.get()), tables(config));
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The catalog has no default branch", e);
    }
  }

  private static Set<Namespace> namespaces(LakeCatalog catalog, Reference branch)
      throws NessieNotFoundException {
    Set<Namespace> namespaces = new HashSet<>();
    for (EntriesResponse.Entry entry :
        catalog.nessie().getEntries().reference(branch).stream().toList()) {
      if (entry.getType().equals(Content.Type.NAMESPACE)) {
        namespaces.add(Namespace.of(entry.getName().getElementsArray()));
      }
    }
    return namespaces;
  }

  private static Map<TableIdentifier, Schema> tables(CatalogConfig config) {
    Map<TableIdentifier, Schema> tables = new HashMap<>();
    try (LakeCatalog catalog = LakeCatalog.open(config)) {
      for (OpsTables table : OpsTables.ALL) {
        if (catalog.iceberg().tableExists(table.table())) {
          tables.put(table.table(), catalog.iceberg().loadTable(table.table()).schema());
        }
      }
    }
    return tables;
  }
}
