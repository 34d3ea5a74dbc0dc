package lakehouse.ingest.capture.postgres;

import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells when the server cannot decode its own log behind a slot. It begins at the same place each
 * time it is asked, and fails there again: unlike with a server that went away, nothing is gained
 * by asking once more.
 */
final class UndecodableLog {
  private static final String INTERNAL_ERROR = "XX000";

  /**
   * What makes a transaction of its pieces, as the server's error reports name it. Errors of the
   * files that it keeps them in, which may pass, come from elsewhere.
   */
  private static final String DECODING = "ReorderBufferProcessTXN";

  private UndecodableLog() {}

  /**
   * What to tell of a stream that broke; empty if another attempt may help.
   *
   * @param source the source's name
   * @param slot its slot
   */
  static Optional<LakeException> problem(String source, String slot, Throwable failure) {
    if (!(failure instanceof PSQLException e) || !INTERNAL_ERROR.equals(e.getSQLState())) {
      return Optional.empty();
    }
    ServerErrorMessage error = e.getServerErrorMessage();
    if (error == null || !DECODING.equals(error.getRoutine())) {
      return Optional.empty();
    }
    return Optional.of(
        new LakeException(
            ExitCode.PREFLIGHT,
            """
            Source %s: PostgreSQL cannot decode its log behind slot %s: %s (%s).
            It fails at the same place each time, so only another slot helps, with every table loaded anew: \
            `lake ingest --reload %s`. The lake holds the source up to its last commit."""
                .formatted(source, slot, error.getMessage(), error.getRoutine(), source),
            e));
  }
}
