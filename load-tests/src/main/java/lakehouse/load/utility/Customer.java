package lakehouse.load.utility;

import java.util.ArrayList;
import java.util.List;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.TiePair.Feeder;

/**
 * A consumer at its service point, as the generator knows it: also what the utility does not, such
 * as theft.
 *
 * @param pmts PMTs it hung on, as ordinals in its tie pair
 * @param sizePermille its place within its class, 0 to 1000
 * @param connectedDay day of history; -1 when connected before
 * @param disconnectedDay day of history; {@link #NEVER} when not
 * @param theftDay day from which a part of its energy passes the meter by
 * @param meteredPermille the part that is metered from then on
 * @param spells its meters, one after the other
 */
record Customer(
    long servicePointId,
    int ibcId,
    int feederId,
    LoadClass loadClass,
    int sizePermille,
    int cycleDay,
    int connectedDay,
    int disconnectedDay,
    int theftDay,
    int meteredPermille,
    Attachments pmts,
    List<MeterSpell> spells) {

  static final int NEVER = Integer.MAX_VALUE;
  static final int BEFORE = -1;
  private static final int[] THEFT_PERMILLE_BY_LOSS_CLASS = {10, 40, 110, 200};

  /**
   * A meter from one day to another; its register starts at zero but for the first before history.
   */
  record MeterSpell(long meterId, boolean ami, int fromDay, int toDay) {

    boolean beforeHistory() {
      return fromDay == BEFORE;
    }
  }

  static Customer of(Blueprint blueprint, Feeder feeder, long id, int pmtOrdinal) {
    Draws draws = blueprint.draws();
    History history = blueprint.history();
    LoadClass loadClass = TiePair.loadClass(draws, feeder, id);
    int size = draws.between(0, 1000, Topic.SERVICE_POINT, id, 1);
    // A meter reader's round takes the customers of an area on the same day.
    int cycleDay = feeder.ami() ? 1 : 2 + (int) (id / 1000 * 5 % 24);
    int months = blueprint.size().historyMonths();
    int connected = BEFORE;
    if (draws.chance(25, Topic.SERVICE_POINT, id, 2)) {
      int month = draws.between(1, months - 3, Topic.SERVICE_POINT, id, 3);
      connected = history.day(history.cycleDate(month, cycleDay));
    }
    int disconnected = NEVER;
    if (connected == BEFORE && !feeder.ami() && draws.chance(12, Topic.SERVICE_POINT, id, 4)) {
      int month = draws.between(months - 4, months - 2, Topic.SERVICE_POINT, id, 5);
      disconnected = history.day(history.cycleDate(month, cycleDay));
    }
    int theftDay = NEVER;
    if (blueprint.plants(Fault.THEFT)
        && draws.chance(THEFT_PERMILLE_BY_LOSS_CLASS[feeder.lossClass()], Topic.THEFT, id, 0)) {
      theftDay =
          draws.chance(400, Topic.THEFT, id, 1)
              ? 0
              : draws.below(history.days() - 20, Topic.THEFT, id, 2);
    }
    Attachments pmts =
        new Attachments(
            connected == BEFORE ? Attachments.BEFORE_HISTORY : connected * History.SLOTS_PER_DAY,
            pmtOrdinal,
            "connected");
    return new Customer(
        id,
        feeder.ibcId(),
        feeder.id(),
        loadClass,
        size,
        cycleDay,
        connected,
        disconnected,
        theftDay,
        draws.between(20, 75, Topic.THEFT, id, 3) * 10,
        pmts,
        spells(blueprint, feeder, id, cycleDay, connected, disconnected));
  }

  /**
   * AMI feeders got their meters when the intervals begin; elsewhere a few meters were replaced.
   */
  private static List<MeterSpell> spells(
      Blueprint blueprint, Feeder feeder, long id, int cycleDay, int connected, int disconnected) {
    History history = blueprint.history();
    int replacedDay = NEVER;
    if (feeder.ami()) {
      replacedDay = Math.max(connected, history.firstIntervalDay());
    } else if (connected == BEFORE && blueprint.draws().chance(30, Topic.METER, id, 0)) {
      int month =
          blueprint.draws().between(2, blueprint.size().historyMonths() - 5, Topic.METER, id, 1);
      replacedDay = history.day(history.cycleDate(month, cycleDay));
    }
    long meterId = 1_000_000_000L + id * 10;
    List<MeterSpell> spells = new ArrayList<>();
    if (connected < replacedDay) {
      spells.add(new MeterSpell(meterId, false, connected, Math.min(replacedDay, disconnected)));
    }
    if (replacedDay != NEVER) {
      spells.add(new MeterSpell(meterId + 1, feeder.ami(), replacedDay, disconnected));
    }
    return List.copyOf(spells);
  }

  long consumerId() {
    return 400_000_000L + servicePointId;
  }

  /** Every twentieth consumer is held by the person of the one before. */
  long person() {
    return servicePointId % 20 == 0 ? servicePointId - 1 : servicePointId;
  }

  int sanctionedLoadCentikw() {
    return loadClass.sanctionedLoadCentikw(sizePermille);
  }

  long meanDailyWh() {
    return loadClass.meanDailyWh(sizePermille);
  }

  boolean suppliedOn(int day) {
    return day >= connectedDay && day < disconnectedDay;
  }

  /** Energy drawn on a day on which supply is never off, metered or not. */
  long dailyWh(Blueprint blueprint, int day) {
    int weekday = blueprint.weekend(day) ? (loadClass.home() ? 1060 : 720) : 1000;
    int noise = blueprint.draws().between(840, 1160, Topic.DAY, servicePointId, day);
    long seasonal = meanDailyWh() * loadClass.seasonPermille(blueprint.monthOfDay()[day]) / 1000;
    return seasonal * weekday / 1000 * noise / 1000;
  }
}
