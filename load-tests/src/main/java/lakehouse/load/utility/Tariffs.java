package lakehouse.load.utility;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * The dated tariffs and what a bill costs under them, in integer arithmetic: money in paisa, rates
 * in 1/10000 Rs, percentages in 1/100 percent.
 *
 * <p>Two notifications are valid in a history: one from two years before the as-of month (or from
 * the beginning of a longer history), one from a year before it. Rates are of the order of those
 * notified for Karachi, not copies of them.
 */
record Tariffs(List<Tariff> all) {

  /**
   * One tariff of one notification.
   *
   * @param until first day on which it is no longer valid; {@link LocalDate#MAX} when still valid
   */
  record Tariff(
      Kind kind,
      LocalDate from,
      LocalDate until,
      int peakFirstMinute,
      int peakEndMinute,
      int fixedPaisa,
      int fixedPaisaPerKw,
      List<Slab> slabs) {

    boolean validOn(LocalDate day) {
      return !day.isBefore(from) && day.isBefore(until);
    }

    Charges charges(long units, long peakUnits, int sanctionedLoadCentikw) {
      long energy = 0;
      if (kind.timeOfUse) {
        Slab only = slabs.get(0);
        energy = (units - peakUnits) * only.rate() + peakUnits * only.peakRate();
      } else {
        for (Slab slab : slabs) {
          long inSlab = Math.min(units, slab.toUnits()) - slab.fromUnits();
          energy += Math.max(0, inSlab) * slab.rate();
        }
      }
      return taxed(
          halfUp(energy, 100),
          fixedPaisa + halfUp((long) fixedPaisaPerKw * sanctionedLoadCentikw, 100));
    }

    /**
     * What the same daily energy would have cost in a cycle of {@code standardDays}, billed for
     * {@code days}: the limits of the slabs are stretched.
     */
    Charges proratedCharges(Charges charges, long units, int days, int standardDays) {
      if (kind.timeOfUse) {
        return charges;
      }
      long energy = 0;
      for (Slab slab : slabs) {
        long to = Math.min(units * standardDays, (long) slab.toUnits() * days);
        energy += Math.max(0, to - (long) slab.fromUnits() * days) * slab.rate();
      }
      return taxed(halfUp(energy, 100L * standardDays), charges.fixedPaisa());
    }

    /** The charges with duty and tax on them. */
    Charges taxed(long energyPaisa, long fixed) {
      long duty = halfUp((energyPaisa + fixed) * kind.dutyBasisPoints, 10_000);
      long tax = halfUp((energyPaisa + fixed + duty) * kind.taxBasisPoints, 10_000);
      return new Charges(energyPaisa, fixed, duty, tax);
    }

    static long halfUp(long dividend, long divisor) {
      return (2 * dividend + divisor) / (2 * divisor);
    }
  }

  /** A slab; {@code peakRate} is -1 without time of use. */
  record Slab(int fromUnits, int toUnits, int rate, int peakRate) {
    static final int NO_END = Integer.MAX_VALUE;
  }

  /** The parts of a bill, in paisa. */
  record Charges(long energyPaisa, long fixedPaisa, long dutyPaisa, long taxPaisa) {
    long amountPaisa() {
      return energyPaisa + fixedPaisa + dutyPaisa + taxPaisa;
    }
  }

  /** The categories of supply. */
  enum Kind {
    LIFELINE("A1-L", "lifeline", "Domestic, up to 1 kW and 100 units", false, 150, 0),
    PROTECTED("A1-P", "protected", "Domestic, up to 200 units for six months", false, 150, 1800),
    UNPROTECTED("A1-U", "unprotected", "Domestic", false, 150, 1800),
    DOMESTIC_TIME_OF_USE("A1-T", "unprotected", "Domestic from 5 kW, time of use", true, 150, 1800),
    COMMERCIAL("A2", "commercial", "Commercial below 5 kW", false, 200, 1800),
    COMMERCIAL_TIME_OF_USE(
        "A2-T", "commercial", "Commercial from 5 kW, time of use", true, 200, 1800),
    INDUSTRIAL_TIME_OF_USE("B2-T", "industrial", "Industrial, time of use", true, 150, 1800);

    private final String code;
    private final String tariffClass;
    private final String description;
    private final boolean timeOfUse;
    private final int dutyBasisPoints;
    private final int taxBasisPoints;

    Kind(
        String code,
        String tariffClass,
        String description,
        boolean timeOfUse,
        int dutyBasisPoints,
        int taxBasisPoints) {
      this.code = code;
      this.tariffClass = tariffClass;
      this.description = description;
      this.timeOfUse = timeOfUse;
      this.dutyBasisPoints = dutyBasisPoints;
      this.taxBasisPoints = taxBasisPoints;
    }

    String code() {
      return code;
    }
  }

