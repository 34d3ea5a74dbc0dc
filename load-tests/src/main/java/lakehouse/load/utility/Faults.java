package lakehouse.load.utility;

import java.time.LocalDate;
import java.util.Arrays;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.Planted.OddIntervals;
import lakehouse.load.utility.Planted.Oddity;

/**
 * The intervals of one meter as its head-end has them: some lost, some wrong, some corrected.
 * Values are those of whole intervals, the first at the beginning of the first day with intervals.
 */
final class Faults {

  /** In place of a value that never arrived. */
  static final long LOST = Long.MIN_VALUE;

  /** How the head-end came by a value. */
  enum Status {
    MEASURED,
    ESTIMATED,
    CORRECTED
  }

  private static final int FAULTY_DAYS_PERMILLE = 12;
  private static final int CORRECTED_DAYS_PERMILLE = 15;
  private static final int FROZEN_INTERVALS = 6;
  private static final int WEEK = 7;

  private final Blueprint blueprint;
  private final long meterId;
  private final int perDay;
  private final long[] wh;
  private final Status[] status;
  private final int[][] planted;

  /**
   * Alters the values.
   *
   * @param lostPermille days on which some intervals are lost
   */
  Faults(Blueprint blueprint, long meterId, int perDay, long[] wh, int lostPermille) {
    this.blueprint = blueprint;
    this.meterId = meterId;
    this.perDay = perDay;
    this.wh = wh.clone();
    this.status = new Status[wh.length];
    Arrays.fill(status, Status.MEASURED);
    this.planted = new int[Oddity.values().length][wh.length / perDay];
    int width = History.SLOTS_PER_DAY / perDay;
    for (int i = 0; i < wh.length; i++) {
      if (lost(i * width, lostPermille)) {
        this.wh[i] = LOST;
        planted[Oddity.MISSING.ordinal()][i / perDay]++;
      }
    }
    long most = Arrays.stream(wh).max().orElse(0);
    for (int day = 0; day < wh.length / perDay; day++) {
      if (blueprint.plants(Fault.METER)
          && chance(FAULTY_DAYS_PERMILLE, Topic.METER_FAULT, day)
          && !(day >= WEEK && chance(FAULTY_DAYS_PERMILLE, Topic.METER_FAULT, day - WEEK))) {
        fail(day, most);
      } else if (blueprint.plants(Fault.CORRECTED_READING)
          && chance(CORRECTED_DAYS_PERMILLE, Topic.CORRECTION, day)) {
        correct(day);
      }
    }
  }

  /** The value of an interval; {@link #LOST} where there is none. */
  long wh(int interval) {
    return wh[interval];
  }

  Status status(int interval) {
    return status[interval];
  }

  /** On {@code permille} of its days a meter loses 1 to 8 half hours in a row. */
  private boolean lost(int windowSlot, int permille) {
    int day = windowSlot / History.SLOTS_PER_DAY;
    Draws draws = blueprint.draws();
    if (!draws.chance(permille, Topic.GAP, meterId, day)) {
      return false;
    }
    int inDay = windowSlot % History.SLOTS_PER_DAY;
    int from = draws.below(40, Topic.GAP, meterId, 100_000L + day);
    return inDay >= from && inDay < from + draws.between(1, 8, Topic.GAP, meterId, 200_000L + day);
  }

  /** A value below zero, one far too large, or one that stands still. */
  private void fail(int day, long most) {
    int at =
        day * perDay
            + blueprint
                .draws()
                .between(
                    perDay / 4, perDay - FROZEN_INTERVALS, Topic.METER_FAULT, meterId, 1000 + day);
    switch (blueprint.draws().below(3, Topic.METER_FAULT, meterId, 2000L + day)) {
      case 0 -> plant(Oddity.NEGATIVE, at, -wh[at] - 1);
      case 1 -> {
        // without a day of energy a week before, nobody can tell how large is too large
        if (day >= WEEK && mostOn(day - WEEK) > 0) {
          plant(Oddity.SPIKE, at, 20 * most + 4_000);
        }
      }
      default -> {
        if (wh[at] > 0) {
          for (int i = at; i < at + FROZEN_INTERVALS; i++) {
            plant(Oddity.FROZEN, i, wh[at]);
          }
        }
      }
    }
  }

  private void plant(Oddity oddity, int interval, long value) {
    if (wh[interval] != LOST && value != LOST) {
      wh[interval] = value;
      planted[oddity.ordinal()][interval / perDay]++;
    }
  }

  private void correct(int day) {
    Draws draws = blueprint.draws();
    boolean estimated = draws.chance(400, Topic.CORRECTION, meterId, 1000L + day);
    Oddity oddity = estimated ? Oddity.ESTIMATED : Oddity.CORRECTED;
    int from = day * perDay + draws.below(perDay - 4, Topic.CORRECTION, meterId, 2000L + day);
    int until = from + draws.between(1, 4, Topic.CORRECTION, meterId, 3000L + day);
    for (int i = from; i < until; i++) {
      if (wh[i] != LOST) {
        status[i] = estimated ? Status.ESTIMATED : Status.CORRECTED;
        planted[oddity.ordinal()][day]++;
      }
    }
  }

  private boolean chance(int permille, Topic topic, int day) {
    return blueprint.draws().chance(permille, topic, meterId, day);
  }

  private long mostOn(int day) {
    return Arrays.stream(wh, day * perDay, (day + 1) * perDay).max().orElse(0);
  }

  /**
   * Tells what is odd, by day.
   *
   * @param late intervals by day that took more than an hour to arrive
   */
  void tell(Manifest manifest, int[] late) {
    int firstDay = blueprint.history().firstIntervalDay();
    for (int day = 0; day < late.length; day++) {
      LocalDate date = blueprint.history().date(firstDay + day);
      for (Oddity oddity : Oddity.values()) {
        int here = planted[oddity.ordinal()][day];
        int all =
            switch (oddity) {
              case LATE -> late[day];
              case FROZEN -> standingStill(day);
              case MISSING, NEGATIVE, SPIKE, CORRECTED, ESTIMATED -> here;
            };
        if (all > 0) {
          manifest.add(new OddIntervals(meterId, date, oddity, all, Math.min(all, here)));
        }
      }
    }
  }

  /** Intervals of a day in a run of three or more equal values above zero. */
  private int standingStill(int day) {
    int count = 0;
    int run = 0;
    for (int i = day * perDay; i < (day + 1) * perDay; i++) {
      boolean goesOn = run > 0 && wh[i] == wh[i - 1];
      run = wh[i] <= 0 ? 0 : goesOn ? run + 1 : 1;
      count += run == 3 ? 3 : run > 3 ? 1 : 0;
    }
    return count;
  }
}
