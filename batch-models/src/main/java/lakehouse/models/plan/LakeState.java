package lakehouse.models.plan;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Content;
import org.projectnessie.model.IcebergTable;

/** The tables of the lake at one hash, found by one question to the catalog. */
public final class LakeState {
  private final LakeCatalog catalog;
  private final Map<TableIdentifier, Long> snapshots;

  private LakeState(LakeCatalog catalog, Map<TableIdentifier, Long> snapshots) {
    this.catalog = catalog;
    this.snapshots = snapshots;
  }

  /**
   * Reads the state.
   *
   * @param asked the catalog that is asked for the list of tables
   * @param pinned the catalog opened at the hash, from which tables are read
   * @param reference the branch or tag
   * @param hash the hash on it
   */
  public static LakeState at(LakeCatalog asked, LakeCatalog pinned, String reference, String hash) {
    try {
      Map<TableIdentifier, Long> snapshots =
          new TreeMap<>(java.util.Comparator.comparing(TableIdentifier::toString));
      asked.nessie().getEntries().refName(reference).hashOnRef(hash).withContent(true).stream()
          .forEach(
              entry -> {
                Content content = entry.getContent();
                if (content instanceof IcebergTable table) {
                  snapshots.put(
                      TableIdentifier.of(entry.getName().getElementsArray()),
                      table.getSnapshotId());
                }
              });
      return new LakeState(pinned, snapshots);
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The reference is gone: " + e.getMessage(), e);
    }
  }

  /** The change logs: every table of bronze. */
  public Set<TableIdentifier> changeLogs() {
    return snapshots.keySet().stream()
        .filter(table -> table.namespace().level(0).equals(Layer.BRONZE.namespace().level(0)))
        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
  }

  /** Whether the table is there. */
  public boolean has(TableIdentifier table) {
    return snapshots.containsKey(table);
  }

  /** The table's current snapshot, {@link Lineage#NO_SNAPSHOT} if it is empty or not there. */
  public long snapshot(TableIdentifier table) {
    return snapshots.getOrDefault(table, Lineage.NO_SNAPSHOT);
  }

  /** The table's metadata. */
  public Optional<Table> table(TableIdentifier table) {
    if (!has(table)) {
      return Optional.empty();
    }
    try {
      return Optional.of(catalog.iceberg().loadTable(table));
    } catch (NoSuchTableException e) {
      return Optional.empty();
    }
  }
}
