package lakehouse.ingest.capture.postgres;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lakehouse.ingest.capture.CatalogPosition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the slot forget what the catalog holds, and nothing else: it asks the catalog now and then,
 * since neither a checkpoint nor a file on storage makes a change safe.
 */
final class SlotGuardian implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlotGuardian.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final CatalogPosition catalog;
  private final WalReader wal;
  private final Thread asking;
  private volatile boolean closed;

  SlotGuardian(CatalogPosition catalog, WalReader wal) {
    this.catalog = catalog;
    this.wal = wal;
    this.asking = new Thread(this::ask, "slot-guardian");
    asking.setDaemon(true);
    asking.start();
  }

  private void ask() {
    while (!closed) {
      try {
        wal.confirm(catalog.read());
      } catch (RuntimeException e) {
        LOG.debug("The catalog did not say how far it is; the slot keeps its log", e);
      }
      LockSupport.parkNanos(INTERVAL_NANOS);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(asking);
  }
}
