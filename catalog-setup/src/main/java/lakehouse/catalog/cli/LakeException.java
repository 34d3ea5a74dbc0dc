package lakehouse.catalog.cli;

import static java.util.Objects.requireNonNull;

/**
 * A failure that its caller can do something about. The message states cause, evidence and remedy
 * in sentences, never a secret or a row's value; programs print it as one block and exit with
 * {@link #exitCode()}.
 */
public class LakeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  public LakeException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = requireNonNull(exitCode);
  }

  public LakeException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = requireNonNull(exitCode);
  }

  /** What the process should exit with. */
  public final ExitCode exitCode() {
    return exitCode;
  }
}
