package lakehouse.models.publish;

import java.net.URI;
import lakehouse.catalog.CatalogSilentException;
import lakehouse.catalog.cli.LakeException;
import org.projectnessie.client.http.HttpClientException;

/** Tells a catalog that stopped answering from a defect of ours. */
final class CatalogLoss {
  private CatalogLoss() {}

  /** The failure of a run, in words for whoever can start the catalog if that is what failed. */
  static RuntimeException of(RuntimeException failure, URI catalog) {
    if (failure instanceof LakeException) {
      return failure;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HttpClientException) {
        return new CatalogSilentException(
            """
            The catalog at %s stopped answering while models ran (%s).
            All of the run is published, or nothing of it. Start the catalog, then run again: the next \
            run mends what this one left."""
                .formatted(catalog, cause.getMessage()),
            failure);
      }
    }
    return failure;
  }
}
