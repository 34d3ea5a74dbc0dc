package lakehouse.models.publish;

import lakehouse.catalog.Faults;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;

/** Makes final what a run has on its branch: by one merge, a tag, and the end of the branch. */
final class Publication {
  private final LakeCatalog main;
  private final RunLock lock;

  /**
   * @param lock held by the run
   */
  Publication(LakeCatalog main, RunLock lock) {
    this.main = main;
    this.lock = lock;
  }

  /**
   * Publishes.
   *
   * @return the hash with the merge, which the run's tag stands at
   */
  String publish(RunId run) {
    CatalogBranches branches = new CatalogBranches(main);
    String reference = main.config().reference();
    Faults.pass(WriteAuditPublish.HALT_BEFORE_MERGE);
    lock.requireHeld();
    String published = branches.merge(run.branch(), reference, message(run));
    Faults.pass(WriteAuditPublish.HALT_AFTER_MERGE);
    branches.tag(run.tag(), reference, published);
    branches.delete(run.branch());
    return published;
  }

  /** The message of the commit by which a run is published. */
  static String message(RunId run) {
    return "Publish " + run.branch();
  }
}
