package lakehouse.ingest.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.ingest.capture.files.FilesEngine;
import lakehouse.ingest.preflight.Preflight.Report;

/** Looks at the folder of a source of files. */
final class FilesPreflight {
  private FilesPreflight() {}

  static Report look(FilesConfig source) {
    List<Violation> violations = new ArrayList<>();
    List<String> paths = List.of();
    try {
      paths = FilesEngine.found(source);
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      violations.add(missing(source, cause.toString()));
    }
    return new Report(
        source, Optional.of(new FilesFindings(paths)), source.tables().size(), violations);
  }

  private static Violation missing(FilesConfig source, String evidence) {
    return new FilesViolation(
        "The location %s cannot be listed.".formatted(source.location()),
        evidence,
        "make the folder or bucket, give the ingest the right to read it, or correct `location` and"
            + " `properties`");
  }
}
