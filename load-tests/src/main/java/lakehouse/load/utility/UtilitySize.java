package lakehouse.load.utility;

import java.util.Set;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/**
 * How large a utility is generated.
 *
 * @param feeders 11 kV feeders; even, since feeders stand in tie pairs that PMTs are switched
 *     within
 * @param pmtsPerFeeder pole-mounted transformers of each feeder
 * @param consumersPerPmt consumers of a PMT on average
 * @param historyMonths whole months of registers, bills, interruptions before the as-of month
 * @param intervalMonths whole months of interval readings before the as-of month
 */
public record UtilitySize(
    int feeders, int pmtsPerFeeder, int consumersPerPmt, int historyMonths, int intervalMonths) {

  /** PMT numbers within a feeder and consumer numbers within a PMT have three digits. */
  private static final int MAX_PER_PARENT = 400;

  public UtilitySize {
    require(feeders >= 2 && feeders % 2 == 0, "feeders must be even and at least 2", feeders);
    require(
        pmtsPerFeeder >= 2 && pmtsPerFeeder <= MAX_PER_PARENT,
        "PMTs per feeder must be 2 to 400",
        pmtsPerFeeder);
    require(
        consumersPerPmt >= 3 && consumersPerPmt <= MAX_PER_PARENT,
        "consumers per PMT must be 3 to 400",
        consumersPerPmt);
    require(
        historyMonths >= 8 && historyMonths <= 120,
        "months of history must be 8 to 120",
        historyMonths);
    require(
        intervalMonths >= 1 && intervalMonths <= historyMonths - 4,
        "months of intervals must be at least 1 and 4 less than those of history",
        intervalMonths);
  }

  /**
   * The demo's utility times {@code scale}. At 1 it has 3 grid stations, 12 feeders, 60 PMTs, about
   * 850 consumers, 15 months of bills and one month of intervals; the feeders grow with the scale.
   */
  public static UtilitySize ofScale(double scale) {
    if (!(scale > 0 && scale <= 2000)) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "The scale must be above 0 and at most 2000, but is " + scale);
    }
    return new UtilitySize(Math.max(2, 2 * (int) Math.round(6 * scale)), 5, 15, 15, 1);
  }

  /**
   * A utility of at least so many interval readings, give or take a gap: of the months wanted, and
   * a year more of registers and bills.
   */
  public static UtilitySize ofReadings(long seed, long readings, int intervalMonths) {
    UtilitySize one = new UtilitySize(2, 5, 15, 12 + intervalMonths, intervalMonths);
    Blueprint blueprint = Blueprint.of(seed, one, UtilityGenerator.DEFAULT_AS_OF, Set.of());
    int pairs = 0;
    for (long found = 0; found < readings; pairs++) {
      found += new TiePair(blueprint, pairs).expectedReadings(blueprint);
    }
    return new UtilitySize(
        2 * pairs, one.pmtsPerFeeder, one.consumersPerPmt, one.historyMonths, intervalMonths);
  }

  int tiePairs() {
    return feeders / 2;
  }

  int gridStations() {
    return (feeders + 3) / 4;
  }

  private static void require(boolean holds, String rule, int value) {
    if (!holds) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "Utility size: " + rule + ", but is " + value);
    }
  }
}
