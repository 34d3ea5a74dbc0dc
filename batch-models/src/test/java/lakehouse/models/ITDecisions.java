package lakehouse.models;

import static lakehouse.models.Shop.sale;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.models.publish.WriteAuditPublish.Published;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a person can decide about publications, by the real program. */
class ITDecisions {
  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void promotesAFailedRunInSpiteOfItsAudits() {
    Shop shop = new Shop(lake, "promoted");
    shop.publish();
    String branch = failed(shop);

    ProgramProcess promote = shop.program("promote", branch);

    assertThat(promote.exitCode()).as(promote.output()).isZero();
    String tag = branch.replaceFirst("^run_", "published_");
    assertThat(promote.output()).contains("Published as " + tag + ", in spite of its audits.");
    assertThat(lake.catalog().reference(tag).orElseThrow().getHash()).isEqualTo(shop.head());
    assertThat(shop.rows("main", "total")).containsExactly("[20.00]");
    assertThat(shop.references("run_")).doesNotContain(branch);
    assertThat(
            lake.query(
                "SELECT DISTINCT status, message FROM lake.ops.model_run WHERE branch = '%s'"
                    .formatted(branch)))
        .containsExactly(
            "[failed,broken: gold.promoted.revenue no_negative_day]",
            "[succeeded,promoted in spite of it: broken: gold.promoted.revenue no_negative_day]");
    assertThat(shop.publish()).as("what it consumed is published, too").isEmpty();
  }

  @Test
  void discardsAFailedRunAndKeepsItsRecord() {
    Shop shop = new Shop(lake, "discarded");
    shop.publish();
    List<List<String>> before = shop.published();
    String branch = failed(shop);

    ProgramProcess unknown = shop.program("discard", branch + "x");
    assertThat(unknown.exitCode()).as(unknown.output()).isEqualTo(2);
    assertThat(unknown.output())
        .contains(
            "No failed run is kept on branch " + branch + "x; did you mean `" + branch + "`?");

    ProgramProcess discard = shop.program("discard", branch);

    assertThat(discard.exitCode()).as(discard.output()).isZero();
    assertThat(shop.references("run_")).doesNotContain(branch);
    assertThat(shop.published()).isEqualTo(before);
    assertThat(
            lake.query(
                "SELECT DISTINCT status FROM lake.ops.model_run WHERE branch = '%s'"
                    .formatted(branch)))
        .containsExactly("[failed]");
    shop.sales().at(1, 20).delete("sale_id", 6L).commit();
    shop.publish();
  }

  @Test
  void rollsBackToATagAndDoesAgainWhatCameAfterIt() {
    Shop shop = new Shop(lake, "rolled");
    String tag = shop.publish().orElseThrow().run().tag();
    List<List<String>> before = shop.published();
    shop.sales().at(1, 10).update(sale(2, 2, "12.00")).delete("sale_id", 4L).commit();
    shop.model("late", "/*\ndescription: x\nmaterialized: full\n*/\nSELECT 1 AS one\n");
    shop.publish();
    List<List<String>> after = shop.published();
    assertThat(after).isNotEqualTo(before);

    ProgramProcess rollback = shop.program("rollback", tag);

    assertThat(rollback.exitCode()).as(rollback.output()).isZero();
    assertThat(rollback.output()).contains("are as they were at " + tag + " again");
    assertThat(shop.published()).isEqualTo(before);
    assertThat(lake.catalog().iceberg().tableExists(TableIdentifier.of("gold", "rolled", "late")))
        .isFalse();
    assertThat(shop.program("rollback", tag).output()).contains("Nothing differs from " + tag);
    ProgramProcess unknown = shop.program("rollback", "published_yesterday");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.output()).contains("There is no publication published_yesterday");

