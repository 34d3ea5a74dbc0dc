package lakehouse.models.property;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.commit.StateMismatchException;
import lakehouse.catalog.commit.TableChange;
import lakehouse.models.BronzeWriter;
import lakehouse.models.TestLake;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * A source of three tables to which random things happen, as its capture writes them: {@code entry}
 * with a key of two columns, {@code owner} with validity intervals, and {@code tick}, a bag. It
 * keeps what the tables hold, so that every change is one that a database could make.
 */
final class RandomSource {
  private static final OffsetDateTime BEGIN =
      Instant.parse("2026-01-01T00:00:00Z").atOffset(ZoneOffset.UTC);
  static final LocalDate FIRST_DAY = LocalDate.of(2026, 2, 26);

  private final String name;
  private final Random random;
  private final Random rejections;
  private final RandomRows freshRows;
  private final CatalogCommit commits;
  private final KeyedTable entries;
  private final KeyedTable owners;
  private final BronzeWriter ticks;
  private final List<Map<String, Object>> tick = new ArrayList<>();
  private final List<Map<String, Object>> rejected = new ArrayList<>();
  private final Map<BronzeWriter, List<Map<String, Object>>> late = new LinkedHashMap<>();
  private final List<CatalogCommit.Request> committed = new ArrayList<>();
  private final int widenAt;
  private final int addAt;
  private int transactions = 0;
  private int epoch = 1;
  private long lsn = 0;
  private OffsetDateTime time = BEGIN;

  RandomSource(TestLake lake, CatalogCommit commits, String name, long seed) {
    this.name = name;
    this.commits = commits;
    this.random = new Random(seed);
    this.rejections = new Random(~seed);
    this.freshRows = new RandomRows(random);
    this.widenAt = random.nextInt(12);
    this.addAt = random.nextInt(12);
    // of three sources in a row one leaves values out of both logs, one each out of one
    this.entries =
        keyed(
            lake,
            seed % 3 == 0,
            "entry",
            List.of("place", "day"),
            "place",
            Types.IntegerType.get(),
            "day",
            Types.DateType.get(),
            "amount",
            Types.DecimalType.of(12, 3),
            "level",
            Types.DoubleType.get(),
            "grade",
            Types.IntegerType.get(),
            "note",
            Types.StringType.get());
    this.owners =
        keyed(
            lake,
            seed % 3 == 1,
            "owner",
            List.of("owner_id"),
            "owner_id",
            Types.LongType.get(),
            "place",
            Types.IntegerType.get(),
            "begins_on",
            Types.DateType.get(),
            "ends_on",
            Types.DateType.get(),
            "name",
            Types.StringType.get(),
            "fee",
            Types.DecimalType.of(8, 2),
            "remark",
            Types.StringType.get());
    this.ticks =
        writer(
            lake,
            "tick",
            List.of(),
            "place",
            Types.IntegerType.get(),
            "level",
            Types.DoubleType.get(),
            "label",
            Types.StringType.get());
    load();
    commit(false);
  }

  private KeyedTable keyed(
      TestLake lake, boolean tellsAll, String table, List<String> key, Object... columns) {
    return new KeyedTable(writer(lake, table, key, columns), key, random, tellsAll);
  }

  private BronzeWriter writer(TestLake lake, String table, List<String> key, Object... columns) {
    LinkedHashMap<String, Type> types = new LinkedHashMap<>();
    for (int i = 0; i < columns.length; i += 2) {
      types.put((String) columns[i], (Type) columns[i + 1]);
    }
    return new BronzeWriter(lake.catalog(), name, table, key, types);
  }

  String name() {
    return name;
  }

  List<BronzeWriter> logs() {
    return List.of(entries.log(), owners.log(), ticks);
  }

  /** Some transactions, captured by some commits. */
  void proceed() {
    // little happens as a rule: only then a change that is overlooked is not made good by another
    int busy = random.nextInt(3) == 0 ? 12 : 2;
    int checkpoints = random.nextInt(4);
    for (int checkpoint = 0; checkpoint < checkpoints; checkpoint++) {
      late.forEach(BronzeWriter::bring);
      late.clear();
      if (rejections.nextBoolean()) {
        replay();
      }
      int count = random.nextInt(busy);
      for (int i = 0; i < count; i++) {
        transaction();
      }
      commit(random.nextInt(3) == 0);
    }
  }

