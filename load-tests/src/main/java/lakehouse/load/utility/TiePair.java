package lakehouse.load.utility;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lakehouse.load.utility.Draws.Topic;

/**
 * Two feeders that can take over each other's PMTs, with everything below them: the part of the
 * utility that is generated on its own. Parents are ordinals inside the pair.
 */
final class TiePair {

  private static final int[] STANDARD_KVA = {
    10, 15, 25, 50, 100, 200, 250, 400, 630, 1000, 1600, 2500
  };
  private static final int SLOTS_PER_HOUR = 2;

  /** What kind of neighbourhood a feeder supplies. */
  enum FeederKind {
    RESIDENTIAL("residential", 280, 640, 820, 860, 980, 1000),
    MIXED("mixed", 200, 460, 580, 620, 900, 980),
    INDUSTRIAL("industrial", 200, 460, 540, 560, 780, 860);

    private final String label;
    private final int[] classBoundsPermille;

    FeederKind(String label, int... classBoundsPermille) {
      this.label = label;
      this.classBoundsPermille = classBoundsPermille;
    }

    String label() {
      return label;
    }

    private LoadClass loadClass(int permille) {
      for (int i = 0; i < classBoundsPermille.length; i++) {
        if (permille < classBoundsPermille[i]) {
          return LoadClass.values()[i];
        }
      }
      return LoadClass.FACTORY;
    }
  }

  /**
   * A feeder.
   *
   * @param lossClass 0 (low) to 3 (very high): how much is stolen, and so how much load is shed
   * @param linePermille energy lost on the 11 kV line
   * @param ami whether its consumers have AMI meters
   */
  record Feeder(int id, FeederKind kind, int lossClass, int linePermille, boolean ami) {

    int ibcId() {
      return 1 + (id - 1) / 3 % 6;
    }

    int gridStationId() {
      return 1 + (id - 1) / 4;
    }

    long meterId() {
      return 1_000_000L + id;
    }
  }

  /** A PMT; {@code feeders} are the feeder's ordinals in the pair. */
  record Pmt(int id, int ratedKva, LocalDate commissionedOn, Attachments feeders) {

    long meterId() {
      return 2_000_000L + id;
    }
  }

  private final List<Feeder> feeders = new ArrayList<>();
  private final List<Pmt> pmts = new ArrayList<>();
  private final List<Customer> customers = new ArrayList<>();
  private final Map<Long, Attachments> recordedElsewhere = new HashMap<>();

  TiePair(Blueprint blueprint, int pair) {
    for (int side = 0; side < 2; side++) {
      feeders.add(feeder(blueprint.draws(), 2 * pair + side + 1));
    }
    int perFeeder = blueprint.size().pmtsPerFeeder();
    for (int side = 0; side < 2; side++) {
      Feeder feeder = feeders.get(side);
      for (int k = 0; k < perFeeder; k++) {
        int pmtId = (feeder.id() - 1) * perFeeder + k + 1;
        List<Customer> below = customersOf(blueprint, feeder, pmtId, pmts.size());
        int ratedKva = ratedKva(blueprint.draws(), pmtId, below);
        LocalDate commissioned =
            LocalDate.of(2008, 1, 1).plusDays(blueprint.draws().below(2_500, Topic.PMT, pmtId, 0));
        pmts.add(new Pmt(pmtId, ratedKva, commissioned, switching(blueprint, pmtId, side)));
        customers.addAll(below);
      }
    }
    for (Customer customer : customers) {
      moveCustomer(blueprint, customer, perFeeder);
      misrecord(blueprint, customer, perFeeder);
    }
  }

  /** How many interval readings its meters send if none is lost. */
  long expectedReadings(Blueprint blueprint) {
    History history = blueprint.history();
    long days = history.days() - (long) history.firstIntervalDay();
    long readings = days * 24 * pmts.size() + days * History.SLOTS_PER_DAY * feeders.size();
    for (Customer customer : customers) {
      for (Customer.MeterSpell spell : customer.spells()) {
        if (spell.ami()) {
          int until = Math.min(spell.toDay(), history.days());
          readings += (long) (until - spell.fromDay()) * History.SLOTS_PER_DAY;
        }
      }
    }
    return readings;
  }

  List<Feeder> feeders() {
    return feeders;
  }

  List<Pmt> pmts() {
    return pmts;
  }

  List<Customer> customers() {
    return customers;
  }

  /** PMTs that a customer hung on by the records, which may be wrong. */
  Attachments recorded(Customer customer) {
    return recordedElsewhere.getOrDefault(customer.servicePointId(), customer.pmts());
  }

  /** The feeder that a PMT was built under; switching comes on top. */
  Feeder homeFeeder(int pmtOrdinal) {
    return feeders.get(pmtOrdinal / (pmts.size() / 2));
  }

  private static Feeder feeder(Draws draws, int id) {
    FeederKind kind =
        switch (id % 6) {
          case 0 -> FeederKind.INDUSTRIAL;
          case 3 -> FeederKind.MIXED;
          default -> FeederKind.RESIDENTIAL;
        };
    int lossClass =
        switch (id % 12) {
          case 1 -> 0;
          case 7 -> 2;
          default -> new int[] {0, 0, 0, 0, 1, 1, 1, 2, 2, 3}[draws.below(10, Topic.FEEDER, id, 0)];
        };
    int linePermille = draws.between(14, 32, Topic.FEEDER, id, 1);
    return new Feeder(id, kind, lossClass, linePermille, id % 6 == 1);
  }

