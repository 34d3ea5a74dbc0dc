package lakehouse.load.models;

import java.util.List;

/**
 * Changes between two runs.
 *
 * @param name as the report names it
 * @param share of the table's rows that change
 * @param days the newest days, in which the recent changes are
 * @param percentRecent how many of a hundred changes are recent; the others may be of any row
 */
record Scenario(String name, double share, int days, int percentRecent) {
  static final List<Scenario> ALL =
      List.of(
          new Scenario("0.01 % in a day", 0.0001, 1, 100),
          new Scenario("0.01 % recent", 0.0001, 7, 90),
          new Scenario("0.01 % uniform", 0.0001, 7, 0),
          new Scenario("1 % recent", 0.01, 7, 90),
          new Scenario("1 % uniform", 0.01, 7, 0));

  /** How many rows change of so many. */
  long changes(long rows) {
    return Math.max(1, Math.round(rows * share));
  }
}
