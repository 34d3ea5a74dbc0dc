package lakehouse.load.utility;

import java.util.ArrayList;
import java.util.List;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.TiePair.Feeder;

/**
 * When supply was off in a tie pair. Interruptions that would overlap on a PMT are left out, so
 * each minute without supply has one cause.
 */
final class Outages {

  private static final int MINUTES_PER_DAY = 1440;
  private static final String[] FEEDER_CAUSES = {
    "cable fault", "conductor snapped", "tree on line", "breaker trip", "bird on line"
  };
  private static final String[] PMT_CAUSES = {
    "fuse blown", "overload", "transformer burnt", "loose jumper", "oil leak"
  };

  /**
   * An interruption, in minutes of history.
   *
   * @param pmt ordinal in the pair; {@link #WHOLE_FEEDER} for all PMTs
   */
  record Interruption(
      long id, int feeder, int pmt, String kind, String cause, int startMinute, int endMinute) {}

  /** A published slot without supply, in minutes of the day. */
  record ScheduledSlot(int feeder, int day, int startMinute, int endMinute) {}

  static final int WHOLE_FEEDER = -1;

  private final TiePair pair;
  private final Blueprint blueprint;
  private final List<Interruption> interruptions = new ArrayList<>();
  private final List<ScheduledSlot> schedule = new ArrayList<>();
  private final byte[][] offMinutes;

  Outages(Blueprint blueprint, TiePair pair) {
    this.blueprint = blueprint;
    this.pair = pair;
    this.offMinutes = new byte[pair.pmts().size()][blueprint.history().slots()];
    for (int side = 0; side < 2; side++) {
      shedLoad(side);
    }
    for (int side = 0; side < 2; side++) {
      failFeeder(side);
    }
    for (int pmt = 0; pmt < pair.pmts().size(); pmt++) {
      failPmt(pmt);
    }
  }

  List<Interruption> interruptions() {
    return interruptions;
  }

  List<ScheduledSlot> schedule() {
    return schedule;
  }

  /** Tells whom each interruption cut, as the records hang consumers. */
  void tell(Manifest manifest) {
    History history = blueprint.history();
    for (Interruption interruption : interruptions) {
      int slot = interruption.startMinute() / History.SLOT_MINUTES;
      int day = slot / History.SLOTS_PER_DAY;
      int consumers = 0;
      for (Customer customer : pair.customers()) {
        int pmt = pair.recorded(customer).parentAt(slot);
        if (customer.suppliedOn(day)
            && pair.pmts().get(pmt).feeders().parentAt(slot) == interruption.feeder()
            && (interruption.pmt() == WHOLE_FEEDER || interruption.pmt() == pmt)) {
          consumers++;
        }
      }
      boolean over = history.minuteStart(interruption.endMinute()) <= history.end();
      manifest.add(
          new Planted.InterruptionEffect(
              interruption.id(),
              pair.feeders().get(interruption.feeder()).id(),
              history.date(day).withDayOfMonth(1),
              interruption.kind(),
              consumers,
              over ? interruption.endMinute() - interruption.startMinute() : 0));
    }
  }

  /** Minutes without supply in each half hour of history. */
  byte[] offMinutes(int pmt) {
    return offMinutes[pmt];
  }

  /**
   * High loss feeders are cut twice for an hour on workdays, very high ones thrice for two hours.
   */
  private void shedLoad(int side) {
    Feeder feeder = pair.feeders().get(side);
    if (feeder.lossClass() < 2) {
      return;
    }
    boolean veryHigh = feeder.lossClass() == 3;
    int[] starts = veryHigh ? new int[] {360, 840, 1260} : new int[] {600, 1140};
    int length = veryHigh ? 120 : 60;
    int shift = feeder.id() % 4 * 30;
    Draws draws = blueprint.draws();
    for (int day = 0; day < blueprint.history().days(); day++) {
      if (!veryHigh && blueprint.weekend(day)) {
        continue;
      }
      for (int i = 0; i < starts.length; i++) {
        int start = starts[i] + shift;
        int end = Math.min(start + length, MINUTES_PER_DAY - 1);
        schedule.add(new ScheduledSlot(side, day, start, end));
        int draw = draws.below(1000, Topic.LOADSHED, feeder.id(), day * 4L + i);
        if (draw < 80) {
          continue;
        }
        int over = draw < 180 ? 10 + draw / 4 : draw % 5;
        int from = day * MINUTES_PER_DAY + start;
        add(side, WHOLE_FEEDER, "loadshed", "scheduled", from, from + length + over);
      }
    }
  }