  private static List<Customer> customersOf(
      Blueprint blueprint, Feeder feeder, int pmtId, int pmtOrdinal) {
    int mean = blueprint.size().consumersPerPmt();
    int count =
        feeder.ami()
            ? blueprint.draws().between(mean / 2, mean, Topic.PMT, pmtId, 1)
            : blueprint.draws().between(mean * 3 / 5, mean * 7 / 5, Topic.PMT, pmtId, 1);
    List<Customer> below = new ArrayList<>(count);
    for (int n = 1; n <= count; n++) {
      below.add(Customer.of(blueprint, feeder, pmtId * 1000L + n, pmtOrdinal));
    }
    return below;
  }

  static LoadClass loadClass(Draws draws, Feeder feeder, long servicePointId) {
    return feeder.kind().loadClass(draws.below(1000, Topic.SERVICE_POINT, servicePointId, 0));
  }

  /** The next standard size above a load that leaves some PMTs roomy and overloads a few. */
  private static int ratedKva(Draws draws, int pmtId, List<Customer> below) {
    long meanWatts = below.stream().mapToLong(Customer::meanDailyWh).sum() / 24;
    long wanted = meanWatts * draws.between(160, 360, Topic.PMT, pmtId, 2) / 100_000;
    for (int kva : STANDARD_KVA) {
      if (kva >= wanted) {
        return kva;
      }
    }
    return STANDARD_KVA[STANDARD_KVA.length - 1];
  }

  /** Some PMTs are moved for hours in the past and lately, a few for good. */
  private static Attachments switching(Blueprint blueprint, int pmtId, int home) {
    Draws draws = blueprint.draws();
    History history = blueprint.history();
    Attachments feeders = new Attachments(Attachments.BEFORE_HISTORY, home, "commissioned");
    int past = history.firstIntervalSlot();
    if (draws.chance(350, Topic.PMT_SWITCH, pmtId, 0)) {
      int from = wholeHour(draws.between(past / 20, past / 3, Topic.PMT_SWITCH, pmtId, 1));
      int hours = draws.between(2, 30, Topic.PMT_SWITCH, pmtId, 2);
      feeders.move(from, 1 - home, "fault_transfer");
      feeders.move(from + hours * SLOTS_PER_HOUR, home, "restored");
    }
    int now = home;
    if (draws.chance(60, Topic.PMT_SWITCH, pmtId, 3)) {
      now = 1 - home;
      int from = wholeHour(draws.between(past / 2, past * 9 / 10, Topic.PMT_SWITCH, pmtId, 4));
      feeders.move(from, now, "load_balancing");
    }
    if (draws.chance(200, Topic.PMT_SWITCH, pmtId, 5)) {
      int room = history.slots() - past - 4 * History.SLOTS_PER_DAY;
      int from = past + wholeHour(draws.below(room, Topic.PMT_SWITCH, pmtId, 6));
      int hours = draws.between(2, 40, Topic.PMT_SWITCH, pmtId, 7);
      feeders.move(from, 1 - now, "fault_transfer");
      feeders.move(from + hours * SLOTS_PER_HOUR, now, "restored");
    }
    return feeders;
  }

  /** A few consumers are moved to the next PMT of their feeder, for good or for hours. */
  private static void moveCustomer(Blueprint blueprint, Customer customer, int perFeeder) {
    Draws draws = blueprint.draws();
    History history = blueprint.history();
    long id = customer.servicePointId();
    int home = customer.pmts().last();
    int other = next(home, perFeeder);
    int connected = customer.connectedDay() * History.SLOTS_PER_DAY;
    int past = history.firstIntervalSlot();
    int now = home;
    if (draws.chance(30, Topic.SERVICE_SWITCH, id, 0)) {
      int from = wholeHour(draws.between(past / 2, past - 2, Topic.SERVICE_SWITCH, id, 1));
      if (from > connected) {
        now = other;
        customer.pmts().move(from, now, "load_balancing");
      }
    }
    if (draws.chance(20, Topic.SERVICE_SWITCH, id, 2)) {
      int room = history.slots() - past - 4 * History.SLOTS_PER_DAY;
      int from = past + wholeHour(draws.below(room, Topic.SERVICE_SWITCH, id, 3));
      int hours = draws.between(3, 60, Topic.SERVICE_SWITCH, id, 4);
      if (from > connected) {
        customer.pmts().move(from, now == home ? other : home, "fault_transfer");
        customer.pmts().move(from + hours * SLOTS_PER_HOUR, now, "restored");
      }
    }
  }

  /** A few consumers that never moved are recorded on the next PMT of their feeder. */
  private void misrecord(Blueprint blueprint, Customer customer, int perFeeder) {
    Attachments pmts = customer.pmts();
    if (blueprint.plants(Fault.MIS_SWITCHED)
        && pmts.all().size() == 1
        && blueprint.draws().chance(25, Topic.MIS_SWITCH, customer.servicePointId(), 0)) {
      int next = next(pmts.last(), perFeeder);
      Attachments.Attachment only = pmts.all().get(0);
      recordedElsewhere.put(
          customer.servicePointId(), new Attachments(only.fromSlot(), next, only.reason()));
    }
  }

  /** Tells who is recorded on a PMT that does not supply it. */
  void tell(Manifest manifest) {
    for (Customer customer : customers) {
      int recorded = recorded(customer).last();
      if (recorded != customer.pmts().last()) {
        manifest.add(
            new Planted.MisSwitched(
                customer.consumerId(),
                customer.servicePointId(),
                pmts.get(recorded).id(),
                pmts.get(customer.pmts().last()).id()));
      }
    }
  }

  private static int next(int pmt, int perFeeder) {
    return pmt / perFeeder * perFeeder + (pmt % perFeeder + 1) % perFeeder;
  }

  private static int wholeHour(int slot) {
    return slot / SLOTS_PER_HOUR * SLOTS_PER_HOUR;
  }
}
