package lakehouse.ingest.preflight;

/** Something about a source that stops its capture: what, how it shows, and what mends it. */
public sealed interface Violation
    permits SourceViolation, FlinkCdcViolation, NativeViolation, FilesViolation, JdbcViolation {
  /** What is wrong, in a sentence. */
  String cause();

  /** What was found. */
  String evidence();

  /** What mends it: a statement for the source where there is one. */
  String remedy();

  /** Whether somebody else holds what we need, rather than something being wrong. */
  default boolean conflict() {
    return false;
  }
}
