package lakehouse.load.programs;

import java.util.List;
import lakehouse.catalog.LakeCatalog;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.FetchOption;
import org.projectnessie.model.LogResponse.LogEntry;

/** What the commits of the published branch say of themselves. */
public final class CatalogLog {
  private static final String ROWS = "lakehouse.rows.";

  private final LakeCatalog catalog;

  /** Of a lake that stays open as long as this is asked. */
  public CatalogLog(LakeCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * What the ingest has committed so far.
   *
   * @param commits its catalog commits
   * @param rows rows of bronze, loaded ones and changes
   */
  public record Captured(long commits, long rows) {
    /** What was added to an earlier state. */
    public Captured since(Captured before) {
      return new Captured(commits - before.commits, rows - before.rows);
    }
  }

  /** What the ingest has committed so far. */
  public Captured captured() {
    List<CommitMeta> commits =
        entries().stream()
            .map(LogEntry::getCommitMeta)
            .filter(commit -> commit.getProperties().containsKey("lakehouse.source"))
            .toList();
    long rows =
        commits.stream()
            .flatMap(commit -> commit.getProperties().entrySet().stream())
            .filter(property -> property.getKey().startsWith(ROWS))
            .mapToLong(property -> Long.parseLong(property.getValue()))
            .sum();
    return new Captured(commits.size(), rows);
  }

  /** All commits on the published branch. */
  public long commits() {
    return entries().size();
  }

  private List<LogEntry> entries() {
    try {
      return catalog
          .nessie()
          .getCommitLog()
          .refName(catalog.config().reference())
          .fetch(FetchOption.MINIMAL)
          .stream()
          .toList();
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The published branch is gone", e);
    }
  }
}
