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

  AuditFailedException(RunId run, List<AuditResult> failed) {
    super(ExitCode.DATA_CHECK, message(run, failed));
    this.summary =
        failed.stream()
            .map(f -> f.model().name() + " " + f.audit().name())
            .collect(Collectors.joining("; "));
  }

  /** Which rules are broken, in one line. */
  public String summary() {
    return "broken: " + summary;
  }

  private static String message(RunId run, List<AuditResult> failed) {
    return """
        %s broken, so nothing was published; the tables are kept on branch %s.
        %s
        Correct the data or the model, then run again."""
        .formatted(
            failed.size() == 1 ? "A rule is" : failed.size() + " rules are",
            run.branch(),
            failed.stream()
                .map(
                    f ->
                        "- %s: %s fails for %d %s. They are found by:%n    lake query --at %s %s"
                            .formatted(
                                f.model().name(),
                                f.audit().name(),
                                f.failedRows(),
                                f.failedRows() == 1 ? "row" : "rows",
                                run.branch(),
                                shell(f.query())))
                .collect(Collectors.joining("\n")));
  }

  // One line to be copied into a shell; simple names are easier to read without their quotes.
  private static String shell(String query) {
    String line = query.strip().replaceAll("\\s+", " ").replaceAll("`([A-Za-z_]\\w*)`", "$1");
    return line.matches("[^\"$`\\\\!]*")
        ? '"' + line + '"'
        : "'" + line.replace("'", "'\\''") + "'";
  }
}
