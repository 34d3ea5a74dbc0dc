package lakehouse.load.utility;

import java.util.Locale;
import java.util.Optional;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.Tariffs.Charges;
import lakehouse.load.utility.Tariffs.Kind;
import lakehouse.load.utility.Tariffs.Slab;
import lakehouse.load.utility.Tariffs.Tariff;

/** What is wrong with a bill: decided by its number, computed apart from how it is right. */
record BillErrors(Blueprint blueprint) {

  private static final int PERMILLE = 12;

  /** What can go wrong. */
  enum Error {
    UNITS,
    TARIFF,
    ENERGY_CHARGE,
    FIXED_CHARGE,
    ELECTRICITY_DUTY,
    SALES_TAX,
    CATEGORY
  }

  /**
   * A bill as it is issued.
   *
   * @param verdict what is to be said of it; empty where it is right
   */
  record Issued(
      Tariff tariff, long units, long peakUnits, Charges charges, Optional<String> verdict) {}

  /** What is wrong with a bill; mostly nothing. */
  Optional<Error> of(long billId) {
    Draws draws = blueprint.draws();
    return blueprint.plants(Fault.BILLING) && draws.chance(PERMILLE, Topic.BILL_FAULT, billId, 0)
        ? Optional.of(draws.oneOf(Error.values(), Topic.BILL_FAULT, billId, 1))
        : Optional.empty();
  }

  /** Units that somebody typed in place of those of the registers. */
  long typed(long billId, long units) {
    return units + 9L * blueprint.draws().between(1, 12, Topic.BILL_FAULT, billId, 2);
  }

  /** A bill of these units that is right. */
  static Issued right(Tariff tariff, long units, long peakUnits, int load) {
    return new Issued(
        tariff, units, peakUnits, tariff.charges(units, peakUnits, load), Optional.empty());
  }

  /** The right bill with an error in it; as it was where the error would change nothing. */
  Issued spoil(Issued right, Error error, int load) {
    Tariff tariff = right.tariff();
    Charges charges = right.charges();
    if (error == Error.TARIFF) {
      return former(tariff)
          .map(it -> wrong(right, it, it.charges(right.units(), right.peakUnits(), load), error))
          .orElse(right);
    }
    Charges wrong =
        switch (error) {
          case UNITS, CATEGORY, TARIFF -> charges;
          case ENERGY_CHARGE -> tariff.taxed(dearest(tariff, right.units()), charges.fixedPaisa());
          case FIXED_CHARGE -> tariff.taxed(charges.energyPaisa(), 2 * charges.fixedPaisa());
          case ELECTRICITY_DUTY ->
              new Charges(
                  charges.energyPaisa(),
                  charges.fixedPaisa(),
                  2 * charges.dutyPaisa(),
                  charges.taxPaisa());
          case SALES_TAX ->
              new Charges(
                  charges.energyPaisa(),
                  charges.fixedPaisa(),
                  charges.dutyPaisa(),
                  charges.taxPaisa() + charges.dutyPaisa());
        };
    return wrong.equals(charges) ? right : wrong(right, tariff, wrong, error);
  }

  private static Issued wrong(Issued right, Tariff tariff, Charges charges, Error error) {
    return new Issued(
        tariff,
        right.units(),
        right.peakUnits(),
        charges,
        Optional.of(error.name().toLowerCase(Locale.ROOT)));
  }

  /** The tariff of the notification before. */
  private Optional<Tariff> former(Tariff tariff) {
    return blueprint.tariffs().all().stream()
        .filter(it -> it.kind() == tariff.kind())
        .filter(it -> it.until().equals(tariff.from()))
        .findFirst();
  }

  /** The category under which a consumer is billed that belongs to another one. */
  static Kind otherCategory(Kind right) {
    return right == Kind.UNPROTECTED ? Kind.PROTECTED : Kind.UNPROTECTED;
  }

  /** All units at the rate that only the last, or only the peak's, should cost. */
  private static long dearest(Tariff tariff, long units) {
    int rate = 0;
    for (Slab slab : tariff.slabs()) {
      if (slab.fromUnits() < units) {
        rate = Math.max(rate, Math.max(slab.rate(), slab.peakRate()));
      }
    }
    return Tariff.halfUp(units * rate, 100);
  }
}
