package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityTable.COMPLAINT;
import static lakehouse.load.utility.UtilityTable.NEW_CONNECTION;

import java.util.Locale;
import java.util.UUID;
import lakehouse.load.utility.Draws.Topic;
import lakehouse.load.utility.Outages.Interruption;
import lakehouse.load.utility.TiePair.Feeder;

/** Writes the rows of database {@code service} for one tie pair. */
record ServiceRows(
    Blueprint blueprint, TiePair pair, Outages outages, People people, ChunkRows rows) {

  private static final String[] CHANNELS = {"call_centre", "call_centre", "app", "walk_in", "sms"};

  /** What is complained about, with its limits in minutes. */
  private enum Category {
    NO_SUPPLY(60, 240, "No electricity since the breakdown", "علاقے میں بجلی نہیں ہے"),
    VOLTAGE(120, 480, "Voltage drops, fans turn slowly", "وولٹیج بہت کم ہے"),
    BILLING(1_440, 10_080, "Bill is too high, meter was not read", "بل بہت زیادہ آیا ہے"),
    METER(1_440, 2_880, "Meter display is blank", "میٹر خراب ہے"),
    SAFETY(30, 120, "Wire hanging low over the street", "تار سڑک پر لٹک رہی ہے");

    private final int responseLimitMinutes;
    private final int restorationLimitMinutes;
    private final String english;
    private final String urdu;

    Category(int responseLimitMinutes, int restorationLimitMinutes, String english, String urdu) {
      this.responseLimitMinutes = responseLimitMinutes;
      this.restorationLimitMinutes = restorationLimitMinutes;
      this.english = english;
      this.urdu = urdu;
    }

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  void write() {
    for (Interruption interruption : outages.interruptions()) {
      if (interruption.kind().equals("fault")) {
        writeFaultComplaints(interruption);
      }
    }
    for (Customer customer : pair.customers()) {
      writeOwnComplaints(customer);
      if (customer.connectedDay() != Customer.BEFORE) {
        writeConnected(customer);
      }
    }
    for (int p = 0; p < pair.pmts().size(); p++) {
      writeApplications(pair.pmts().get(p).id(), pair.homeFeeder(p));
    }
  }

  private void writeFaultComplaints(Interruption interruption) {
    Draws draws = blueprint.draws();
    long id = interruption.id();
    int attempts = interruption.pmt() == Outages.WHOLE_FEEDER ? 6 : 5;
    int slot = interruption.startMinute() / History.SLOT_MINUTES;
    long start = blueprint.history().minuteStart(interruption.startMinute());
    long end = blueprint.history().minuteStart(interruption.endMinute());
    for (int n = 0; n < attempts; n++) {
      int chosen = draws.below(pair.customers().size(), Topic.COMPLAINT, id, n);
      Customer customer = pair.customers().get(chosen);
      int pmt = customer.pmts().parentAt(slot);
      boolean cut =
          interruption.pmt() == Outages.WHOLE_FEEDER
              ? pair.pmts().get(pmt).feeders().parentAt(slot) == interruption.feeder()
              : pmt == interruption.pmt();
      if (cut && customer.suppliedOn(slot / History.SLOTS_PER_DAY)) {
        long opened =
            start
                + Math.min(
                    end - start - 60, draws.between(180, 5_400, Topic.COMPLAINT, id, 20 + n));
        complaint(
            draws.uuid(Topic.COMPLAINT, id, 40 + n), customer, id, Category.NO_SUPPLY, opened, end);
      }
    }
  }

  private void writeOwnComplaints(Customer customer) {
    Draws draws = blueprint.draws();
    long id = customer.servicePointId();
    int months = blueprint.size().historyMonths();
    for (int month = 0; month < months; month++) {
      if (!draws.chance(22, Topic.COMPLAINT, id, 1_000 + month)) {
        continue;
      }
      int day =
          blueprint.history().day(blueprint.history().firstDate().plusMonths(month))
              + draws.below(28, Topic.COMPLAINT, id, 2_000 + month);
      if (!customer.suppliedOn(day)) {
        continue;
      }
      Category category =
          Category.values()[draws.between(1, 4, Topic.COMPLAINT, id, 3_000 + month)];
      long opened =
          blueprint.history().dayStart(day)
              + draws.between(28_800, 79_200, Topic.COMPLAINT, id, 4_000 + month);
      long takes =
          category.restorationLimitMinutes
              * 60L
              * draws.between(15, 150, Topic.COMPLAINT, id, 5_000 + month)
              / 100;
      UUID uuid = draws.uuid(Topic.COMPLAINT, id, 6_000 + month);
      complaint(uuid, customer, 0, category, opened, opened + takes);
    }
  }

  private void complaint(
      UUID uuid,
      Customer customer,
      long interruptionId,
      Category category,
      long opened,
      long restored) {
    Draws draws = blueprint.draws();
    long key = uuid.getLeastSignificantBits();
    long now = blueprint.history().end();
    long responded =
        opened
            + Math.min(
                restored - opened,
                category.responseLimitMinutes
                    * 60L
                    * draws.between(10, 160, Topic.COMPLAINT, key, 0)
                    / 100);
    long closed = restored + draws.between(600, 36_000, Topic.COMPLAINT, key, 1);
    boolean urdu = draws.chance(450, Topic.COMPLAINT, key, 2);
    CopyText row = rows.of(COMPLAINT).uuid(uuid).number(customer.consumerId());
    if (interruptionId == 0) {
      row.nothing();
    } else {
      row.number(interruptionId);
    }
    row.text(category.label())
        .text(draws.oneOf(CHANNELS, Topic.COMPLAINT, key, 3))
        .text(people.name(customer.person()));
    if (draws.chance(800, Topic.COMPLAINT, key, 4)) {
      row.text(people.cnic(customer.person()));
    } else {
      row.nothing();
    }
    row.text(people.phone(customer.person()))
        .text(urdu ? category.urdu : category.english)
        .text(details(key, urdu, category))
        .text(closed < now ? "closed" : responded < now ? "responded" : "open")
        .instant(opened);
    long updated = opened;
    for (long moment : new long[] {responded, restored, closed}) {
      if (moment < now) {
        row.instant(moment);
        updated = moment;
      } else {
        row.nothing();
      }
    }
    row.number(category.responseLimitMinutes)
        .number(category.restorationLimitMinutes)
        .instant(updated)
        .endRow();
  }

  private String details(long key, boolean urdu, Category category) {
    Draws draws = blueprint.draws();
    StringBuilder json = new StringBuilder(120);
    json.append("{\"language\": \"").append(urdu ? "ur" : "en");
    json.append("\", \"attempts\": ").append(draws.between(1, 5, Topic.COMPLAINT, key, 5));
    json.append(", \"tags\": [\"").append(category.label()).append("\"");
    if (draws.chance(200, Topic.COMPLAINT, key, 6)) {
      json.append(", \"repeat\"");
    }
    json.append(']');
    // A few are too long to be stored in line, so that later updates of the row leave them out of
    // the WAL.
    if (draws.chance(25, Topic.COMPLAINT, key, 7)) {
      json.append(", \"transcript\": \"");
      for (int i = 0; i < 400; i++) {
        json.append(Long.toHexString(draws.bits(Topic.TRANSCRIPT, key, i))).append(' ');
      }
      json.append('"');
    }
    return json.append('}').toString();
  }

  private void writeConnected(Customer customer) {
    History history = blueprint.history();
    long id = customer.servicePointId();
    int waited = blueprint.draws().between(12, 90, Topic.APPLICATION, id, 0);
    application(
        id,
        customer.person(),
        customer.ibcId(),
        customer.feederId(),
        customer.sanctionedLoadCentikw(),
        Tariffs.kindOf(customer.loadClass(), customer.sanctionedLoadCentikw(), 0),
        3,
        history.epochDay(customer.connectedDay()) - waited,
        history.epochDay(customer.connectedDay()),
        customer.consumerId());
  }

  /** Applications that are still on their way. */
  private void writeApplications(int pmtId, Feeder feeder) {
    Draws draws = blueprint.draws();
    int count = draws.below(3, Topic.APPLICATION, pmtId, -1);
    for (int n = 0; n < count; n++) {
      long id = pmtId * 1000L + 801 + n;
      int stage = draws.below(3, Topic.APPLICATION, id, 1);
      int ago = 1 + stage * 12 + draws.below(25, Topic.APPLICATION, id, 2);
      application(
          id,
          id,
          feeder.ibcId(),
          feeder.id(),
          draws.between(10, 45, Topic.APPLICATION, id, 3) * 10,
          Tariffs.Kind.UNPROTECTED,
          stage,
          blueprint.history().asOf().toEpochDay() - ago,
          0,
          0);
    }
  }

  private void application(
      long id,
      long person,
      int ibcId,
      int feederId,
      int loadCentikw,
      Tariffs.Kind kind,
      int stage,
      long appliedOn,
      long connectedOn,
      long consumerId) {
    CopyText row =
        rows.of(NEW_CONNECTION)
            .number(id)
            .number(ibcId)
            .text(people.name(person))
            .text(people.cnic(person))
            .text(people.phone(person))
            .text(people.address(id, People.area(feederId)))
            .decimal(loadCentikw, 2)
            .text(kind.code())
            .text(new String[] {"applied", "surveyed", "demand_note", "connected"}[stage]);
    if (stage >= 2) {
      row.decimal(500_000L + loadCentikw * 2_500L, 2);
    } else {
      row.nothing();
    }
    row.date(appliedOn);
    if (stage == 3) {
      row.date(connectedOn).number(consumerId);
    } else {
      row.nothing().nothing();
    }
    long changedDay = stage == 3 ? connectedOn : appliedOn;
    row.instant(changedDay * 86_400 + 20_000).endRow();
  }
}