  static Tariffs of(History history) {
    LocalDate month = history.asOf().withDayOfMonth(1);
    LocalDate second = month.minusYears(1);
    LocalDate twoYears = month.minusYears(2);
    LocalDate first = history.firstDate().isBefore(twoYears) ? history.firstDate() : twoYears;
    List<Tariff> all = new ArrayList<>();
    all.add(flat(Kind.LIFELINE, first, second, 0, new int[] {0, 50}, new int[] {39500, 77400}));
    all.add(flat(Kind.PROTECTED, first, second, 0, new int[] {0, 100}, new int[] {105400, 130100}));
    all.add(
        flat(
            Kind.UNPROTECTED,
            first,
            second,
            20_000,
            new int[] {0, 100, 200, 300, 400, 500, 600, 700},
            new int[] {224400, 289100, 331000, 379900, 402000, 416200, 427600, 476900}));
    all.add(flat(Kind.COMMERCIAL, first, second, 100_000, new int[] {0}, new int[] {377500}));
    int evening = 18 * 60;
    all.add(timed(Kind.DOMESTIC_TIME_OF_USE, first, second, evening, 100_000, 0, 353300, 418900));
    all.add(timed(Kind.COMMERCIAL_TIME_OF_USE, first, second, evening, 0, 125_000, 336100, 441300));
    all.add(timed(Kind.INDUSTRIAL_TIME_OF_USE, first, second, evening, 0, 125_000, 302500, 389225));

    LocalDate open = LocalDate.MAX;
    all.add(flat(Kind.LIFELINE, second, open, 0, new int[] {0, 50}, new int[] {39500, 77400}));
    all.add(
        flat(Kind.PROTECTED, second, open, 5_000, new int[] {0, 100}, new int[] {116900, 141650}));
    all.add(
        flat(
            Kind.UNPROTECTED,
            second,
            open,
            25_000,
            new int[] {0, 100, 200, 300, 400, 500, 600, 700},
            new int[] {235900, 300725, 342650, 391500, 413650, 427800, 439250, 488425}));
    all.add(flat(Kind.COMMERCIAL, second, open, 100_000, new int[] {0}, new int[] {385950}));
    int later = 18 * 60 + 30;
    all.add(timed(Kind.DOMESTIC_TIME_OF_USE, second, open, later, 100_000, 0, 365300, 480050));
    all.add(timed(Kind.COMMERCIAL_TIME_OF_USE, second, open, later, 0, 125_000, 343675, 454225));
    all.add(timed(Kind.INDUSTRIAL_TIME_OF_USE, second, open, later, 0, 125_000, 314125, 406000));
    return new Tariffs(List.copyOf(all));
  }

  Tariff validOn(Kind kind, LocalDate day) {
    for (Tariff tariff : all) {
      if (tariff.kind() == kind && tariff.validOn(day)) {
        return tariff;
      }
    }
    throw new IllegalArgumentException("No tariff " + kind.code() + " is valid on " + day);
  }

  /**
   * The category a consumer is billed under.
   *
   * @param mostUnits the most units of this month and the five before it
   */
  static Kind kindOf(LoadClass loadClass, int sanctionedLoadCentikw, long mostUnits) {
    return switch (loadClass) {
      case FACTORY -> Kind.INDUSTRIAL_TIME_OF_USE;
      case OFFICE -> Kind.COMMERCIAL_TIME_OF_USE;
      case SHOP -> Kind.COMMERCIAL;
      case VILLA -> Kind.DOMESTIC_TIME_OF_USE;
      case SMALL_HOME, HOME, LARGE_HOME -> {
        if (mostUnits <= 100 && sanctionedLoadCentikw <= 100) {
          yield Kind.LIFELINE;
        }
        yield mostUnits <= 200 ? Kind.PROTECTED : Kind.UNPROTECTED;
      }
    };
  }

  void writeTo(CopyText tariffRows, CopyText slabRows) {
    for (Tariff tariff : all) {
      Kind kind = tariff.kind();
      tariffRows.text(kind.code).date(tariff.from().toEpochDay());
      if (tariff.until().equals(LocalDate.MAX)) {
        tariffRows.nothing();
      } else {
        tariffRows.date(tariff.until().toEpochDay());
      }
      tariffRows.text(kind.tariffClass).text(kind.description).bool(kind.timeOfUse);
      if (kind.timeOfUse) {
        tariffRows.time(tariff.peakFirstMinute()).time(tariff.peakEndMinute());
      } else {
        tariffRows.nothing().nothing();
      }
      tariffRows
          .decimal(tariff.fixedPaisa(), 2)
          .decimal(tariff.fixedPaisaPerKw(), 2)
          .decimal(kind.dutyBasisPoints, 2)
          .decimal(kind.taxBasisPoints, 2)
          .endRow();
      for (Slab slab : tariff.slabs()) {
        slabRows.text(kind.code).date(tariff.from().toEpochDay()).number(slab.fromUnits());
        if (slab.toUnits() == Slab.NO_END) {
          slabRows.nothing();
        } else {
          slabRows.number(slab.toUnits());
        }
        slabRows.decimal(slab.rate(), 4);
        if (slab.peakRate() < 0) {
          slabRows.nothing();
        } else {
          slabRows.decimal(slab.peakRate(), 4);
        }
        slabRows.endRow();
      }
    }
  }

  private static Tariff flat(
      Kind kind, LocalDate from, LocalDate until, int fixedPaisa, int[] fromUnits, int[] rates) {
    List<Slab> slabs = new ArrayList<>();
    for (int i = 0; i < fromUnits.length; i++) {
      int toUnits = i + 1 < fromUnits.length ? fromUnits[i + 1] : Slab.NO_END;
      slabs.add(new Slab(fromUnits[i], toUnits, rates[i], -1));
    }
    return new Tariff(kind, from, until, 0, 0, fixedPaisa, 0, List.copyOf(slabs));
  }

  private static Tariff timed(
      Kind kind,
      LocalDate from,
      LocalDate until,
      int peakFirstMinute,
      int fixedPaisa,
      int fixedPaisaPerKw,
      int rate,
      int peakRate) {
    return new Tariff(
        kind,
        from,
        until,
        peakFirstMinute,
        peakFirstMinute + 240,
        fixedPaisa,
        fixedPaisaPerKw,
        List.of(new Slab(0, Slab.NO_END, rate, peakRate)));
  }
}
