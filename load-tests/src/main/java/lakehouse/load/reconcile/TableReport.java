package lakehouse.load.reconcile;

import java.util.List;

/**
 * The verdict on one table.
 *
 * @param source the source's name
 * @param table the table, {@code schema.} left out for {@code public}
 * @param rowsInSource rows in PostgreSQL
 * @param rowsInLake rows in silver
 * @param seconds how long it took
 * @param notes what limits the verdict
 * @param differences the differing keys
 * @param allDifferences whether {@code differences} names all of them
 * @param digestInSource of all rows of PostgreSQL; empty where none was made
 * @param digestInLake of all rows of the lake
 * @param basis what the lake's side was told from; empty at rest, where it is silver
 */
record TableReport(
    String source,
    String table,
    long rowsInSource,
    long rowsInLake,
    Verdict verdict,
    double seconds,
    List<String> notes,
    List<KeyDifference> differences,
    boolean allDifferences,
    String digestInSource,
    String digestInLake,
    String basis) {
  TableReport(
      String source,
      String table,
      long rowsInSource,
      long rowsInLake,
      Verdict verdict,
      double seconds,
      List<String> notes,
      List<KeyDifference> differences,
      boolean allDifferences) {
    this(
        source,
        table,
        rowsInSource,
        rowsInLake,
        verdict,
        seconds,
        notes,
        differences,
        allDifferences,
        "",
        "",
        "");
  }

  TableReport {
    notes = List.copyOf(notes);
    differences = List.copyOf(differences);
  }

  /** What came of the comparison. */
  enum Verdict {
    EQUAL,
    DIFFERENT,
    /** Silver has no such table. */
    NOT_IN_SILVER,
    /** A column's types have no form in common, so nothing is proven. */
    NOT_COMPARABLE
  }

  boolean equal() {
    return verdict == Verdict.EQUAL;
  }
}
