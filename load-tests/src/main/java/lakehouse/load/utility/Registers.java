package lakehouse.load.utility;

import java.util.ArrayList;
import java.util.List;
import lakehouse.load.utility.Customer.MeterSpell;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.Energy.Metered;

/** The register readings of a consumer's meters. */
final class Registers {

  private static final int PEAK_PERCENT_BEFORE = 24;

  /** A reading at the beginning of a day of history. */
  record Reading(
      int day, int monthIndex, long meterId, boolean ami, long registerWh, long peakRegisterWh) {}

  private Registers() {}

  /**
   * All readings in order: on each reading day of its cycle one of the meter that hangs there, and
   * two on the day on which one meter takes the place of another.
   */
  static List<Reading> of(Blueprint blueprint, Customer customer, Metered metered) {
    History history = blueprint.history();
    List<Reading> readings = new ArrayList<>();
    for (MeterSpell spell : customer.spells()) {
      for (int month = 0; month <= blueprint.size().historyMonths(); month++) {
        int due = history.day(history.cycleDate(month, customer.cycleDay()));
        int day = due + daysLate(blueprint, customer, spell, month, due);
        if (day >= spell.fromDay() && day <= spell.toDay() && day <= history.days()) {
          readings.add(
              new Reading(
                  day,
                  month,
                  spell.meterId(),
                  spell.ami(),
                  wh(blueprint, customer, spell, metered.registerWh(), day),
                  peakWh(blueprint, customer, spell, metered.peakRegisterWh(), day)));
        }
      }
    }
    return readings;
  }

  /** Days by which a round came late: within the month, and not where a meter came or went. */
  private static int daysLate(
      Blueprint blueprint, Customer customer, MeterSpell spell, int month, int due) {
    Draws draws = blueprint.draws();
    long id = customer.servicePointId();
    boolean late =
        blueprint.plants(Fault.LATE_ROUND)
            && !spell.ami()
            && due > spell.fromDay()
            && due + 31 < spell.toDay()
            && draws.chance(8, Topic.LATE_ROUND, id, month);
    return late && customer.cycleDay() <= 22
        ? draws.between(4, 6, Topic.LATE_ROUND, id, 100L + month)
        : 0;
  }

  /** The register of a meter at the beginning of a day. */
  static long wh(Blueprint blueprint, Customer customer, MeterSpell spell, long[] sums, int day) {
    return spell.beforeHistory()
        ? before(blueprint, customer) + sums[day]
        : sums[day] - sums[spell.fromDay()];
  }

  private static long peakWh(
      Blueprint blueprint, Customer customer, MeterSpell spell, long[] sums, int day) {
    return spell.beforeHistory()
        ? before(blueprint, customer) / 100 * PEAK_PERCENT_BEFORE + sums[day]
        : sums[day] - sums[spell.fromDay()];
  }

  /** What a meter had counted before history: some years of its mean. */
  private static long before(Blueprint blueprint, Customer customer) {
    int days = blueprint.draws().between(400, 3_000, Topic.METER, customer.servicePointId(), 4);
    return customer.meanDailyWh() * days + customer.servicePointId() % 997;
  }
}