  /** What is still on its way arrives. */
  void settle() {
    late.forEach(BronzeWriter::bring);
    late.clear();
    replay();
    transaction();
    commit(false);
  }

  // What was rejected when it was its turn arrives at its place.
  private void replay() {
    if (!rejected.isEmpty()) {
      entries.log().replayed().bring(rejected);
      rejected.clear();
    }
  }

  private void load() {
    for (int i = 0; i < 25; i++) {
      entries.hold(freshRows.entry(freeEntry()));
    }
    for (long id = 0; id < 5; id++) {
      owners.hold(freshRows.owner(id));
    }
    for (int i = 0; i < 6; i++) {
      tick.add(freshRows.tick());
    }
    loadAll();
  }

  private void loadAll() {
    logs().forEach(this::load);
  }

  private void load(BronzeWriter log) {
    log.at(epoch, lsn).committedAt(time).load();
    held(log).forEach(row -> log.loaded(LoggedRow.of(row)));
  }

  private Collection<Map<String, Object>> held(BronzeWriter log) {
    return log == entries.log() ? entries.rows() : log == owners.log() ? owners.rows() : tick;
  }

  private void transaction() {
    transactions++;
    lsn += 1 + random.nextInt(20);
    tickTime();
    if (random.nextInt(50) == 0) {
      // the server was another one, or the slot was lost
      epoch++;
      lsn = random.nextInt(3);
      loadAll();
      return;
    }
    if (random.nextInt(25) == 0) {
      reload(logs().get(random.nextInt(3)));
      return;
    }
    logs().forEach(log -> log.at(epoch, lsn).committedAt(time));
    evolve();
    if (random.nextInt(30) == 0) {
      truncate();
    }
    int changes = 1 + random.nextInt(6);
    for (int i = 0; i < changes; i++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> changeEntry();
        case 2, 3 -> changeOwner();
        default -> changeTick();
      }
    }
  }

  // Commit times need not follow the commits' order: clocks stand still, and are set back.
  private void tickTime() {
    time =
        switch (random.nextInt(8)) {
          case 0 -> time;
          case 1 -> time.minusNanos(random.nextInt(3_000_000) * 1_000L);
          default -> time.plusNanos(random.nextInt(90_000_000) * 1_000L);
        };
  }

  // What a load finds is what is there; it may arrive after what came later.
  private void reload(BronzeWriter log) {
    List<Map<String, Object>> before = log.putAside();
    load(log);
    if (random.nextBoolean() && !late.containsKey(log)) {
      late.put(log, log.putAside());
    }
    log.bring(before);
  }

  private void truncate() {
    switch (random.nextInt(3)) {
      case 0 -> entries.truncate();
      case 1 -> owners.truncate();
      default -> {
        ticks.truncate();
        tick.clear();
      }
    }
  }

  private void evolve() {
    if (!freshRows.added() && transactions > addAt) {
      freshRows.addColumn();
      entries.log().addColumn("extra", Types.LongType.get());
      ticks.addColumn("extra", Types.LongType.get());
      changeEntry();
    }
    if (!freshRows.widened() && transactions > widenAt) {
      freshRows.widenColumn();
      entries.log().widenColumn("grade", Types.LongType.get());
      changeEntry();
    }
  }

  private void changeEntry() {
    Optional<Map<String, Object>> some = entries.some();
    if (some.isEmpty() || random.nextInt(4) == 0) {
      entries.insert(freshRows.entry(freeEntry()));
      return;
    }
    Map<String, Object> old = some.get();
    Map<String, Object> oldKey = entries.key(old);
    switch (random.nextInt(7)) {
      case 0 -> entries.delete(oldKey);
      case 1 -> {
        // there and back, or on and on, within the transaction
        int moves = 1 + random.nextInt(3);
        Map<String, Object> row = old;
        for (int i = 0; i < moves; i++) {
          Map<String, Object> to = new HashMap<>(row);
          to.putAll(i == 2 && !entries.has(oldKey) ? oldKey : freeEntry());
          entries.move(row, to, List.of("note"));
          row = to;
        }
      }
      case 2 -> {
        entries.delete(oldKey);
        entries.insert(freshRows.entry(oldKey));
      }
      default -> {
        Map<String, Object> now = freshRows.entry(oldKey);
        boolean kept = random.nextInt(3) > 0;
        if (kept) {
          now.put("note", old.get("note"));
        }
        if (!kept && rejections.nextInt(3) == 0) {
          List<Map<String, Object>> before = entries.log().putAside();
          entries.update(now, List.of());
          rejected.addAll(entries.log().putAside());
          entries.log().bring(before);
        } else {
          entries.update(now, kept ? List.of("note") : List.of());
        }
      }
    }
  }

  private void changeOwner() {
    Optional<Map<String, Object>> some = owners.some();
    if (some.isEmpty() || random.nextInt(5) == 0) {
      owners.insert(freshRows.owner(freeOwner()));
      return;
    }
    Map<String, Object> old = some.get();
    Map<String, Object> oldKey = owners.key(old);
    switch (random.nextInt(7)) {
      case 0 -> owners.delete(oldKey);
      case 1, 2 -> {
        int moves = 1 + random.nextInt(3);
        Map<String, Object> row = old;
        for (int i = 0; i < moves; i++) {
          Map<String, Object> to = new HashMap<>(row);
          to.put("owner_id", freeOwner());
          if (random.nextBoolean()) {
            to.put("place", random.nextInt(3));
          }
          owners.move(row, to, List.of("fee", "remark"));
          row = to;
        }
      }
      default -> {
        Map<String, Object> now = freshRows.owner((Long) old.get("owner_id"));
        List<String> kept = new ArrayList<>();
        for (String column : List.of("fee", "remark")) {
          if (random.nextInt(3) > 0) {
            now.put(column, old.get(column));
            kept.add(column);
          }
        }
        owners.update(now, kept);
      }
    }
  }

  private void changeTick() {
    if (tick.isEmpty() || random.nextInt(3) == 0) {
      Map<String, Object> row =
          tick.isEmpty() || random.nextBoolean()
              ? freshRows.tick()
              : new HashMap<>(tick.get(random.nextInt(tick.size())));
      tick.add(row);
      ticks.insert(LoggedRow.of(row));
      return;
    }
    Map<String, Object> old = tick.remove(random.nextInt(tick.size()));
    ticks.delete(LoggedRow.of(old));
    if (random.nextBoolean()) {
      Map<String, Object> now = freshRows.tick();
      tick.add(now);
      ticks.insert(LoggedRow.of(now));
    }
  }

  private void commit(boolean shuffled) {
    if (shuffled) {
      logs().forEach(log -> log.shuffle(random));
    }
    List<TableChange> changes =
        logs().stream().map(BronzeWriter::change).flatMap(Optional::stream).toList();
    int position = committed.size() + 1;
    Optional<SourceState> held = commits.state(name);
    CatalogCommit.Request request =
        new CatalogCommit.Request(
            held, state(position), changes, "ingest " + name + " " + position, Map.of());
    require(commits.commit(request) == CatalogCommit.Outcome.COMMITTED);
    committed.add(request);
    if (random.nextInt(3) == 0) {
      require(commits.commit(request) == CatalogCommit.Outcome.ALREADY_COMMITTED);
    }
    if (committed.size() > 1 && random.nextInt(3) == 0) {
      try {
        commits.commit(committed.get(random.nextInt(committed.size() - 1)));
        throw new AssertionError("A stale commit was accepted");
      } catch (StateMismatchException e) {
        require(e.getMessage().contains("is not the one this ingest follows on"));
      }
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("A replay was not told from a commit");
    }
  }

  private SourceState state(int position) {
    return new SourceState(
        name,
        "1",
        1,
        "slot",
        1,
        "run",
        position,
        position,
        Optional.empty(),
        Set.of("public.entry", "public.owner", "public.tick"),
        Optional.empty());
  }

  private Map<String, Object> freeEntry() {
    int days = Math.max(40, entries.rows().size());
    Map<String, Object> key;
    do {
      key = Map.of("place", random.nextInt(3), "day", FIRST_DAY.plusDays(random.nextInt(days)));
    } while (entries.has(key));
    return key;
  }

  // Some come back; and some are always free, however many there are.
  private long freeOwner() {
    int ids = Math.max(12, 2 * owners.rows().size());
    long id;
    do {
      id = random.nextInt(ids);
    } while (owners.has(Map.of("owner_id", id)));
    return id;
  }
}
