package lakehouse.ingest.preflight;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.ingest.capture.files.FilesEngine;
import lakehouse.ingest.preflight.Preflight.Report;
import org.apache.flink.core.fs.Path;

/** Looks at the folder of a source of files. */
final class FilesPreflight {
  private FilesPreflight() {}

  static Report look(FilesConfig source) {
    List<Violation> violations = new ArrayList<>();
    List<String> paths = List.of();
    try {
      Path folder = new Path(source.location());
      if (!folder.getFileSystem().getFileStatus(folder).isDir()) {
        violations.add(missing(source, "it is no folder"));
      } else {
        paths = FilesEngine.found(source);
      }
    } catch (IOException | RuntimeException e) {
      violations.add(missing(source, String.valueOf(e.getMessage())));
    }
    return new Report(
        source, Optional.of(new FilesFindings(paths)), source.tables().size(), violations);
  }

  private static Violation missing(FilesConfig source, String evidence) {
    return new FilesViolation(
        "The folder %s cannot be listed.".formatted(source.location()),
        evidence,
        "make the folder, give the ingest the right to read it, or correct `location`");
  }
}
