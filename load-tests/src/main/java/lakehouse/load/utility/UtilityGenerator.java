package lakehouse.load.utility;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import lakehouse.catalog.cli.LakeException;
import lakehouse.load.utility.Energy.Metered;
import lakehouse.load.utility.Registers.Reading;

/**
 * A coherent electric utility, invented from a seed: the same seed, size and as-of day give the
 * same rows to the byte, whatever the machine, its clock or the number of threads.
 *
 * <p>Registers, intervals, bills and payments agree with each other to the watt-hour and the paisa:
 * a feeder delivers what its PMTs do plus the line's loss, a PMT what its consumers draw plus its
 * own loss; theft is the part that no consumer meter counts. Immutable and thread-safe.
 */
public final class UtilityGenerator {

  /** The day before which everything lies, unless another is wanted. */
  public static final LocalDate DEFAULT_AS_OF = LocalDate.of(2026, 7, 1);

  private final Blueprint blueprint;

  /** A utility in which every kind of fault is planted. */
  public UtilityGenerator(long seed, UtilitySize size, LocalDate asOf) {
    this(seed, size, asOf, EnumSet.allOf(Fault.class));
  }

  /** A utility in which only these faults are planted; all else is as without them. */
  public UtilityGenerator(long seed, UtilitySize size, LocalDate asOf, Set<Fault> planted) {
    this.blueprint = Blueprint.of(seed, size, asOf, planted);
  }

  /** The demo's utility times {@code scale}, as of {@link #DEFAULT_AS_OF}. */
  public static UtilityGenerator ofScale(long seed, double scale) {
    return new UtilityGenerator(seed, UtilitySize.ofScale(scale), DEFAULT_AS_OF);
  }

  /**
   * Fills the databases, which must exist and be empty, with {@code threads} writers.
   *
   * @throws LakeException when they hold rows already
   */
  public SeedResult seed(DatabaseServer server, int threads, SeedProgress progress)
      throws SQLException, InterruptedException {
    return new DatabaseSeeding(server, this, threads, progress).run();
  }

  /**
   * Tells what was planted, and what marts must say of it. It is made from the seed alone: no
   * database is asked, and nothing of it is in one.
   */
  public void tellPlanted(Consumer<Planted> told) {
    for (int part = 0; part < parts(); part++) {
      part(part).manifest().lines().forEach(told);
    }
  }

  /** The SHA-256 of each table's rows in COPY text, parts in order. */
  public Map<UtilityTable, String> digests() {
    Map<UtilityTable, MessageDigest> digests = new EnumMap<>(UtilityTable.class);
    for (UtilityTable table : UtilityTable.values()) {
      digests.put(table, sha256());
    }
    for (int part = 0; part < parts(); part++) {
      part(part)
          .all()
          .forEach((table, rows) -> digests.get(table).update(rows.array(), 0, rows.length()));
    }
    Map<UtilityTable, String> hex = new EnumMap<>(UtilityTable.class);
    digests.forEach((table, digest) -> hex.put(table, HexFormat.of().formatHex(digest.digest())));
    return hex;
  }

  /** Parts that can be generated on their own: the reference data and each tie pair. */
  int parts() {
    return 1 + blueprint.size().tiePairs();
  }

  ChunkRows part(int part) {
    ChunkRows rows = new ChunkRows();
    if (part == 0) {
      new ReferenceRows(blueprint, rows).write();
    } else {
      writePair(new TiePair(blueprint, part - 1), rows);
    }
    return rows;
  }

  private void writePair(TiePair pair, ChunkRows rows) {
    Outages outages = new Outages(blueprint, pair);
    Energy energy = new Energy(blueprint, pair, outages);
    People people = new People(blueprint.draws());
    MeteringRows metering = new MeteringRows(blueprint, pair, outages, rows);
    BillingRows billing = new BillingRows(blueprint, pair, people, rows);
    Thefts thefts = new Thefts(blueprint, pair, rows.manifest());
    for (Customer customer : pair.customers()) {
      Metered metered = energy.draw(customer);
      List<Reading> readings = Registers.of(blueprint, customer, metered);
      thefts.tell(customer, metered, readings);
      metering.writeConsumer(customer, metered, readings);
      billing.writeConsumer(customer, readings);
    }
    energy.addLosses();
    energy.tell(rows.manifest());
    pair.tell(rows.manifest());
    outages.tell(rows.manifest());
    metering.writeNetwork(energy);
    new NetworkRows(blueprint, pair, outages, rows).write();
    new ServiceRows(blueprint, pair, outages, people, rows).write();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