  private void failFeeder(int side) {
    Feeder feeder = pair.feeders().get(side);
    Draws draws = blueprint.draws();
    int days = blueprint.history().days();
    for (int storm : blueprint.stormDays()) {
      if (draws.chance(750, Topic.FEEDER_FAULT, feeder.id(), 10_000L + storm)) {
        int from = storm * MINUTES_PER_DAY + draws.between(300, 1300, Topic.FEEDER, feeder.id(), 2);
        int length = draws.between(180, 780, Topic.FEEDER_FAULT, feeder.id(), 20_000L + storm);
        add(side, WHOLE_FEEDER, "fault", "storm", from, from + length);
      }
    }
    for (int day = 0; day < days; day++) {
      boolean monsoon = monsoon(day);
      if (draws.chance(monsoon ? 48 : 22, Topic.FEEDER_FAULT, feeder.id(), day)) {
        long n = day * 4L;
        int from = minute(draws, day, Topic.FEEDER_FAULT, feeder.id(), 100_000 + n);
        int length = skewed(draws, 12, 300, Topic.FEEDER_FAULT, feeder.id(), 100_001 + n);
        String cause = draws.oneOf(FEEDER_CAUSES, Topic.FEEDER_FAULT, feeder.id(), 100_002 + n);
        add(side, WHOLE_FEEDER, "fault", cause, from, from + length);
      } else if (draws.chance(5, Topic.PLANNED, feeder.id(), day)) {
        int from = day * MINUTES_PER_DAY + 540;
        int length = 60 * draws.between(2, 6, Topic.PLANNED, feeder.id(), 10_000L + day);
        add(side, WHOLE_FEEDER, "planned", "maintenance", from, from + length);
      }
    }
  }

  private void failPmt(int pmt) {
    int id = pair.pmts().get(pmt).id();
    Draws draws = blueprint.draws();
    for (int day = 0; day < blueprint.history().days(); day++) {
      if (draws.chance(monsoon(day) ? 15 : 6, Topic.PMT_FAULT, id, day)) {
        long n = day * 4L;
        int from = minute(draws, day, Topic.PMT_FAULT, id, 100_000 + n);
        int length = skewed(draws, 25, 540, Topic.PMT_FAULT, id, 100_001 + n);
        String cause = draws.oneOf(PMT_CAUSES, Topic.PMT_FAULT, id, 100_002 + n);
        int side = pair.pmts().get(pmt).feeders().parentAt(from / History.SLOT_MINUTES);
        add(side, pmt, "fault", cause, from, from + length);
      }
    }
  }

  private boolean monsoon(int day) {
    int month = blueprint.monthOfDay()[day];
    return month >= 6 && month <= 9;
  }

  private static int minute(Draws draws, int day, Topic topic, long id, long n) {
    return day * MINUTES_PER_DAY + draws.below(MINUTES_PER_DAY, topic, id, n);
  }

  /** Mostly short, sometimes long. */
  private static int skewed(Draws draws, int least, int most, Topic topic, long id, long n) {
    long draw = draws.below(1000, topic, id, n);
    return least + (int) ((most - least) * draw * draw * draw / 1_000_000_000L);
  }

  private void add(int side, int pmt, String kind, String cause, int startMinute, int endMinute) {
    List<Integer> cut = new ArrayList<>();
    if (pmt == WHOLE_FEEDER) {
      int slot = startMinute / History.SLOT_MINUTES;
      for (int i = 0; i < pair.pmts().size(); i++) {
        if (pair.pmts().get(i).feeders().parentAt(slot) == side) {
          cut.add(i);
        }
      }
    } else {
      cut.add(pmt);
    }
    int lastMinute = Math.min(endMinute, blueprint.history().slots() * History.SLOT_MINUTES) - 1;
    int firstSlot = startMinute / History.SLOT_MINUTES;
    int lastSlot = lastMinute / History.SLOT_MINUTES;
    for (int i : cut) {
      for (int slot = firstSlot; slot <= lastSlot; slot++) {
        if (offMinutes[i][slot] != 0) {
          return;
        }
      }
    }
    for (int i : cut) {
      for (int slot = firstSlot; slot <= lastSlot; slot++) {
        int slotStart = slot * History.SLOT_MINUTES;
        int from = Math.max(startMinute, slotStart);
        int to = Math.min(lastMinute + 1, slotStart + History.SLOT_MINUTES);
        offMinutes[i][slot] = (byte) (to - from);
      }
    }
    long id = pair.feeders().get(side).id() * 1_000_000L + interruptions.size() + 1;
    interruptions.add(new Interruption(id, side, pmt, kind, cause, startMinute, endMinute));
  }
}
