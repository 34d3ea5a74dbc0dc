package lakehouse.models.publish;

import java.util.Optional;
import java.util.Set;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.models.ops.OpsRows;
import org.projectnessie.client.api.GetCommitLogBuilder;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.LogResponse;
import org.projectnessie.model.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends what a run left that was stopped: its branch is dropped, and a tag that it did not come to
 * is made. To be used only by the holder of the lock: then no other run can be alive.
 */
final class Repair {
  private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

  private final LakeCatalog main;
  private final CatalogBranches branches;

  Repair(LakeCatalog main) {
    this.main = main;
    this.branches = new CatalogBranches(main);
  }

  /** Mends; returns the failed runs, whose branches are kept. */
  FailedRuns afterCrash() {
    RunRecords.lastPublished(new OpsRows(main)).ifPresent(this::tag);
    FailedRuns kept = FailedRuns.find(main);
    Set<String> keptBranches = kept.branches();
    for (Reference reference : branches.all()) {
      String name = reference.getName();
      boolean ofARun = RunId.ofBranch(name).isPresent() || name.startsWith(RunLock.NAME + "_");
      if (ofARun && !keptBranches.contains(name)) {
        LOG.info("Branch {} is dropped: its run was stopped", name);
        branches.delete(name);
      }
    }
    return kept;
  }

  private void tag(RunId run) {
    if (branches.hash(run.tag()).isPresent()) {
      return;
    }
    String reference = main.config().reference();
    published(run, "the very first")
        .ifPresent(
            hash -> {
              LOG.info("Tag {} is made: its run was stopped after it published", run.tag());
              branches.tag(run.tag(), reference, hash);
            });
  }

  /**
   * The hash at which a run was published, or empty if it was not.
   *
   * @param since a hash before that
   */
  Optional<String> published(RunId run, String since) {
    try {
      GetCommitLogBuilder log = main.nessie().getCommitLog().refName(main.config().reference());
      return log.stream()
          .map(LogResponse.LogEntry::getCommitMeta)
          .takeWhile(commit -> !since.equals(commit.getHash()))
          .filter(commit -> commit.getMessage().equals(Publication.message(run)))
          .map(CommitMeta::getHash)
          .findFirst();
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The branch is gone: " + e.getMessage(), e);
    }
  }
}
