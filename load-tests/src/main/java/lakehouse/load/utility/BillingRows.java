package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityTable.BILL;
import static lakehouse.load.utility.UtilityTable.BILL_ADJUSTMENT;
import static lakehouse.load.utility.UtilityTable.CONSUMER;
import static lakehouse.load.utility.UtilityTable.PAYMENT;

import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import lakehouse.load.utility.BillErrors.Error;
import lakehouse.load.utility.BillErrors.Issued;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.Planted.BillingError;
import lakehouse.load.utility.Planted.OddCycle;
import lakehouse.load.utility.Registers.Reading;
import lakehouse.load.utility.Tariffs.Charges;
import lakehouse.load.utility.Tariffs.Kind;
import lakehouse.load.utility.Tariffs.Tariff;

/** Writes the rows of database {@code billing} for the consumers of one tie pair. */
record BillingRows(Blueprint blueprint, TiePair pair, People people, ChunkRows rows) {

  private static final int ISSUED_AFTER_DAYS = 3;
  private static final int DUE_AFTER_DAYS = 15;
  private static final int MONTHS_LOOKED_BACK = 5;

  /** What a cycle may last, and what the slabs are meant for. */
  private static final int FEWEST_DAYS = 28;

  private static final int MOST_DAYS = 31;
  private static final int STANDARD_DAYS = 30;
  private static final int PROTECTED_MOST_UNITS = 200;
  private static final int TEN_O_CLOCK = 36_000;
  private static final String[] CHANNELS = {
    "bank", "bank", "mobile_wallet", "mobile_wallet", "counter", "auto_debit"
  };
  private static final String[] REASONS = {
    "wrong_reading", "meter_fault", "detection_bill", "instalment_fee", "goodwill"
  };

  /** How a consumer pays. */
  private enum Payer {
    PROMPT,
    LATE,
    PARTIAL,
    STOPS;

    private static Payer of(Draws draws, long id, int lossClass) {
      int draw = draws.below(1000, Topic.PAYMENT, id, -1);
      int worse = lossClass * 70;
      if (draw < 740 - worse) {
        return PROMPT;
      }
      if (draw < 890 - worse / 2) {
        return LATE;
      }
      return draw < 950 - worse / 3 ? PARTIAL : STOPS;
    }
  }

  void writeConsumer(Customer customer, List<Reading> readings) {
    History history = blueprint.history();
    BillErrors errors = new BillErrors(blueprint);
    TreeMap<Integer, Long> validUnits = new TreeMap<>();
    Deque<Long> recentUnits = unitsBeforeHistory(customer);
    int load = customer.sanctionedLoadCentikw();
    Kind kind =
        Tariffs.kindOf(
            customer.loadClass(), load, recentUnits.isEmpty() ? 0 : Collections.max(recentUnits));
    int changedDay = Math.max(0, customer.connectedDay());
    for (int i = 1; i < readings.size(); i++) {
      Reading previous = readings.get(i - 1);
      Reading present = readings.get(i);
      int issuedDay = present.day() + ISSUED_AFTER_DAYS;
      if (previous.meterId() != present.meterId() || issuedDay >= history.days()) {
        continue;
      }
      long billId = billId(customer, history.date(present.day()));
      boolean cancelled = blueprint.draws().chance(3, Topic.BILL, billId, 0);
      int days = present.day() - previous.day();
      Optional<Error> error = cancelled || oddCycle(days) ? Optional.empty() : errors.of(billId);
      long registered = present.registerWh() / 1000 - previous.registerWh() / 1000;
      long units =
          error.equals(Optional.of(Error.UNITS)) ? errors.typed(billId, registered) : registered;
      recentUnits.addLast(units);
      if (recentUnits.size() > MONTHS_LOOKED_BACK + 1) {
        recentUnits.removeFirst();
      }
      kind = Tariffs.kindOf(customer.loadClass(), load, Collections.max(recentUnits));
      changedDay = issuedDay;
      int month = present.monthIndex();
      if (!cancelled) {
        validUnits.put(month, units);
      }
      Kind right = kind;
      if (error.equals(Optional.of(Error.CATEGORY))
          && categoryIsKnown(right, validUnits.subMap(month - MONTHS_LOOKED_BACK, month + 1))) {
        kind = BillErrors.otherCategory(right);
      }
      LocalDate readOn = history.date(present.day());
      Tariff tariff = blueprint.tariffs().validOn(kind, readOn);
      long peakUnits =
          customer.loadClass().timeOfUse()
              ? Math.min(
                  registered, present.peakRegisterWh() / 1000 - previous.peakRegisterWh() / 1000)
              : 0;
      Issued sound = BillErrors.right(tariff, units, peakUnits, load);
      Issued issued = error.isPresent() ? errors.spoil(sound, error.get(), load) : sound;
      writeBill(customer, previous, present, issued, cancelled);
      Charges due = blueprint.tariffs().validOn(right, readOn).charges(registered, peakUnits, load);
      long difference = issued.charges().amountPaisa() - due.amountPaisa();
      if (kind != right) {
        String verdict = right == Kind.UNPROTECTED ? BillingError.GRANTED : BillingError.DENIED;
        tell(billId, customer, readOn, verdict, difference);
      } else if (units != registered) {
        tell(billId, customer, readOn, "units", difference);
      } else if (issued.verdict().isPresent()) {
        tell(billId, customer, readOn, issued.verdict().get(), difference);
      }
      if (!cancelled && oddCycle(days)) {
        Charges prorated = tariff.proratedCharges(sound.charges(), units, days, STANDARD_DAYS);
        rows.manifest()
            .add(
                new OddCycle(
                    billId,
                    customer.consumerId(),
                    readOn.withDayOfMonth(1),
                    days,
                    sound.charges().amountPaisa() - prorated.amountPaisa()));
      }
    }
    writeContract(customer, kind, changedDay);
  }

