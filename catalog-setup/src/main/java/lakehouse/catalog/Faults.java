package lakehouse.catalog;

import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a test kill the process at a named point: {@code -Dlakehouse.fault=<point>:<n>} halts the
 * JVM when the point is passed for the n-th time, as {@code kill -9} would.
 */
public final class Faults {
  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
  private static final AtomicInteger PASSED = new AtomicInteger();

  private Faults() {}

  /** Halts here if so told. */
  public static void pass(String point) {
    String fault = System.getProperty("lakehouse.fault", "");
    if (!fault.startsWith(point + ":")) {
      return;
    }
    int at = Integer.parseInt(fault.substring(point.length() + 1));
    if (PASSED.incrementAndGet() == at) {
      LOG.warn("Halting: fault {}", fault);
      System.err.println("halted by fault " + fault);
      Runtime.getRuntime().halt(137);
    }
  }
}
