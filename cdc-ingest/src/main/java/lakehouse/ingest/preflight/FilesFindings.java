package lakehouse.ingest.preflight;

/**
 * What was found in the folder of a source of files.
 *
 * @param files how many files are of one of its tables
 */
public record FilesFindings(long files) implements Findings {}
