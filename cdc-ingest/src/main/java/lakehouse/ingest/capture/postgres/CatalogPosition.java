package lakehouse.ingest.capture.postgres;

import java.io.Serializable;

/** Tells up to which log position the catalog holds a source. May be slow, and may fail. */
@FunctionalInterface
interface CatalogPosition extends Serializable {
  /** The position, or 0 if the catalog holds nothing of this capture. */
  long read();
}