  private static boolean oddCycle(int days) {
    return days < FEWEST_DAYS || days > MOST_DAYS;
  }

  /** Whether units of six months say what the category must be. */
  private static boolean categoryIsKnown(Kind kind, SortedMap<Integer, Long> units) {
    return switch (kind) {
      case LIFELINE, PROTECTED -> units.size() == MONTHS_LOOKED_BACK + 1;
      case UNPROTECTED -> Collections.max(units.values()) > PROTECTED_MOST_UNITS;
      case DOMESTIC_TIME_OF_USE, COMMERCIAL, COMMERCIAL_TIME_OF_USE, INDUSTRIAL_TIME_OF_USE ->
          false;
    };
  }

  private void tell(
      long billId, Customer customer, LocalDate readOn, String verdict, long difference) {
    rows.manifest()
        .add(
            new BillingError(
                billId, customer.consumerId(), readOn.withDayOfMonth(1), verdict, difference));
  }

  private void writeContract(Customer customer, Tariffs.Kind kind, int changedDay) {
    History history = blueprint.history();
    boolean active = customer.disconnectedDay() == Customer.NEVER;
    long person = customer.person();
    CopyText row =
        rows.of(CONSUMER)
            .number(customer.consumerId())
            .text(String.format(Locale.ROOT, "0400%010d", customer.consumerId()))
            .number(customer.ibcId())
            .number(customer.servicePointId())
            .text(kind.code())
            .decimal(customer.sanctionedLoadCentikw(), 2)
            .number(customer.cycleDay())
            .text(people.name(person))
            .text(people.cnic(person))
            .text(people.phone(person))
            .text(people.address(customer.servicePointId(), People.area(customer.feederId())))
            .text(active ? "active" : "disconnected")
            .date(NetworkRows.connectedOn(blueprint, customer).toEpochDay());
    if (active) {
      row.nothing();
    } else {
      row.date(history.epochDay(customer.disconnectedDay()));
    }
    row.instant(history.dayStart(changedDay) + TEN_O_CLOCK).endRow();
  }

  private void writeBill(
      Customer customer, Reading previous, Reading present, Issued issued, boolean cancelled) {
    History history = blueprint.history();
    LocalDate readOn = history.date(present.day());
    Tariff tariff = issued.tariff();
    Charges charges = issued.charges();
    long billId = billId(customer, readOn);
    int issuedDay = present.day() + ISSUED_AFTER_DAYS;
    long issuedAt = history.dayStart(issuedDay) + TEN_O_CLOCK;
    long paid = 0;
    long changedAt = issuedAt;
    if (!cancelled) {
      Paid result = pay(customer, billId, present.monthIndex(), issuedDay, charges.amountPaisa());
      paid = result.paisa();
      changedAt = Math.max(issuedAt, result.lastAt());
    }
    rows.of(BILL)
        .number(billId)
        .number(customer.consumerId())
        .date(readOn.withDayOfMonth(1).toEpochDay())
        .number(present.meterId())
        .date(history.epochDay(previous.day()))
        .date(readOn.toEpochDay())
        .number(issued.units())
        .number(issued.peakUnits())
        .text(tariff.kind().code())
        .date(tariff.from().toEpochDay())
        .decimal(charges.energyPaisa(), 2)
        .decimal(charges.fixedPaisa(), 2)
        .decimal(charges.dutyPaisa(), 2)
        .decimal(charges.taxPaisa(), 2)
        .decimal(charges.amountPaisa(), 2)
        .date(history.epochDay(issuedDay))
        .date(history.epochDay(issuedDay + DUE_AFTER_DAYS))
        .text(status(cancelled, paid, charges.amountPaisa()))
        .instant(changedAt)
        .endRow();
    if (!cancelled && blueprint.draws().chance(9, Topic.ADJUSTMENT, billId, 0)) {
      writeAdjustments(billId, issuedDay, charges.amountPaisa());
    }
  }

