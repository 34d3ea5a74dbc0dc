package lakehouse.ingest.preflight;

import java.util.List;

/**
 * What was found in the folder of a source of files.
 *
 * @param paths the files of its tables that are there, below its location
 */
public record FilesFindings(List<String> paths) implements Findings {
  public FilesFindings {
    paths = List.copyOf(paths);
  }
}
