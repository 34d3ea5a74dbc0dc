package lakehouse.models;

import static lakehouse.models.Shop.sale;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.publish.AuditFailedException;
import lakehouse.models.publish.RunId;
import lakehouse.models.publish.RunListener;
import lakehouse.models.publish.RunLock;
import lakehouse.models.publish.WriteAuditPublish;
import lakehouse.models.publish.WriteAuditPublish.Published;
import lakehouse.models.publish.WriteAuditPublish.Request;
import lakehouse.models.run.ModelRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a run publishes, and what it does not, by the real program. */
class ITWriteAuditPublish {
  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void tellsEachPublishedFigureThatALaterRunMadeAnotherOne() {
    Shop shop = new Shop(lake, "restated");
    shop.model(
        "revenue",
        """
        /*
        description: Sales of a day
        materialized: touched_partitions
        unique_key: day
        partition_by: day
        inputs:
          silver.${shop}.sale: {reach: day}
        columns:
          day: The day
          amount: What was sold, in Rs
          sales: How many sales
          most: The largest, in Rs
        restates: [amount, most]
        */
        SELECT day, CAST(sum(amount) AS DECIMAL(12, 2)) AS amount, count(*) AS sales, max(amount) AS most
        FROM ${ref('silver.${shop}.sale')}
        GROUP BY day
        """);
    shop.publish();
    assertThat(restated("restated")).as("what is published first restates nothing").isEmpty();

    // day 1 is corrected, day 2 is gone, day 3 has one sale more that is no larger, day 6 is new
    shop.sales()
        .at(1, 10)
        .update(sale(1, 1, "12.50"))
        .delete("sale_id", 2L)
        .insert(sale(7, 3, "1.00"))
        .insert(sale(6, 6, "6.00"))
        .commit();
    String run = shop.publish().orElseThrow().run().value();

    assertThat(restated("restated"))
        .containsExactly(
            "[%s,{\"day\":\"2026-01-01\"},update,amount,10.00,12.50]".formatted(run),
            "[%s,{\"day\":\"2026-01-01\"},update,most,10.00,12.50]".formatted(run),
            "[%s,{\"day\":\"2026-01-02\"},delete,amount,10.00,null]".formatted(run),
            "[%s,{\"day\":\"2026-01-02\"},delete,most,10.00,null]".formatted(run),
            "[%s,{\"day\":\"2026-01-03\"},update,amount,10.00,11.00]".formatted(run));

    // a change that no figure shows
    shop.sales().at(1, 20).insert(sale(8, 4, "0.00")).commit();
    assertThat(shop.publish()).isPresent();
    assertThat(restated("restated")).hasSize(5);
  }

  private static List<String> restated(String shop) {
    if (!lake.catalog().iceberg().tableExists(OpsTables.RESTATEMENT.table())) {
      return List.of();
    }
    return lake.query(
        """
        SELECT run_id, row_key, change, figure, old_value, new_value FROM lake.ops.restatement
        WHERE model = 'gold.%s.revenue'"""
            .formatted(shop));
  }

  @Test
  void aBrokenRulePublishesNothingAndNamesTheQueryThatFindsItsRows() {
    Shop shop = new Shop(lake, "audited");
    ProgramProcess first = shop.run();
    assertThat(first.exitCode()).as(first.output()).isZero();
    List<List<String>> before = shop.published();
    shop.sales().at(1, 10).insert(sale(6, 3, "-30.00")).commit();
    String head = shop.head();

    ProgramProcess failed = shop.run();

    assertThat(failed.exitCode()).as(failed.output()).isEqualTo(4);
    assertThat(failed.output())
        .contains("gold.audited.revenue: no_negative_day fails for 1 row.")
        .doesNotContain("Exception");
    assertThat(shop.head()).as("main stays where it was").isEqualTo(head);
    assertThat(shop.published()).isEqualTo(before);
    Matcher named = Pattern.compile("lake query --at (run_\\w+) \"(.*)\"").matcher(failed.output());
    assertThat(named.find()).as(failed.output()).isTrue();
    String branch = named.group(1);
    assertThat(shop.references("run_")).contains(branch);
    assertThat(lake.query(branch, named.group(2))).containsExactly("[2026-01-03,-20.00]");
    assertThat(shop.references(RunLock.NAME)).isEmpty();

    shop.sales().at(1, 20).update(sale(6, 3, "3000.00")).commit();
    ProgramProcess mended = shop.run();

    assertThat(mended.exitCode()).as(mended.output()).isZero();
    assertThat(mended.output())
        .contains("warning: gold.audited.revenue no_great_day: 1 rows")
        .contains("Published as published_");
    assertThat(shop.rows("main", "total")).containsExactly("[3050.00]");
    assertThat(shop.references("run_")).as("the failed branch is kept").contains(branch);
    assertThat(
            lake.query(
                """
                SELECT r.status, a.audit, a.status, a.failed_rows
                FROM lake.ops.model_run r
                JOIN lake.ops.audit_result a ON a.run_id = r.run_id AND a.model = r.model
                WHERE r.branch = '%s' AND a.failed_rows > 0
                """
                    .formatted(branch)))
        .as("the next publication takes the record of the failed run along")
        .containsExactly("[failed,no_negative_day,failed,1]");
  }

