package lakehouse.models.audit;

import lakehouse.models.model.Audit;
import lakehouse.models.model.Model;
import lakehouse.models.model.Severity;

/**
 * What came of one audit.
 *
 * @param model the audited model
 * @param audit the rule
 * @param failedRows rows that break it
 * @param query the query that finds them
 */
public record AuditResult(Model model, Audit audit, long failedRows, String query) {
  /** Whether nothing may be published. */
  public boolean blocks() {
    return failedRows > 0 && audit.severity() == Severity.ERROR;
  }

  /** How it ended, in one word. */
  public String status() {
    return failedRows == 0 ? "passed" : audit.severity() == Severity.ERROR ? "failed" : "warned";
  }
}
