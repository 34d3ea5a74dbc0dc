package lakehouse.load.utility;

/**
 * How a kind of consumer draws energy: its range of size, its season and its hours. Figures are
 * plausible for Karachi, where cooling makes the summer's nights the peak of homes.
 */
enum LoadClass {
  SMALL_HOME(1_600, 3_300, 50, 100, Season.HOME, Day.HOME),
  HOME(3_500, 6_800, 100, 300, Season.HOME, Day.HOME),
  LARGE_HOME(8_000, 22_000, 200, 480, Season.COOLED_HOME, Day.HOME),
  VILLA(22_000, 55_000, 500, 1_500, Season.COOLED_HOME, Day.HOME),
  SHOP(4_000, 14_000, 100, 450, Season.SHOP, Day.SHOP),
  OFFICE(25_000, 90_000, 500, 2_500, Season.SHOP, Day.OFFICE),
  FACTORY(60_000, 420_000, 1_000, 9_000, Season.FACTORY, Day.FACTORY);

  /** Daily energy by month in permille of the year's mean. */
  private enum Season {
    HOME(760, 760, 880, 1030, 1180, 1270, 1220, 1150, 1110, 1030, 850, 760),
    COOLED_HOME(600, 610, 800, 1060, 1320, 1450, 1380, 1280, 1200, 1040, 700, 560),
    SHOP(850, 850, 930, 1030, 1110, 1150, 1130, 1110, 1070, 1030, 900, 840),
    FACTORY(970, 980, 1000, 1020, 1030, 1030, 1010, 1010, 1010, 1000, 980, 960);

    private final int[] permilleByMonth;

    Season(int... permilleByMonth) {
      this.permilleByMonth = permilleByMonth;
    }
  }

  /** Weight of each hour, in summer (April to October) and in winter. */
  private enum Day {
    HOME(
        new int[] {
          62, 60, 57, 54, 48, 42, 38, 36, 34, 36, 40, 44, 48, 52, 54, 52, 48, 46, 50, 60, 68, 70,
          68, 65
        },
        new int[] {
          22, 20, 19, 19, 22, 34, 48, 50, 42, 36, 34, 34, 36, 36, 34, 34, 38, 50, 66, 72, 68, 56,
          42, 30
        }),
    SHOP(
        new int[] {
          8, 8, 8, 8, 8, 8, 8, 10, 16, 34, 56, 66, 70, 70, 68, 66, 68, 74, 84, 90, 86, 66, 34, 14
        },
        new int[] {
          8, 8, 8, 8, 8, 8, 8, 10, 16, 32, 50, 56, 58, 58, 58, 58, 62, 72, 84, 86, 74, 48, 22, 10
        }),
    OFFICE(
        new int[] {
          12, 12, 12, 12, 12, 12, 14, 22, 48, 84, 96, 100, 100, 96, 96, 92, 84, 62, 36, 24, 18, 14,
          12, 12
        },
        new int[] {
          12, 12, 12, 12, 12, 12, 14, 22, 46, 72, 80, 82, 82, 80, 80, 78, 72, 56, 34, 22, 16, 14,
          12, 12
        }),
    FACTORY(
        new int[] {
          52, 50, 50, 50, 52, 56, 68, 86, 96, 100, 100, 98, 92, 96, 100, 100, 96, 88, 74, 70, 68,
          66, 60, 56
        },
        new int[] {
          52, 50, 50, 50, 52, 56, 68, 86, 96, 100, 100, 98, 92, 96, 100, 100, 96, 88, 74, 70, 68,
          66, 60, 56
        });

    private final int[] summer;
    private final int[] winter;

    Day(int[] summerByHour, int[] winterByHour) {
      this.summer = cumulated(summerByHour);
      this.winter = cumulated(winterByHour);
    }

    /** From 24 hours to the running sums of 48 half hours, the odd ones interpolated. */
    private static int[] cumulated(int[] byHour) {
      int[] sums = new int[History.SLOTS_PER_DAY + 1];
      for (int slot = 0; slot < History.SLOTS_PER_DAY; slot++) {
        int here = byHour[slot / 2];
        int next = byHour[(slot / 2 + 1) % 24];
        sums[slot + 1] = sums[slot] + (slot % 2 == 0 ? 2 * here : here + next);
      }
      return sums;
    }
  }

  private final int leastDailyWh;
  private final int mostDailyWh;
  private final int leastLoadCentikw;
  private final int mostLoadCentikw;
  private final Season season;
  private final Day day;

  LoadClass(
      int leastDailyWh,
      int mostDailyWh,
      int leastLoadCentikw,
      int mostLoadCentikw,
      Season season,
      Day day) {
    this.leastDailyWh = leastDailyWh;
    this.mostDailyWh = mostDailyWh;
    this.leastLoadCentikw = leastLoadCentikw;
    this.mostLoadCentikw = mostLoadCentikw;
    this.season = season;
    this.day = day;
  }

  /** Mean energy of a day, for a size of 0 (smallest) to 1000 (largest). */
  long meanDailyWh(int sizePermille) {
    return leastDailyWh + (long) (mostDailyWh - leastDailyWh) * sizePermille / 1000;
  }

  /** Sanctioned load in hundredths of a kW, for a size of 0 to 1000, in steps of 0.1 kW. */
  int sanctionedLoadCentikw(int sizePermille) {
    int exact = leastLoadCentikw + (mostLoadCentikw - leastLoadCentikw) * sizePermille / 1000;
    return Math.max(leastLoadCentikw, exact / 10 * 10);
  }

  /** Energy of a day in a month (1 to 12) against the year's mean. */
  int seasonPermille(int month) {
    return season.permilleByMonth[month - 1];
  }

  /** Running sums of the weights of 48 half hours; the last is the whole day. */
  int[] slotSums(int month) {
    return month >= 4 && month <= 10 ? day.summer : day.winter;
  }

  boolean threePhase() {
    return this == VILLA || this == OFFICE || this == FACTORY;
  }

  boolean timeOfUse() {
    return threePhase();
  }

  boolean home() {
    return switch (this) {
      case SMALL_HOME, HOME, LARGE_HOME, VILLA -> true;
      case SHOP, OFFICE, FACTORY -> false;
    };
  }
}
