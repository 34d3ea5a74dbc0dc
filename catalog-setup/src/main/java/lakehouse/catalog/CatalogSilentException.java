package lakehouse.catalog;

import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/** The catalog does not answer. It may later; what was asked of it may have been done. */
public final class CatalogSilentException extends LakeException {
  private static final long serialVersionUID = 1L;

  public CatalogSilentException(String message, Exception cause) {
    super(ExitCode.PREFLIGHT, message, cause);
  }
}
