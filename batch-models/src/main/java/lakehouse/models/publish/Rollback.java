package lakehouse.models.publish;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.table.Layer;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.model.Names;
import lakehouse.models.ops.OpsRows;
import org.projectnessie.client.api.CommitMultipleOperationsBuilder;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.IcebergTable;
import org.projectnessie.model.Operation;
import org.projectnessie.model.Reference;

/**
 * Publishes silver and gold again as they were at a tag, with what they had consumed then; bronze
 * and the audit trail stay. The next run does again what came after the tag.
 */
public final class Rollback {
  private final LakeConfig config;

  public Rollback(LakeConfig config) {
    this.config = config;
  }

  /**
   * What came of it.
   *
   * @param tag the tag of the new publication
   * @param tables how many tables differ now from what they were
   */
  public record RolledBack(String tag, int tables) {}

  /**
   * Rolls back.
   *
   * @param tag the tag of an earlier publication
   * @return what was done, or empty if all is as it was already
   * @throws LakeException if there is no such tag
   */
  public Optional<RolledBack> to(String tag) {
    try (LakeCatalog main = LakeCatalog.open(config.catalog())) {
      RunId run = RunId.next();
      try (RunLock lock = RunLock.take(main, run.value())) {
        new Repair(main).afterCrash();
        return to(main, lock, run, require(main, tag));
      }
    }
  }

  private Optional<RolledBack> to(LakeCatalog main, RunLock lock, RunId run, Reference tag) {
    CatalogBranches branches = new CatalogBranches(main);
    String reference = config.catalog().reference();
    String head = branches.hash(reference).orElseThrow();
    List<Operation> operations = operations(tables(main, tag.getName()), tables(main, reference));
    if (operations.isEmpty()) {
      return Optional.empty();
    }
    branches.create(run.branch(), reference, head);
    try (LakeCatalog branch = LakeCatalog.open(config.catalog(), run.branch(), Optional.empty())) {
      CommitMultipleOperationsBuilder commit =
          main.nessie()
              .commitMultipleOperations()
              .branch((Branch) main.reference(run.branch()).orElseThrow())
              .commitMeta(CommitMeta.fromMessage("Roll back to " + tag.getName()));
      operations.forEach(commit::operation);
      commit.commit();
      new OpsRows(branch)
          .append(
              OpsTables.MODEL_RUN,
              List.of(new RunRecords(run, head).rollback(tag.getName(), Instant.now())));
      new Publication(main, lock).publish(run);
      return Optional.of(new RolledBack(run.tag(), operations.size()));
    } catch (NessieNotFoundException | NessieConflictException e) {
      throw new IllegalStateException("Branch " + run.branch() + " is ours alone", e);
    }
  }

  private static Reference require(LakeCatalog main, String tag) {
    List<String> tags =
        new CatalogBranches(main)
            .all().stream()
                .map(Reference::getName)
                .filter(name -> RunId.ofTag(name).isPresent())
                .sorted()
                .toList();
    if (!tags.contains(tag)) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "There is no publication %s%s. `lake status` names the last ones."
              .formatted(tag, Names.suggestion(tag, tags)));
    }
    return main.reference(tag).orElseThrow();
  }

  // A table is put back under the identity that it has now: it may have been made anew since.
  private static List<Operation> operations(
      Map<ContentKey, IcebergTable> then, Map<ContentKey, IcebergTable> now) {
    Map<ContentKey, Operation> operations = new TreeMap<>();
    then.forEach(
        (key, table) -> {
          IcebergTable present = now.get(key);
          if (present == null || !sameState(present, table)) {
            operations.put(
                key,
                Operation.Put.of(
                    key,
                    IcebergTable.of(
                        table.getMetadataLocation(),
                        table.getSnapshotId(),
                        table.getSchemaId(),
                        table.getSpecId(),
                        table.getSortOrderId(),
                        present == null ? null : present.getId())));
          }
        });
    now.keySet().stream()
        .filter(key -> !then.containsKey(key))
        .forEach(key -> operations.put(key, Operation.Delete.of(key)));
    return List.copyOf(operations.values());
  }

  private static boolean sameState(IcebergTable a, IcebergTable b) {
    return a.getMetadataLocation().equals(b.getMetadataLocation());
  }

  private static Map<ContentKey, IcebergTable> tables(LakeCatalog main, String reference) {
    try {
      Map<ContentKey, IcebergTable> tables = new HashMap<>();
      main.nessie().getEntries().refName(reference).withContent(true).stream()
          .filter(entry -> rollsBack(entry.getName()))
          .forEach(
              entry -> {
                Content content = entry.getContent();
                if (content instanceof IcebergTable table) {
                  tables.put(entry.getName(), table);
                }
              });
      return tables;
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The reference is gone: " + e.getMessage(), e);
    }
  }

  private static boolean rollsBack(ContentKey key) {
    String layer = key.getElements().get(0);
    return layer.equals(Layer.SILVER.namespace().level(0))
        || layer.equals(Layer.GOLD.namespace().level(0))
        || key.equals(LakeCatalog.key(OpsTables.MODEL_INPUT.table()));
  }
}
