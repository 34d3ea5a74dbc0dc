package lakehouse.ingest;

/** Where a test can hurt the ingest, by {@link lakehouse.catalog.Faults}. */
public final class Faults {
  /** After the catalog holds a commit, and before Flink or the source hear of it. */
  public static final String AFTER_CATALOG_COMMIT = "halt-after-catalog-commit";

  /** After a replay has written its files, and before the catalog holds them. */
  public static final String BEFORE_REPLAY_COMMIT = "halt-before-replay-commit";

  /** Lets a checkpoint fall inside a transaction, to show that a test finds it. */
  public static final String SPLIT_TRANSACTIONS = "split-transactions";

  private Faults() {}

  /** Whether a test has switched a rule off. */
  public static boolean on(String rule) {
    return System.getProperty("lakehouse.fault", "").equals(rule);
  }

  /** Halts here if so told. */
  public static void pass(String point) {
    lakehouse.catalog.Faults.pass(point);
  }
}