    shop.publish();
    assertThat(shop.published()).isEqualTo(after);
    shop.refresh();
    assertThat(shop.published()).isEqualTo(after);
  }

  @Test
  void tellsRowByRowWhatWouldBePublishedAndPublishesNothing() {
    Shop shop = new Shop(lake, "compared");
    shop.publish();
    List<List<String>> before = shop.published();
    shop.sales()
        .at(1, 10)
        .update(sale(2, 2, "12.00"))
        .delete("sale_id", 4L)
        .insert(sale(6, 6, "15.00"))
        .commit();
    String head = shop.head();
    List<String> references = shop.references("");

    ProgramProcess diff = shop.program("diff", "--select", "silver.compared.sale+");

    assertThat(diff.exitCode()).as(diff.output()).isZero();
    assertThat(diff.output())
        .containsPattern("gold.compared.revenue +1 +1 +1")
        .contains("  update day=2026-01-02: amount 10.00 -> 12.00")
        .contains("  delete day=2026-01-04: amount 10.00")
        .contains("  insert day=2026-01-06: amount 15.00")
        .contains("  delete amount=50.00")
        .contains("  insert amount=57.00");

    ProgramProcess dry = shop.program("run", "--dry-run");

    assertThat(dry.exitCode()).as(dry.output()).isZero();
    assertThat(dry.output()).contains("Dry run: all was made and audited");
    assertThat(shop.head()).isEqualTo(head);
    assertThat(shop.references("")).isEqualTo(references);
    assertThat(shop.published()).isEqualTo(before);
    shop.publish();
  }

  @Test
  void backfillsPartitionsWhateverChanged() {
    Shop shop = new Shop(lake, "filled");
    shop.publish();
    List<List<String>> before = shop.published();
    lake.catalog()
        .iceberg()
        .loadTable(TableIdentifier.of("gold", "filled", "revenue"))
        .newDelete()
        .deleteFromRowFilter(
            Expressions.in(
                "day",
                (int) LocalDate.of(2026, 1, 2).toEpochDay(),
                (int) LocalDate.of(2026, 1, 3).toEpochDay()))
        .commit();
    assertThat(shop.rows("main", "revenue")).as("the fault bites").hasSize(3);
    assertThat(shop.publish()).as("no input changed").isEmpty();

    ProgramProcess run =
        shop.program(
            "run", "--select", "gold.filled.revenue+", "--backfill", "2026-01-01..2026-01-03");

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("(day 2026-01-01..2026-01-03)");
    assertThat(shop.published()).isEqualTo(before);
    ProgramProcess wrong =
        shop.program("plan", "--select", "gold.filled.total", "--backfill", "2026-01-01..");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.output()).contains("None of the selected models is made by partitions");
  }

  @Test
  void keepsSoManyPublicationsAndFailedRunsAsConfigured() {
    Shop shop = new Shop(lake, "kept");
    shop.publish();
    String older = failed(shop);
    String later = failed(shop);
    shop.sales().at(1, 20).delete("sale_id", 6L).insert(sale(7, 7, "1.00")).commit();

    ProgramProcess run = shop.runWith("keep-publications: 2\nkeep-failed-runs: 1");

    assertThat(run.exitCode()).as(run.output()).isZero();
    List<String> tags = shop.references("published_");
    assertThat(tags).hasSize(2);
    assertThat(run.output()).contains("Published as " + tags.get(1));
    assertThat(shop.references("run_")).containsExactly(later);
    assertThat(lake.query("SELECT DISTINCT branch FROM lake.ops.model_run WHERE status = 'failed'"))
        .as("the record of what is dropped")
        .contains("[" + older + "]", "[" + later + "]");
  }

  @Test
  void writesASiteOfTheModels() throws IOException {
    Shop shop = new Shop(lake, "told");
    Published published = shop.publish().orElseThrow();
    Path folder = lake.folder().resolve("site");

    ProgramProcess docs = shop.program("docs", "--out", folder.toString());

    assertThat(docs.exitCode()).as(docs.output()).isZero();
    assertThat(Files.readString(folder.resolve("index.html")))
        .contains("<svg", "href=\"gold.told.revenue.html\"", "Sales of a day");
    assertThat(Files.readString(folder.resolve("gold.told.revenue.html")))
        .contains(
            published.run().value(),
            "<span class=\"passed\">passed</span>",
            "<td><code>amount</code></td><td>decimal(12, 2)</td>",
            "href=\"silver.told.sale.html\"",
            "href=\"gold.told.total.html\"",
            "SELECT day, amount FROM lake.`gold`.`told`.`revenue` WHERE amount &lt; 0");
    // every link of every page leads somewhere
    try (Stream<Path> pages = Files.list(folder)) {
      for (Path page : pages.toList()) {
        Matcher links = Pattern.compile("href=\"([^\"]*)\"").matcher(Files.readString(page));
        while (links.find()) {
          assertThat(folder.resolve(links.group(1))).exists();
        }
      }
    }
  }

  // A run that an audit stopped; returns its branch.
  private static String failed(Shop shop) {
    List<String> before = shop.references("run_");
    shop.sales().at(1, 10).update(sale(6, 3, "-30.00")).commit();
    ProgramProcess run = shop.run();
    assertThat(run.exitCode()).as(run.output()).isEqualTo(4);
    List<String> now = shop.references("run_");
    assertThat(now).containsAll(before).hasSize(before.size() + 1);
    return now.stream().filter(branch -> !before.contains(branch)).findFirst().orElseThrow();
  }
}
