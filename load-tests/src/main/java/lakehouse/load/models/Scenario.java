package lakehouse.load.models;

import java.util.List;

/**
 * Changes between two runs.
 *
 * @param name as the report names it
 * @param share of the table's rows that change
 * @param recent whether nine of ten changes are of the newest seven days; otherwise any row is as
 *     likely to change as any other
 */
record Scenario(String name, double share, boolean recent) {
  static final List<Scenario> ALL =
      List.of(
          new Scenario("0.01 % recent", 0.0001, true),
          new Scenario("0.01 % uniform", 0.0001, false),
          new Scenario("1 % recent", 0.01, true),
          new Scenario("1 % uniform", 0.01, false));

  /** How many rows change of so many. */
  long changes(long rows) {
    return Math.max(1, Math.round(rows * share));
  }
}
