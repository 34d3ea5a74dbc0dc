package lakehouse.models;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static lakehouse.models.ITCurrentState.columns;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.publish.WriteAuditPublish.Request;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever happens to a table: after each run, every kind of model holds what plain Java makes of
 * the same changes, and what a full refresh makes of them.
 */
class ITEquivalence {
  private static final long SEED = Long.getLong("lakehouse.seed", System.nanoTime());
  private static final int RUNS = 4;
  private static final int TRANSACTIONS = 25;

  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void incrementalRunsAFullRefreshAndPlainJavaAgree() throws IOException {
    Random random = new Random(SEED);
    BronzeWriter log =
        new BronzeWriter(
            lake.catalog(),
            "any",
            "entry",
            List.of("id"),
            columns(
                "id", Types.LongType.get(),
                "place", Types.IntegerType.get(),
                "day", Types.DateType.get(),
                "amount", Types.LongType.get(),
                "note", Types.StringType.get()));
    List<Model> models = models();
    Oracle oracle = new Oracle(log, random);
    oracle.load();
    for (int run = 0; run < RUNS; run++) {
      for (int i = 0; i < TRANSACTIONS; i++) {
        oracle.transaction();
      }
      log.shuffle(random).commit();
      if (run % 2 == 1) {
        log.forgetSnapshots();
      }
      lake.run(new Request(List.of(), false), models);
      for (Map.Entry<String, List<String>> table : oracle.tables().entrySet()) {
        assertThat(lake.query(table.getKey()))
            .as("%s after run %d, seed %d", table.getKey(), run, SEED)
            .containsExactlyInAnyOrderElementsOf(table.getValue());
      }
    }
    lake.run(new Request(List.of(), true), models);
    for (Map.Entry<String, List<String>> table : oracle.tables().entrySet()) {
      assertThat(lake.query(table.getKey()))
          .as("%s made anew, seed %d", table.getKey(), SEED)
          .containsExactlyInAnyOrderElementsOf(table.getValue());
    }
  }

  private static List<Model> models() throws IOException {
    Path folder = Files.createDirectories(lake.folder().resolve("models/gold/any"));
    Files.writeString(
        folder.resolve("place.sql"),
        """
        /*
        description: Entries of a place
        materialized: merge_by_key
        unique_key: place
        inputs:
          silver.any.entry: {reach: place}
        */
        SELECT place, sum(amount) AS amount FROM ${ref('silver.any.entry')} GROUP BY place
        """);
    Files.writeString(
        folder.resolve("day.sql"),
        """
        /*
        description: Entries of a day
        materialized: touched_partitions
        unique_key: day
        partition_by: day
        inputs:
          silver.any.entry: {reach: day, watches: [day, amount]}
        */
        SELECT day, sum(amount) AS amount FROM ${ref('silver.any.entry')} GROUP BY day
        """);
    Files.writeString(
        folder.resolve("busy_day.sql"),
        """
        /*
        description: A day on which much was entered
        materialized: merge_by_key
        unique_key: day
        inputs:
          gold.any.day: {reach: day}
        */
        SELECT day FROM ${ref('gold.any.day')} WHERE amount > 300
        """);
    Files.writeString(
        folder.resolve("event.sql"),
        """
        /*
        description: All that ever happened
        materialized: append
        inputs:
          bronze.any.entry: {appended: true}
        */
        SELECT _op AS op, id FROM ${ref('bronze.any.entry')} WHERE _op NOT IN ('l', 't', 'p')
        """);
    Files.writeString(
        folder.resolve("entry_history.sql"),
        """
        /*
        description: What an entry was, and when
        materialized: scd2
        unique_key: id
        audits:
          - unique: [id, valid_from]
          - name: one_current_state
            rows: SELECT id FROM ${this} WHERE is_current GROUP BY id HAVING count(*) > 1
          - name: no_overlap
            rows: >-
              SELECT a.id FROM ${this} a JOIN ${this} b ON a.id = b.id AND a.valid_from < b.valid_from
              AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)
        */
        SELECT id, place, amount, note, valid_from, valid_to, is_current FROM ${ref('bronze.any.entry')}
        """);
    Files.writeString(
        folder.resolve("total.sql"),
        """
        /*
        description: All there is
        materialized: full
        */
        SELECT sum(amount) AS amount FROM ${ref('gold.any.place')}
        """);
    return ModelLibrary.loadFolder(lake.folder().resolve("models"));
  }

  private record Entry(int place, LocalDate day, long amount, @Nullable String note) {
    String historic() {
      return place + "," + amount + "," + note;
    }
  }

  /** A state and its validity, in seconds since 1970; without end: the greatest. */
  private record Version(String historic, long from, long to) {}

  /** Plays random changes into a log, and does in Java what the models are to do of them. */
  private static final class Oracle {
    private static final long OPEN = Long.MAX_VALUE;

    private final BronzeWriter log;
    private final Random random;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final Map<Long, List<Version>> versions = new TreeMap<>();
    private final List<String> events = new ArrayList<>();
    private long nextId = 100;

    Oracle(BronzeWriter log, Random random) {
      this.log = log;
      this.random = random;
    }

    void load() {
      log.at(1, 0).load();
      for (long id = 0; id < 12; id++) {
        Entry entry = entry();
        log.loaded(values(id, entry));
        entries.put(id, entry);
        events.add("[r," + id + "]");
      }
      settle();
    }

