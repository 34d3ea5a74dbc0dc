package lakehouse.ingest.preflight;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.ingest.preflight.Preflight.Report;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;

/** Looks at the folder of a source of files. */
final class FilesPreflight {
  private FilesPreflight() {}

  static Report look(FilesConfig source) {
    List<Violation> violations = new ArrayList<>();
    long files = 0;
    try {
      Path folder = new Path(source.location());
      FileStatus[] found = folder.getFileSystem().listStatus(folder);
      if (found == null) {
        violations.add(missing(source, "there is no such folder"));
      } else {
        files = found.length;
      }
    } catch (IOException | RuntimeException e) {
      violations.add(missing(source, String.valueOf(e.getMessage())));
    }
    return new Report(
        source, Optional.of(new FilesFindings(files)), source.tables().size(), violations);
  }

  private static Violation missing(FilesConfig source, String evidence) {
    return new FilesViolation(
        "The folder %s cannot be listed.".formatted(source.location()),
        evidence,
        "make the folder, give the ingest the right to read it, or correct `location`");
  }
}
