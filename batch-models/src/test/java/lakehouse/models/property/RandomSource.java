package lakehouse.models.property;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
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
  private final RandomRows freshRows;
  private final CatalogCommit commits;
  private final BronzeWriter entries;
  private final BronzeWriter owners;
  private final BronzeWriter ticks;
  private final Map<Map<String, Object>, Map<String, Object>> entry = new LinkedHashMap<>();
  private final Map<Map<String, Object>, Map<String, Object>> owner = new LinkedHashMap<>();
  private final List<Map<String, Object>> tick = new ArrayList<>();
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
    this.freshRows = new RandomRows(random);
    this.widenAt = random.nextInt(12);
    this.addAt = random.nextInt(12);
    this.entries =
        writer(
            lake,
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
        writer(
            lake,
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
    return List.of(entries, owners, ticks);
  }

  /** Some transactions, captured by some commits. */
  void proceed() {
    // little happens as a rule: only then a change that is overlooked is not made good by another
    int busy = random.nextInt(3) == 0 ? 12 : 2;
    int checkpoints = random.nextInt(4);
    for (int checkpoint = 0; checkpoint < checkpoints; checkpoint++) {
      late.forEach(BronzeWriter::bring);
      late.clear();
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
    transaction();
    commit(false);
  }

  private void load() {
    for (int i = 0; i < 25; i++) {
      Map<String, Object> row = freshRows.entry(freeEntry());
      entry.put(key(row, "place", "day"), row);
    }
    for (long id = 0; id < 5; id++) {
      owner.put(Map.of("owner_id", id), freshRows.owner(id));
    }
    for (int i = 0; i < 6; i++) {
      tick.add(freshRows.tick());
    }
    loadAll();
  }

  private void loadAll() {
    load(entries, entry.values());
    load(owners, owner.values());
    load(ticks, tick);
  }

  private void load(BronzeWriter log, Iterable<Map<String, Object>> rows) {
    log.at(epoch, lsn).committedAt(time).load();
    rows.forEach(row -> write(log, "r", row));
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
      reload(List.of(entries, owners, ticks).get(random.nextInt(3)));
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
    load(log, log == entries ? entry.values() : log == owners ? owner.values() : tick);
    if (random.nextBoolean() && !late.containsKey(log)) {
      late.put(log, log.putAside());
    }
    log.bring(before);
  }

  private void truncate() {
    switch (random.nextInt(3)) {
      case 0 -> {
        entries.truncate();
        entry.clear();
      }
      case 1 -> {
        owners.truncate();
        owner.clear();
      }
      default -> {
        ticks.truncate();
        tick.clear();
      }
    }
  }

  private void evolve() {
    if (!freshRows.added() && transactions > addAt) {
      freshRows.addColumn();
      entries.addColumn("extra", Types.LongType.get());
      ticks.addColumn("extra", Types.LongType.get());
      changeEntry();
    }
    if (!freshRows.widened() && transactions > widenAt) {
      freshRows.widenColumn();
      entries.widenColumn("grade", Types.LongType.get());
      changeEntry();
    }
  }

  private void changeEntry() {
    Optional<Map<String, Object>> some = some(entry);
    if (some.isEmpty() || random.nextInt(4) == 0) {
      Map<String, Object> row = freshRows.entry(freeEntry());
      insert(entries, entry, row, "place", "day");
      return;
    }
    Map<String, Object> old = some.get();
    Map<String, Object> oldKey = key(old, "place", "day");
    switch (random.nextInt(7)) {
      case 0 -> delete(entries, entry, oldKey);
      case 1 -> {
        // there and back, or on and on, within the transaction
        int moves = 1 + random.nextInt(3);
        Map<String, Object> row = old;
        for (int i = 0; i < moves; i++) {
          Map<String, Object> to = new HashMap<>(row);
          to.putAll(i == 2 && !entry.containsKey(oldKey) ? oldKey : freeEntry());
          move(entries, entry, row, to, List.of("note"), "place", "day");
          row = to;
        }
      }
      case 2 -> {
        delete(entries, entry, oldKey);
        insert(entries, entry, freshRows.entry(oldKey), "place", "day");
      }
      default -> {
        Map<String, Object> now = freshRows.entry(oldKey);
        boolean kept = random.nextInt(3) > 0;
        if (kept) {
          now.put("note", old.get("note"));
        }
        update(entries, entry, oldKey, now, kept ? List.of("note") : List.of());
      }
    }
  }

  private void changeOwner() {
    Optional<Map<String, Object>> some = some(owner);
    if (some.isEmpty() || random.nextInt(5) == 0) {
      insert(owners, owner, freshRows.owner(freeOwner()), "owner_id");
      return;
    }
    Map<String, Object> old = some.get();
    Map<String, Object> oldKey = key(old, "owner_id");
    switch (random.nextInt(7)) {
      case 0 -> delete(owners, owner, oldKey);
      case 1, 2 -> {
        int moves = 1 + random.nextInt(3);
        Map<String, Object> row = old;
        for (int i = 0; i < moves; i++) {
          Map<String, Object> to = new HashMap<>(row);
          to.put("owner_id", freeOwner());
          if (random.nextBoolean()) {
            to.put("place", random.nextInt(3));
          }
          move(owners, owner, row, to, List.of("fee", "remark"), "owner_id");
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
        update(owners, owner, oldKey, now, kept);
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
      write(ticks, "c", row);
      return;
    }
    Map<String, Object> old = tick.remove(random.nextInt(tick.size()));
    write(ticks, "d", old);
    if (random.nextBoolean()) {
      Map<String, Object> now = freshRows.tick();
      tick.add(now);
      write(ticks, "c", now);
    }
  }

  private void insert(
      BronzeWriter log,
      Map<Map<String, Object>, Map<String, Object>> rows,
      Map<String, Object> row,
      String... key) {
    rows.put(key(row, key), row);
    write(log, "c", row);
  }

  private void delete(
      BronzeWriter log,
      Map<Map<String, Object>, Map<String, Object>> rows,
      Map<String, Object> key) {
    rows.remove(key);
    log.delete(values(key));
  }

  private void update(
      BronzeWriter log,
      Map<Map<String, Object>, Map<String, Object>> rows,
      Map<String, Object> key,
      Map<String, Object> row,
      List<String> unchanged) {
    rows.put(key, row);
    Map<String, Object> told = told(row, unchanged);
    if (unchanged.isEmpty()) {
      write(log, "u", told);
    } else {
      log.updateWithout(unchanged, values(unrepresentable(told)));
    }
  }

  private void move(
      BronzeWriter log,
      Map<Map<String, Object>, Map<String, Object>> rows,
      Map<String, Object> from,
      Map<String, Object> to,
      List<String> large,
      String... key) {
    List<String> unchanged = random.nextInt(4) == 0 ? List.of() : large;
    rows.remove(key(from, key));
    rows.put(key(to, key), to);
    log.rekey(key(from, key), unchanged, values(unrepresentable(told(to, unchanged))));
  }

  private static Map<String, Object> told(Map<String, Object> row, List<String> unchanged) {
    Map<String, Object> told = new HashMap<>(row);
    unchanged.forEach(told::remove);
    return told;
  }

  private void write(BronzeWriter log, String op, Map<String, Object> row) {
    Object[] values = values(unrepresentable(row));
    switch (op) {
      case "r" -> log.loaded(values);
      case "c" -> log.insert(values);
      case "u" -> log.update(values);
      case "d" -> log.delete(values);
      default -> throw new IllegalArgumentException(op);
    }
  }

  // A fee that is no number stands in the map of what the column cannot hold.
  private static Map<String, Object> unrepresentable(Map<String, Object> row) {
    if (!(row.get("fee") instanceof String text)) {
      return row;
    }
    Map<String, Object> written = new HashMap<>(row);
    written.remove("fee");
    written.put("_unrepresentable", Map.of("fee", text));
    return written;
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
    Map<String, Object> key;
    do {
      key = Map.of("place", random.nextInt(3), "day", FIRST_DAY.plusDays(random.nextInt(40)));
    } while (entry.containsKey(key));
    return key;
  }

  // Some come back.
  private long freeOwner() {
    long id;
    do {
      id = random.nextInt(12);
    } while (owner.containsKey(Map.<String, Object>of("owner_id", id)));
    return id;
  }

  private Optional<Map<String, Object>> some(Map<Map<String, Object>, Map<String, Object>> rows) {
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(List.copyOf(rows.values()).get(random.nextInt(rows.size())));
  }

  private static Map<String, Object> key(Map<String, Object> row, String... columns) {
    Map<String, Object> key = new TreeMap<>();
    for (String column : columns) {
      key.put(column, row.get(column));
    }
    return key;
  }

  private static Object[] values(Map<String, Object> row) {
    return row.entrySet().stream().flatMap(e -> Stream.of(e.getKey(), e.getValue())).toArray();
  }
}
