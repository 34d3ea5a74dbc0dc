package lakehouse.models;

import static lakehouse.models.Shop.sale;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.models.publish.RunLock;
import lakehouse.models.publish.WriteAuditPublish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A run that is killed leaves all of it on {@code main} or nothing, and the next one takes its lock
 * and ends as a full refresh does.
 */
class ITModelsKill {
  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void inTheMiddleOfAWrite() {
    Shop shop = published("writing");
    // the second row never ends
    shop.model(
        "slow",
        """
        /*
        description: A day and how it was waited for
        materialized: full
        */
        SELECT day, CASE WHEN monotonically_increasing_id() > 0
          THEN java_method('java.lang.Thread', 'sleep', 3600000L) END AS slept
        FROM ${ref('silver.${shop}.sale')}
        """);
    List<List<String>> before = shop.published();
    String head = change(shop);
    try (ProgramProcess run = ModelsProgram.start(shop.config(), "run")) {
      // the fault bites: one table is written, and a task is at the rows of another
      await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () ->
                  !run.alive()
                      || run.threads().contains("WritingSparkTask")
                          && run.threads().contains("CallMethodViaReflection"));
      assertThat(run.alive()).as(run.output()).isTrue();
      String branch = onlyRun(shop);
      assertThat(shop.rows(branch, "revenue")).hasSize(6);
      run.kill();
      assertThat(run.exitCode()).isEqualTo(137);
    }
    assertThat(shop.references(RunLock.NAME)).containsExactly(RunLock.NAME);
    assertThat(shop.head()).isEqualTo(head);
    assertThat(shop.published()).isEqualTo(before);

    shop.remove("slow");
    assertNextRunIsRight(shop);
  }

  @Test
  void afterAllIsWrittenAndBeforeItIsMerged() {
    Shop shop = published("written");
    List<List<String>> before = shop.published();
    String head = change(shop);

    ProgramProcess run = halted(shop, WriteAuditPublish.HALT_BEFORE_MERGE);

    // the fault bites: all is on the branch, and audited
    assertThat(run.output()).containsPattern("Audited: \\d+ rules, 0 broken");
    String branch = onlyRun(shop);
    assertThat(shop.rows(branch, "total")).containsExactly("[62.00]");
    assertThat(shop.references(RunLock.NAME)).containsExactly(RunLock.NAME);
    assertThat(shop.head()).isEqualTo(head);
    assertThat(shop.published()).isEqualTo(before);

    assertNextRunIsRight(shop);
  }

  @Test
  void afterItIsMergedAndBeforeItIsTagged() {
    Shop shop = published("merged");
    String head = change(shop);

    halted(shop, WriteAuditPublish.HALT_AFTER_MERGE);

    // the fault bites: main has moved, and no tag tells of it
    String merged = shop.head();
    assertThat(merged).isNotEqualTo(head);
    String branch = onlyRun(shop);
    String tag = branch.replaceFirst("^run_", "published_");
    assertThat(shop.references("published_")).doesNotContain(tag);
    List<List<String>> published = shop.published();
    assertThat(shop.rows("main", "total")).containsExactly("[62.00]");

    ProgramProcess next = shop.run();

    assertThat(next.exitCode()).as(next.output()).isZero();
    assertThat(next.output()).contains("Nothing new: what is published is up to date.");
    assertThat(shop.head()).isEqualTo(merged);
    assertThat(lake.catalog().reference(tag).orElseThrow().getHash()).isEqualTo(merged);
    assertThat(shop.rows(tag, "total")).containsExactly("[62.00]");
    assertNothingIsLeft(shop);
    shop.refresh();
    assertThat(shop.published()).isEqualTo(published);
  }

  private static Shop published(String name) {
    Shop shop = new Shop(lake, name);
    ProgramProcess run = shop.run();
    assertThat(run.exitCode()).as(run.output()).isZero();
    return shop;
  }

  // Day 2 differs, day 4 is gone, days 6 and 7 are new: 62 in all.
  private static String change(Shop shop) {
    shop.sales()
        .at(1, 10)
        .update(sale(2, 2, "12.00"))
        .delete("sale_id", 4L)
        .insert(sale(6, 6, "15.00"))
        .insert(sale(7, 7, "5.00"))
        .commit();
    return shop.head();
  }

  private static ProgramProcess halted(Shop shop, String point) {
    ProgramProcess run = ModelsProgram.startWithFault(point + ":1", shop.config(), "run");
    assertThat(run.exitCode()).as(run.output()).isEqualTo(137);
    assertThat(run.output()).contains("halted by fault " + point);
    return run;
  }

  private static void assertNextRunIsRight(Shop shop) {
    ProgramProcess next = shop.run();
    assertThat(next.exitCode()).as(next.output()).isZero();
    assertNothingIsLeft(shop);
    List<List<String>> published = shop.published();
    assertThat(published.get(1))
        .containsExactly(
            "[2026-01-01,10.00]",
            "[2026-01-02,12.00]",
            "[2026-01-03,10.00]",
            "[2026-01-05,10.00]",
            "[2026-01-06,15.00]",
            "[2026-01-07,5.00]");
    assertThat(published.get(2)).containsExactly("[62.00]");
    shop.refresh();
    assertThat(shop.published()).as("as a full refresh").isEqualTo(published);
  }

  private static void assertNothingIsLeft(Shop shop) {
    assertThat(shop.references("run_")).isEmpty();
    assertThat(shop.references(RunLock.NAME)).isEmpty();
  }

  private static String onlyRun(Shop shop) {
    List<String> runs = shop.references("run_");
    assertThat(runs).hasSize(1);
    return runs.get(0);
  }
}
