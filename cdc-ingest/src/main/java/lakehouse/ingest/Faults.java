package lakehouse.ingest;

/** The points of the ingest at which a test can kill it, by {@link lakehouse.catalog.Faults}. */
public final class Faults {
  /** After the catalog holds a commit, and before Flink or the source hear of it. */
  public static final String AFTER_CATALOG_COMMIT = "halt-after-catalog-commit";

  private Faults() {}

  /** Halts here if so told. */
  public static void pass(String point) {
    lakehouse.catalog.Faults.pass(point);
  }
}