  @Test
  void stopsForStaleDataAndForMoreOrLessRowsThanThereCanBe() {
    Shop shop = new Shop(lake, "measured");
    String model =
        """
        /*
        description: A sale and when it was told
        materialized: full
        audits:
          - freshness: {column: told_at, within_hours: 24}
          - row_delta: {min_percent: -20, max_percent: 100}
        */
        SELECT sale_id, current_timestamp() - INTERVAL %d HOURS AS told_at FROM ${ref('silver.${shop}.sale')}
        """;
    shop.model("told", model.formatted(23));
    assertThat(shop.publish()).as("nothing to compare with is no failure").isPresent();
    shop.model("told", model.formatted(25));
    shop.sales().at(1, 10).delete("sale_id", 1L).commit();
    assertThatThrownBy(shop::publish)
        .isInstanceOf(AuditFailedException.class)
        .hasMessageContaining("gold.measured.told: freshness(told_at) fails for 1 row.")
        .hasMessageNotContaining("row_delta");
    shop.model("told", model.formatted(1));
    shop.sales().at(1, 20).delete("sale_id", 2L).commit();
    assertThatThrownBy(shop::publish)
        .isInstanceOf(AuditFailedException.class)
        .hasMessageContaining("gold.measured.told: row_delta(-20..100) fails for 1 row.")
        .hasMessageNotContaining("freshness");
    // 4 rows are 20 % less than 5; 9 are 125 % more than 4
    shop.sales().at(1, 30).insert(sale(2, 2, "10.00")).commit();
    assertThat(shop.publish()).isPresent();
    shop.sales().at(1, 40);
    for (long id = 10; id < 15; id++) {
      shop.sales().insert(sale(id, 5, "1.00"));
    }
    shop.sales().commit();
    assertThatThrownBy(shop::publish)
        .isInstanceOfSatisfying(
            AuditFailedException.class,
            e -> {
              Matcher named = Pattern.compile("--at (run_\\w+) '(.*)'").matcher(e.getMessage());
              assertThat(named.find()).as(e.getMessage()).isTrue();
              assertThat(lake.query(named.group(1), named.group(2))).containsExactly("[4,9]");
            });
    shop.sales().at(1, 50).delete("sale_id", 14L).commit();
    assertThat(shop.publish()).isPresent();
  }

  @Test
  void stopsForDataThatGrewOldWhereNothingNewCame() {
    Shop shop = new Shop(lake, "aged");
    shop.model(
        "old",
        """
        /*
        description: A day
        materialized: full
        audits:
          - freshness: {column: day, within_hours: 24}
        */
        SELECT day FROM ${ref('silver.${shop}.sale')}
        """);
    ProgramProcess failed = shop.run();
    assertThat(failed.exitCode()).as(failed.output()).isEqualTo(4);
    String branch = shop.references("run_").get(shop.references("run_").size() - 1);
    assertThat(shop.program("promote", branch).exitCode()).isZero();

    ProgramProcess again = shop.run();

    assertThat(again.exitCode()).as(again.output()).isEqualTo(4);
    assertThat(again.output())
        .contains("A rule is broken by what is published, and nothing new came.")
        .contains("gold.aged.old: freshness(day) fails for 1 row.");
    shop.remove("old");
  }

