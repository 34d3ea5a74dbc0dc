package lakehouse.load.utility;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import lakehouse.load.utility.Planted.FeederEnergy;
import lakehouse.load.utility.Planted.PmtEnergy;
import lakehouse.load.utility.TiePair.Feeder;
import lakehouse.load.utility.TiePair.Pmt;

/**
 * The energy that flowed in a tie pair, in whole watt-hours: what each consumer's meter counted,
 * and what its PMT and feeder delivered. Nothing is rounded twice: a register is the sum of the
 * very intervals, a PMT the sum of what its consumers drew.
 */
final class Energy {

  private final Blueprint blueprint;
  private final TiePair pair;
  private final Outages outages;
  private final int firstSlot;
  private final long[][] pmtWh;
  private final long[][] feederWh;
  private final long[][] technicalWh;
  private final long[][] stolenWh;
  private final long[][] misplacedWh;

  Energy(Blueprint blueprint, TiePair pair, Outages outages) {
    this.blueprint = blueprint;
    this.pair = pair;
    this.outages = outages;
    this.firstSlot = blueprint.history().firstIntervalSlot();
    int slots = blueprint.history().slots() - firstSlot;
    this.pmtWh = new long[pair.pmts().size()][slots];
    this.feederWh = new long[2][slots];
    int windowDays = slots / History.SLOTS_PER_DAY;
    this.technicalWh = new long[pair.pmts().size()][windowDays];
    this.stolenWh = new long[pair.pmts().size()][windowDays];
    this.misplacedWh = new long[pair.pmts().size()][windowDays];
  }

  /**
   * What a consumer's meters counted.
   *
   * @param registerWh sum from the first day of history to the beginning of each day
   * @param peakRegisterWh the same for peak hours
   * @param drawnWh as registerWh, with what passed the meter by
   * @param intervalWh each half hour from the first interval day on
   */
  record Metered(long[] registerWh, long[] peakRegisterWh, long[] drawnWh, int[] intervalWh) {}

  /** Counts one consumer and adds what it drew to its PMTs; each consumer once, before the rest. */
  Metered draw(Customer customer) {
    History history = blueprint.history();
    int days = history.days();
    long[] register = new long[days + 1];
    long[] peakRegister = new long[days + 1];
    long[] drawnUntil = new long[days + 1];
    Attachments recorded = pair.recorded(customer);
    int[] interval = new int[history.slots() - firstSlot];
    for (int day = 0; day < days; day++) {
      long counted = 0;
      long peakCounted = 0;
      long drawnToday = 0;
      if (customer.suppliedOn(day)) {
        long daily = customer.dailyWh(blueprint, day);
        int[] sums = customer.loadClass().slotSums(blueprint.monthOfDay()[day]);
        int whole = sums[History.SLOTS_PER_DAY];
        int peakFirst = blueprint.peakFirstSlot()[day];
        int meteredPermille = day >= customer.theftDay() ? customer.meteredPermille() : 1000;
        long before = 0;
        for (int i = 0; i < History.SLOTS_PER_DAY; i++) {
          int slot = day * History.SLOTS_PER_DAY + i;
          long until = daily * sums[i + 1] / whole;
          long drawn = until - before;
          before = until;
          int pmt = customer.pmts().parentAt(slot);
          int off = outages.offMinutes(pmt)[slot];
          if (off != 0) {
            drawn = drawn * (History.SLOT_MINUTES - off) / History.SLOT_MINUTES;
          }
          long metered = meteredPermille == 1000 ? drawn : drawn * meteredPermille / 1000;
          counted += metered;
          drawnToday += drawn;
          if (i >= peakFirst && i < peakFirst + Blueprint.PEAK_SLOTS) {
            peakCounted += metered;
          }
          if (slot >= firstSlot) {
            pmtWh[pmt][slot - firstSlot] += drawn;
            interval[slot - firstSlot] = (int) metered;
            int windowDay = day - blueprint.history().firstIntervalDay();
            stolenWh[pmt][windowDay] += drawn - metered;
            misplacedWh[pmt][windowDay] += metered;
            misplacedWh[recorded.parentAt(slot)][windowDay] -= metered;
          }
        }
      }
      drawnUntil[day + 1] = drawnUntil[day] + drawnToday;
      register[day + 1] = register[day] + counted;
      peakRegister[day + 1] = peakRegister[day] + peakCounted;
    }
    return new Metered(register, peakRegister, drawnUntil, interval);
  }

  /** Adds the losses of transformers and lines, when all consumers have been drawn. */
  void addLosses() {
    List<Pmt> pmts = pair.pmts();
    for (int p = 0; p < pmts.size(); p++) {
      Pmt pmt = pmts.get(p);
      byte[] off = outages.offMinutes(p);
      for (int i = 0; i < pmtWh[p].length; i++) {
        // No-load loss of 2 W per rated kVA while energised, load loss of 1.2 % of the energy.
        int on = History.SLOT_MINUTES - off[firstSlot + i];
        long lost = pmtWh[p][i] * 12 / 1000 + (long) pmt.ratedKva() * on / 30;
        pmtWh[p][i] += lost;
        technicalWh[p][i / History.SLOTS_PER_DAY] += lost;
        feederWh[pmt.feeders().parentAt(firstSlot + i)][i] += pmtWh[p][i];
      }
    }
    for (int side = 0; side < 2; side++) {
      Feeder feeder = pair.feeders().get(side);
      for (int i = 0; i < feederWh[side].length; i++) {
        feederWh[side][i] += feederWh[side][i] * feeder.linePermille() / 1000;
      }
    }
  }

  /** Tells where energy went, when the losses have been added. */
  void tell(Manifest manifest) {
    History history = blueprint.history();
    int firstDay = history.firstIntervalDay();
    int days = history.days() - firstDay;
    for (int p = 0; p < pair.pmts().size(); p++) {
      int from = 0;
      while (from < days) {
        LocalDate month = history.date(firstDay + from).withDayOfMonth(1);
        int until = Math.min(days, history.day(month.plusMonths(1)) - firstDay);
        manifest.add(
            new PmtEnergy(
                pair.pmts().get(p).id(),
                month,
                sum(pmtWh[p], from * History.SLOTS_PER_DAY, until * History.SLOTS_PER_DAY),
                sum(technicalWh[p], from, until),
                sum(stolenWh[p], from, until),
                sum(misplacedWh[p], from, until)));
        from = until;
      }
    }
    for (int side = 0; side < 2; side++) {
      for (int day = 0; day < days; day++) {
        int from = day * History.SLOTS_PER_DAY;
        long pmts = 0;
        for (int p = 0; p < pair.pmts().size(); p++) {
          for (int i = from; i < from + History.SLOTS_PER_DAY; i++) {
            if (pair.pmts().get(p).feeders().parentAt(firstSlot + i) == side) {
              pmts += pmtWh[p][i];
            }
          }
        }
        manifest.add(
            new FeederEnergy(
                pair.feeders().get(side).id(),
                history.date(firstDay + day),
                sum(feederWh[side], from, from + History.SLOTS_PER_DAY),
                pmts));
      }
    }
  }

  private static long sum(long[] wh, int from, int until) {
    return Arrays.stream(wh, from, until).sum();
  }

  /** Half hours of a PMT from the first interval day on. */
  long[] pmtWh(int pmt) {
    return pmtWh[pmt];
  }

  /** Half hours of a feeder from the first interval day on. */
  long[] feederWh(int side) {
    return feederWh[side];
  }
}