  static long billId(Customer customer, LocalDate readOn) {
    int month = (readOn.getYear() - 2000) * 12 + readOn.getMonthValue() - 1;
    return customer.servicePointId() * 1000 + month;
  }

  private static String status(boolean cancelled, long paid, long amount) {
    if (cancelled) {
      return "cancelled";
    }
    if (paid >= amount) {
      return "paid";
    }
    return paid > 0 ? "partly_paid" : "issued";
  }

  private record Paid(long paisa, long lastAt) {}

  private Paid pay(Customer customer, long billId, int monthIndex, int issuedDay, long amount) {
    Draws draws = blueprint.draws();
    long id = customer.servicePointId();
    int lossClass = pair.feeders().get((customer.feederId() - 1) % 2).lossClass();
    int stopsAt = draws.between(1, blueprint.size().historyMonths(), Topic.PAYMENT, id, -2);
    return switch (Payer.of(draws, id, lossClass)) {
      case PROMPT -> {
        boolean forgets = draws.chance(40, Topic.PAYMENT, billId, 0);
        int after = draws.between(2, forgets ? 40 : DUE_AFTER_DAYS, Topic.PAYMENT, billId, 1);
        yield payment(billId, 0, issuedDay + after, amount);
      }
      case LATE ->
          payment(billId, 0, issuedDay + draws.between(12, 110, Topic.PAYMENT, billId, 1), amount);
      case PARTIAL -> {
        long first = amount * draws.between(30, 80, Topic.PAYMENT, billId, 2) / 100;
        Paid one =
            payment(billId, 0, issuedDay + draws.between(5, 40, Topic.PAYMENT, billId, 1), first);
        if (!draws.chance(600, Topic.PAYMENT, billId, 3)) {
          yield one;
        }
        int later = issuedDay + draws.between(45, 150, Topic.PAYMENT, billId, 4);
        Paid two = payment(billId, 1, later, amount - first);
        yield new Paid(one.paisa() + two.paisa(), Math.max(one.lastAt(), two.lastAt()));
      }
      case STOPS ->
          monthIndex < stopsAt
              ? payment(
                  billId, 0, issuedDay + draws.between(8, 50, Topic.PAYMENT, billId, 1), amount)
              : new Paid(0, Long.MIN_VALUE);
    };
  }

  /** Writes a payment, unless it lies after the end of history or is of nothing. */
  private Paid payment(long billId, int n, int day, long paisa) {
    Draws draws = blueprint.draws();
    if (paisa <= 0 || day >= blueprint.history().days()) {
      return new Paid(0, Long.MIN_VALUE);
    }
    long paidAt =
        blueprint.history().dayStart(day)
            + draws.between(28_800, 79_200, Topic.PAYMENT, billId, 10 + n);
    rows.of(PAYMENT)
        .uuid(draws.uuid(Topic.PAYMENT, billId, 20 + n))
        .number(billId)
        .instant(paidAt)
        .decimal(paisa, 2)
        .text(draws.oneOf(CHANNELS, Topic.PAYMENT, billId, 30 + n))
        .text("R" + billId + "-" + (n + 1))
        .instant(paidAt)
        .endRow();
    return new Paid(paisa, paidAt);
  }

  /** One adjustment, of some bills two alike. */
  private void writeAdjustments(long billId, int issuedDay, long amount) {
    Draws draws = blueprint.draws();
    int day = issuedDay + draws.between(4, 30, Topic.ADJUSTMENT, billId, 1);
    if (day >= blueprint.history().days()) {
      return;
    }
    int percent = draws.between(-40, 25, Topic.ADJUSTMENT, billId, 2);
    int copies = draws.chance(150, Topic.ADJUSTMENT, billId, 3) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      rows.of(BILL_ADJUSTMENT)
          .number(billId)
          .date(blueprint.history().epochDay(day))
          .decimal(amount * percent / 100, 2)
          .text(draws.oneOf(REASONS, Topic.ADJUSTMENT, billId, 4))
          .text("officer " + draws.between(1, 30, Topic.ADJUSTMENT, billId, 5))
          .endRow();
    }
  }

  /** Estimated units of the months before history; none for a new consumer. */
  private Deque<Long> unitsBeforeHistory(Customer customer) {
    Deque<Long> units = new ArrayDeque<>();
    if (customer.connectedDay() == Customer.BEFORE) {
      for (int back = MONTHS_LOOKED_BACK; back > 0; back--) {
        int month = blueprint.history().firstDate().minusMonths(back).getMonthValue();
        units.addLast(
            customer.meanDailyWh() * 30 * customer.loadClass().seasonPermille(month) / 1_000_000);
      }
    }
    return units;
  }
}
