package lakehouse.ingest.capture;

import java.io.Serializable;
import java.util.function.Predicate;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.CatalogConfig;

/** Tells up to which log position the catalog holds a source. May be slow, and may fail. */
@FunctionalInterface
public interface CatalogPosition extends Serializable {
  /** The position, or 0 if the catalog holds nothing of this capture. */
  long read();

  /** Of the capture whose positions are of that epoch. */
  static CatalogPosition ofEpoch(CatalogConfig config, String source, int epoch) {
    return () -> read(config, source, state -> state.epoch() == epoch);
  }

  /** Of that run of the capture. */
  static CatalogPosition ofRun(CatalogConfig config, String source, String run) {
    return () -> read(config, source, state -> state.run().equals(run));
  }

  private static long read(CatalogConfig config, String source, Predicate<SourceState> ours) {
    try (LakeCatalog lake = LakeCatalog.open(config);
        CatalogCommit commit = new CatalogCommit(lake)) {
      return commit.state(source).filter(ours).map(SourceState::lsn).orElse(0L);
    }
  }
}
