package lakehouse.models.publish;

import java.util.Comparator;
import java.util.List;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.config.ModelsConfig;
import org.projectnessie.model.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops the oldest tags and failed runs, so that only so many are kept as the configuration says.
 */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final LakeCatalog main;
  private final ModelsConfig config;

  Retention(LakeCatalog main, ModelsConfig config) {
    this.main = main;
    this.config = config;
  }

  /** To be used by the holder of the lock, after the records of failed runs were taken along. */
  void apply(FailedRuns kept) {
    CatalogBranches branches = new CatalogBranches(main);
    List<String> tags =
        branches.all().stream()
            .map(Reference::getName)
            .filter(name -> RunId.ofTag(name).isPresent())
            .toList();
    drop(branches, tags, config.keepPublications());
    drop(branches, kept.runs().stream().map(RunId::branch).toList(), config.keepFailedRuns());
  }

  // Names sort by time.
  private static void drop(CatalogBranches branches, List<String> names, int keep) {
    names.stream()
        .sorted(Comparator.reverseOrder())
        .skip(keep)
        .forEach(
            name -> {
              LOG.info("{} is dropped: the {} latest are kept", name, keep);
              branches.delete(name);
            });
  }
}