    void transaction() {
      log.next();
      int kind = random.nextInt(40);
      if (kind == 0) {
        log.truncate();
        entries.clear();
      } else if (kind == 1) {
        // a load again finds what is there
        log.load();
        entries.forEach(
            (id, entry) -> {
              log.loaded(values(id, entry));
              events.add("[r," + id + "]");
            });
      } else {
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
          change();
        }
      }
      settle();
    }

    private void change() {
      List<Long> ids = List.copyOf(entries.keySet());
      if (ids.isEmpty() || random.nextInt(5) == 0) {
        // some come back
        long id = random.nextBoolean() ? nextId++ : random.nextInt(12);
        if (!entries.containsKey(id)) {
          Entry entry = entry();
          log.insert(values(id, entry));
          entries.put(id, entry);
          events.add("[c," + id + "]");
        }
        return;
      }
      long id = ids.get(random.nextInt(ids.size()));
      Entry old = entries.get(id);
      Entry now = entry();
      Entry kept = new Entry(now.place(), now.day(), now.amount(), old.note());
      switch (random.nextInt(6)) {
        case 0 -> {
          log.delete("id", id);
          entries.remove(id);
          events.add("[d," + id + "]");
        }
        case 1 -> {
          log.update(values(id, now));
          entries.put(id, now);
          events.add("[u," + id + "]");
        }
        case 2 -> {
          // the day alone, which the history does not keep
          Entry later = new Entry(old.place(), now.day(), old.amount(), old.note());
          log.update(values(id, later));
          entries.put(id, later);
          events.add("[u," + id + "]");
        }
        case 3 -> {
          long to = random.nextBoolean() ? nextId++ : random.nextInt(12);
          if (!entries.containsKey(to)) {
            log.rekey(Map.of("id", id), List.of("note"), without(to, kept));
            entries.remove(id);
            entries.put(to, kept);
            events.add("[d," + id + "]");
            events.add("[c," + to + "]");
          }
        }
        default -> {
          log.updateWithout(List.of("note"), without(id, kept));
          entries.put(id, kept);
          events.add("[u," + id + "]");
        }
      }
    }

    // The end of a transaction: what differs is another state from now on.
    private void settle() {
      long now = log.time().toEpochSecond();
      Map<Long, String> all = new TreeMap<>();
      versions.keySet().forEach(id -> all.put(id, ""));
      entries.forEach((id, entry) -> all.put(id, entry.historic()));
      all.forEach(
          (id, historic) -> {
            List<Version> known = versions.computeIfAbsent(id, i -> new ArrayList<>());
            Version last = known.isEmpty() ? null : known.get(known.size() - 1);
            boolean open = last != null && last.to() == OPEN;
            if (open && !last.historic().equals(historic)) {
              known.set(known.size() - 1, new Version(last.historic(), last.from(), now));
            }
            if (!historic.isEmpty() && !(open && last.historic().equals(historic))) {
              known.add(new Version(historic, now, OPEN));
            }
          });
    }

    /** Queries, and the rows they are to find. */
    Map<String, List<String>> tables() {
      Map<LocalDate, Long> days = sums(Entry::day);
      return Map.of(
          "SELECT id, place, day, amount, note FROM lake.silver.any.entry",
          entries.entrySet().stream()
              .map(
                  e ->
                      "[%d,%d,%s,%d,%s]"
                          .formatted(
                              e.getKey(),
                              e.getValue().place(),
                              e.getValue().day(),
                              e.getValue().amount(),
                              e.getValue().note()))
              .toList(),
          "SELECT place, amount FROM lake.gold.any.place",
          rows(sums(Entry::place)),
          "SELECT day, amount FROM lake.gold.any.day",
          rows(days),
          "SELECT day FROM lake.gold.any.busy_day",
          days.entrySet().stream()
              .filter(day -> day.getValue() > 300)
              .map(day -> "[" + day.getKey() + "]")
              .toList(),
          "SELECT op, id FROM lake.gold.any.event",
          events,
          "SELECT coalesce(amount, 0L) FROM lake.gold.any.total",
          List.of("[" + entries.values().stream().mapToLong(Entry::amount).sum() + "]"),
          """
          SELECT id, place, amount, note, unix_seconds(valid_from), unix_seconds(valid_to), is_current
          FROM lake.gold.any.entry_history
          """,
          versions.entrySet().stream()
              .flatMap(e -> e.getValue().stream().map(version -> row(e.getKey(), version)))
              .toList());
    }

    private static String row(long id, Version version) {
      boolean open = version.to() == OPEN;
      return "[%d,%s,%d,%s,%s]"
          .formatted(
              id, version.historic(), version.from(), open ? "null" : "" + version.to(), open);
    }

    private <K> Map<K, Long> sums(Function<Entry, K> by) {
      return entries.values().stream().collect(groupingBy(by, summingLong(Entry::amount)));
    }

    private static List<String> rows(Map<?, Long> sums) {
      return sums.entrySet().stream()
          .map(e -> "[" + e.getKey() + "," + e.getValue() + "]")
          .toList();
    }

    private Entry entry() {
      return new Entry(
          random.nextInt(3),
          LocalDate.of(2026, 1, 1 + random.nextInt(6)),
          1 + random.nextInt(100),
          random.nextInt(4) == 0 ? null : "note " + random.nextInt(3));
    }

    private static Object[] values(long id, Entry entry) {
      return Stream.concat(Stream.of(without(id, entry)), Stream.of("note", entry.note()))
          .toArray();
    }

    private static Object[] without(long id, Entry entry) {
      return new Object[] {
        "id", id, "place", entry.place(), "day", entry.day(), "amount", entry.amount()
      };
    }
  }
}
