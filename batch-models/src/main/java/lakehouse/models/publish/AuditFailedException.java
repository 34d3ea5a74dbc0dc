package lakehouse.models.publish;

import java.util.List;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.audit.AuditResult;

/** A rule is broken: nothing was published, and the branch is there to be looked at. */
public final class AuditFailedException extends LakeException {
  private static final long serialVersionUID = 1L;

  private final String summary;

  /** Rules that the tables of a run break. */
  AuditFailedException(RunId run, List<AuditResult> failed) {
    this(
        failed,
        """
        %s broken, so nothing was published; the tables are kept on branch %s.
        %s
        Correct the data or the model, then run again."""
            .formatted(are(failed), run.branch(), lines(failed, "--at " + run.branch() + " ")));
  }

  /** Rules that published tables came to break, since nothing new came. */
  AuditFailedException(List<AuditResult> failed) {
    this(
        failed,
        """
        %s broken by what is published, and nothing new came.
        %s
        See `lake status` for what the ingest does."""
            .formatted(are(failed), lines(failed, "")));
  }

  private AuditFailedException(List<AuditResult> failed, String message) {
    super(ExitCode.DATA_CHECK, message);
    this.summary =
        failed.stream()
            .map(f -> f.model().name() + " " + f.audit().name())
            .collect(Collectors.joining("; "));
  }

  /** Which rules are broken, in one line. */
  public String summary() {
    return "broken: " + summary;
  }

  private static String are(List<AuditResult> failed) {
    return failed.size() == 1 ? "A rule is" : failed.size() + " rules are";
  }

  private static String lines(List<AuditResult> failed, String at) {
    return failed.stream()
        .map(
            f ->
                "- %s: %s fails for %d %s. They are found by:%n    lake query %s%s"
                    .formatted(
                        f.model().name(),
                        f.audit().name(),
                        f.failedRows(),
                        f.failedRows() == 1 ? "row" : "rows",
                        at,
                        shell(f.query())))
        .collect(Collectors.joining("\n"));
  }

  // One line to be copied into a shell; simple names are easier to read without their quotes.
  private static String shell(String query) {
    String line = query.strip().replaceAll("\\s+", " ").replaceAll("`([A-Za-z_]\\w*)`", "$1");
    return line.matches("[^\"$`\\\\!]*")
        ? '"' + line + '"'
        : "'" + line.replace("'", "'\\''") + "'";
  }
}
