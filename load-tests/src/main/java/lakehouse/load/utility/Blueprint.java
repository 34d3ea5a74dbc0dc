package lakehouse.load.utility;

import java.time.LocalDate;
import java.util.Set;

/**
 * What all parts of a utility share: its draws, size, stretch of time and tariffs. Immutable but
 * for its arrays, which nobody writes.
 *
 * @param monthOfDay month (1 to 12) of each day of history
 * @param peakFirstSlot slot of the day at which the time-of-use peak of each day begins
 * @param stormDays days on which most feeders failed
 * @param planted what is wrong in it on purpose
 */
record Blueprint(
    Draws draws,
    UtilitySize size,
    History history,
    Tariffs tariffs,
    int[] monthOfDay,
    int[] peakFirstSlot,
    int[] stormDays,
    Set<Fault> planted) {

  static final int PEAK_SLOTS = 8;

  static Blueprint of(long seed, UtilitySize size, LocalDate asOf, Set<Fault> planted) {
    History history = History.of(size, asOf);
    Tariffs tariffs = Tariffs.of(history);
    int[] months = new int[history.days()];
    int[] peaks = new int[history.days()];
    for (int day = 0; day < months.length; day++) {
      LocalDate date = history.date(day);
      months[day] = date.getMonthValue();
      peaks[day] =
          tariffs.validOn(Tariffs.Kind.INDUSTRIAL_TIME_OF_USE, date).peakFirstMinute()
              / History.SLOT_MINUTES;
    }
    Draws draws = new Draws(seed);
    int window = history.firstIntervalDay();
    int[] storms = {
      draws.between(window / 4, window / 3, Draws.Topic.FEEDER_FAULT, -1, 0),
      window + draws.between(8, 20, Draws.Topic.FEEDER_FAULT, -1, 1)
    };
    return new Blueprint(draws, size, history, tariffs, months, peaks, storms, Set.copyOf(planted));
  }

  boolean plants(Fault fault) {
    return planted.contains(fault);
  }

  /** Whether a day is a Saturday or Sunday. */
  boolean weekend(int day) {
    return Math.floorMod(history.epochDay(day) + 3, 7) >= 5;
  }
}
