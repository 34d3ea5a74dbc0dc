package lakehouse.ingest.preflight;

/** Something about a folder of files that stops its capture. */
public record FilesViolation(String cause, String evidence, String remedy) implements Violation {}
