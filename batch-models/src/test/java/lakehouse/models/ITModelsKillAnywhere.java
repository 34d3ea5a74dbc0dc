package lakehouse.models;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.reducing;
import static lakehouse.models.Shop.sale;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.models.publish.RunLock;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A run that is killed at any moment leaves all of it on {@code main} or nothing, and no branch
 * that {@code lake status} does not name; the next run ends as if nothing had been. {@code
 * -Dlakehouse.kills} says how often, {@code -Dlakehouse.seed} when.
 */
class ITModelsKillAnywhere {
  private static final long SEED = Long.getLong("lakehouse.seed", System.nanoTime() & 0xffffffL);
  private static final int KILLS = Integer.getInteger("lakehouse.kills", 3);

  @RegisterExtension static final TestLake lake = new TestLake();

  private final Random random = new Random(SEED);
  private final Shop shop = new Shop(lake, "any");

  /** What the source holds. */
  private final TreeMap<Long, Object[]> sales = new TreeMap<>();

  private long transactions = 0;

  @Test
  void atAnyMoment() {
    for (int day = 1; day <= 5; day++) {
      sales.put((long) day, sale(day, day, "10.00"));
    }
    assertDone(shop.run());
    List<List<String>> published = published();
    assertThat(published).isEqualTo(expected());
    change();
    Duration usual = undisturbed();
    Map<String, Integer> moments = new TreeMap<>();
    for (int kill = 1; kill <= KILLS; kill++) {
      List<List<String>> before = published();
      String head = change();
      Duration moment = usual.multipliedBy(random.nextInt(1_000)).dividedBy(1_000);
      List<String> tags = shop.references("published_");
      try (ProgramProcess run = ModelsProgram.start(shop.config(), "run")) {
        awaitLock(run);
        run.endsWithin(moment);
        int code = run.kill();
        String what =
            "kill %d of %d, %d ms after the lock, seed %d"
                .formatted(kill, KILLS, moment.toMillis(), SEED);
        boolean merged = !shop.head().equals(head);
        moments.merge(moment(code, merged, tags), 1, Integer::sum);

        assertThat(published()).as(what).isEqualTo(merged ? expected() : before);
        // the lock is a branch as well
        List<String> left =
            Stream.concat(shop.references("run_").stream(), locks().stream()).toList();
        String status = status();
        assertThat(left).as(what).allSatisfy(branch -> assertThat(status).contains(branch));
      }
      ProgramProcess next = shop.run();
      assertDone(next);
      assertThat(published()).as("after kill %d, seed %d", kill, SEED).isEqualTo(expected());
      assertThat(shop.references("run_")).isEmpty();
      assertThat(locks()).isEmpty();
      assertThat(shop.references("published_"))
          .as("each publication has its tag, one made up for at need")
          .hasSize(tags.size() + 1);
      System.out.printf(
          "%d of %d kills, seed %d, found the run so: %s%n", kill, KILLS, SEED, moments);
    }
    List<List<String>> incremental = published();
    shop.refresh();
    assertThat(published()).as("as a full refresh").isEqualTo(incremental);
  }

  // From the lock on there is something to leave behind.
  private Duration undisturbed() {
    try (ProgramProcess run = ModelsProgram.start(shop.config(), "run")) {
      awaitLock(run);
      long began = System.nanoTime();
      assertThat(run.exitCode()).as(run.output()).isZero();
      return Duration.ofNanos(System.nanoTime() - began);
    }
  }

  private void awaitLock(ProgramProcess run) {
    await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !run.alive() || !locks().isEmpty());
  }

  private String moment(int code, boolean merged, List<String> tags) {
    if (code != 137) {
      return "at its end";
    }
    if (merged) {
      return shop.references("published_").size() > tags.size() ? "tagged" : "merged, not tagged";
    }
    return shop.references("run_").isEmpty() ? "before its branch" : "on its branch";
  }

  private List<String> locks() {
    return shop.references(RunLock.NAME);
  }

  private static void assertDone(ProgramProcess run) {
    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  private String status() {
    try (ProgramProcess status =
        ProgramProcess.start(
            "catalog-setup",
            "lakehouse.catalog.status.Status",
            Files.createTempFile(lake.folder(), "status", ".log"),
            List.of(),
            List.of("--config", shop.config().toString()))) {
      assertDone(status);
      return status.output();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // A few sales differ, one is gone, one is new; returns where main stands.
  private String change() {
    BronzeWriter log = shop.sales().at(1, ++transactions * 10);
    for (long id : List.copyOf(sales.keySet())) {
      if (random.nextInt(3) == 0) {
        Object[] now = sale(id, 1 + random.nextInt(9), random.nextInt(100) + ".00");
        log.update(now);
        sales.put(id, now);
      }
    }
    log.delete("sale_id", sales.firstKey());
    sales.remove(sales.firstKey());
    for (int i = 0; i < 2; i++) {
      long id = transactions * 10 + i;
      Object[] added = sale(id, 1 + random.nextInt(9), random.nextInt(100) + ".00");
      log.insert(added);
      sales.put(id, added);
    }
    log.commit();
    return shop.head();
  }

  /** The rows that are published, all of one hash. */
  private List<List<String>> published() {
    try (LakeCatalog main =
        LakeCatalog.open(lake.catalogConfig(), "main", Optional.of(shop.head()))) {
      return List.of(
          rows(main, TableIdentifier.of("silver", "any", "sale"), "sale_id", "day", "amount"),
          rows(main, TableIdentifier.of("gold", "any", "revenue"), "day", "amount"),
          rows(main, TableIdentifier.of("gold", "any", "total"), "amount"));
    }
  }

  private static List<String> rows(LakeCatalog main, TableIdentifier table, String... columns) {
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records =
        IcebergGenerics.read(main.iceberg().loadTable(table)).build()) {
      records.forEach(
          row ->
              rows.add(Stream.of(columns).map(column -> row.getField(column)).toList().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows.stream().sorted().toList();
  }

  private List<List<String>> expected() {
    Map<LocalDate, BigDecimal> days =
        sales.values().stream()
            .collect(
                groupingBy(
                    sale -> (LocalDate) sale[3],
                    TreeMap::new,
                    reducing(
                        BigDecimal.ZERO.setScale(2),
                        sale -> (BigDecimal) sale[5],
                        BigDecimal::add)));
    return List.of(
        sales.values().stream()
            .map(sale -> "[%s, %s, %s]".formatted(sale[1], sale[3], sale[5]))
            .sorted()
            .toList(),
        days.entrySet().stream()
            .map(day -> "[%s, %s]".formatted(day.getKey(), day.getValue()))
            .sorted()
            .toList(),
        List.of("[%s]".formatted(days.values().stream().reduce(BigDecimal::add).orElseThrow())));
  }
}