  @Test
  void saysThatThereIsNothingNewAndPublishesNothing() {
    Shop shop = new Shop(lake, "idle");
    assertThat(shop.run().exitCode()).isZero();
    String head = shop.head();
    List<String> references = shop.references("");

    ProgramProcess again = shop.run();

    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(again.output()).contains("Nothing new: what is published is up to date.");
    assertThat(shop.head()).isEqualTo(head);
    assertThat(shop.references("")).isEqualTo(references);
  }

  @Test
  void refusesASecondRunWhileOneIsUnderWay() {
    Shop shop = new Shop(lake, "busy");
    Path config = shop.config();
    Held held = new Held();
    CompletableFuture<Optional<Published>> first =
        CompletableFuture.supplyAsync(
            () ->
                new WriteAuditPublish(lake.config(), lake.models(config), held)
                    .run(new Request(List.of(), false)));
    String run = held.awaitBranch();
    assertThat(shop.references(RunLock.NAME)).containsExactly(RunLock.NAME);

    ProgramProcess second = shop.run();

    assertThat(second.exitCode()).as(second.output()).isEqualTo(5);
    assertThat(second.output())
        .contains(
            "Another run or maintenance holds the lock lock_models: "
                + run.substring("run_".length())
                + ", process "
                + ProcessHandle.current().pid()
                + " on ")
        .contains("Nothing was changed. Wait for its end, then run again.")
        .doesNotContain("Exception");
    assertThat(shop.references("run_")).contains(run);
    held.release.countDown();
    Published published = first.join().orElseThrow();
    assertThat(shop.references("published_")).contains(published.run().tag());
    assertThat(shop.rows("main", "total")).containsExactly("[50.00]");
    assertThat(shop.references(RunLock.NAME)).isEmpty();
  }

  @Test
  void losesNoCommitOfAnIngestThatCommitsAllTheWhile() throws Exception {
    Shop shop = new Shop(lake, "streaming");
    assertThat(shop.run().exitCode()).isZero();
    shop.sales().at(1, 10).insert(sale(6, 6, "1.00")).commit();
    List<String> hashes = Collections.synchronizedList(new ArrayList<>());
    ScheduledExecutorService ingest = Executors.newSingleThreadScheduledExecutor();
    ScheduledFuture<?> commits =
        ingest.scheduleAtFixedRate(
            () -> {
              long id = 100 + hashes.size();
              shop.sales().at(1, id).insert(sale(id, 7, "1.00")).commit();
              hashes.add(shop.head());
            },
            0,
            1,
            TimeUnit.SECONDS);
    try {
      await().until(() -> !hashes.isEmpty());

      ProgramProcess run = shop.run();

      assertThat(run.exitCode()).as(run.output()).isZero();
      int during = hashes.size();
      await().until(() -> hashes.size() > during);
      String merge = "Publish " + tag(run).replaceFirst("^published_", "run_");
      List<String> messages = new ArrayList<>();
      lake.catalog().nessie().getCommitLog().refName("main").stream()
          .forEach(entry -> messages.add(entry.getCommitMeta().getMessage()));
      assertThat(messages.indexOf(merge))
          .as("the ingest went on before and after the merge")
          .isPositive();
      assertThat(during).isGreaterThan(2);
    } finally {
      commits.cancel(false);
      ingest.shutdown();
      assertThat(ingest.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
    assertThat(commits.isCancelled()).as("every commit went through").isTrue();
    assertThat(shop.run().exitCode()).isZero();
    assertThat(lake.query("SELECT count(*) FROM lake.bronze.streaming.sale WHERE _op = 'c'"))
        .containsExactly("[" + (hashes.size() + 1) + "]");
    assertThat(shop.rows("main", "total")).containsExactly("[" + (51 + hashes.size()) + ".00]");
  }

  private static String tag(ProgramProcess run) {
    Matcher published = Pattern.compile("Published as (published_\\w+)").matcher(run.output());
    assertThat(published.find()).as(run.output()).isTrue();
    return published.group(1);
  }

  /** Holds a run after its branch is made. */
  private static final class Held implements RunListener {
    private final CompletableFuture<String> branch = new CompletableFuture<>();
    private final CountDownLatch release = new CountDownLatch(1);

    String awaitBranch() {
      return branch.join();
    }

    @Override
    public void planned(RunPlan plan) {}

    @Override
    public void started(RunId run) {
      branch.complete(run.branch());
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void done(ModelRunner.Done model) {}

    @Override
    public void audited(List<AuditResult> results) {}
  }
}
