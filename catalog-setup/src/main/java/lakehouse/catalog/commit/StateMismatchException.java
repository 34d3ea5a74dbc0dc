package lakehouse.catalog.commit;

import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/**
 * The catalog's state of a source is not what the caller rests on: another ingest of the source has
 * committed, or the caller was restored from an older state. Nothing was committed; committing
 * again cannot help.
 */
public final class StateMismatchException extends LakeException {
  private static final long serialVersionUID = 1L;

  public StateMismatchException(String message) {
    super(ExitCode.CONFLICT, message);
  }
}
