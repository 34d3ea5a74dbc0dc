package lakehouse.models;

import static lakehouse.models.Shop.sale;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.models.publish.AuditFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much of a table is checked: what was written, where all else is known to keep the rules. */
class ITAuditedTables {
  private static final String REVENUE =
      """
      /*
      description: Sales of a day
      materialized: touched_partitions
      unique_key: day
      partition_by: day
      inputs:
        silver.${shop}.sale: {reach: day}
      audits:
        - unique: [day]
        - name: no_negative_day
          rows: SELECT * FROM ${this} WHERE amount < 0
      */
      SELECT day, CAST(sum(amount) AS DECIMAL(12, 2)) AS amount
      FROM ${ref('silver.${shop}.sale')}
      GROUP BY day
      """;

  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void looksAtWrittenPartitionsAloneAsLongAsTheRulesStay() {
    Shop shop = new Shop(lake, "partial").model("revenue", REVENUE);
    shop.publish();
    // by somebody's hand, where no run comes by
    lake.query("INSERT INTO lake.gold.partial.revenue VALUES (DATE '2026-01-02', -1)");

    shop.sales().at(1, 10).insert(sale(6, 3, "1.00")).commit();
    assertThat(shop.publish()).as("day 3 keeps the rules").isPresent();

    shop.model("revenue", REVENUE.replace("audits:", "audits:\n  - not_null: [amount]"));
    shop.sales().at(1, 20).insert(sale(7, 3, "1.00")).commit();
    assertThatThrownBy(shop::publish)
        .isInstanceOf(AuditFailedException.class)
        .hasMessageContaining("no_negative_day fails for 1 row")
        .hasMessageContaining("unique(day) fails for 1 row");
  }

  @Test
  void findsWhatARunWrites() {
    Shop shop = new Shop(lake, "written").model("revenue", REVENUE);
    shop.publish();

    shop.sales().at(1, 10).insert(sale(6, 3, "-30.00")).commit();

    assertThatThrownBy(shop::publish)
        .isInstanceOf(AuditFailedException.class)
        .hasMessageContaining("no_negative_day fails for 1 row");
  }

  @Test
  void looksAtAllOfATableThatWasPromotedInSpiteOfARule() {
    Shop shop = new Shop(lake, "pardoned").model("revenue", REVENUE);
    shop.publish();
    shop.sales().at(1, 10).insert(sale(6, 3, "-30.00")).commit();
    promoteFailed(shop);

    shop.sales().at(1, 20).insert(sale(7, 4, "1.00")).commit();

    assertThatThrownBy(shop::publish)
        .as("day 3 is broken still")
        .isInstanceOf(AuditFailedException.class)
        .hasMessageContaining("no_negative_day fails for 1 row");
  }

  @Test
  void aTablePromotedWithAnotherIsKnownByTheRulesOfThen() {
    Shop shop =
        new Shop(lake, "weakened")
            .model("revenue", REVENUE)
            .model("failing", REVENUE.replace("amount < 0\n", "amount > 500\n"));
    shop.publish();
    shop.model("revenue", REVENUE.replace("amount < 0\n", "amount < 0\n    severity: warn\n"));
    shop.sales().at(1, 10).insert(sale(6, 3, "-30.00")).insert(sale(7, 4, "900.00")).commit();
    promoteFailed(shop);
    shop.remove("failing");

    shop.model("revenue", REVENUE);
    shop.sales().at(1, 20).insert(sale(8, 5, "1.00")).commit();

    assertThatThrownBy(shop::publish)
        .as("day 3 was written when a negative one was no error")
        .isInstanceOf(AuditFailedException.class)
        .hasMessageContaining("no_negative_day fails for 1 row");
  }

  private static void promoteFailed(Shop shop) {
    List<String> failedBefore = shop.references("run_");
    assertThatThrownBy(shop::publish).isInstanceOf(AuditFailedException.class);
    List<String> failed = new ArrayList<>(shop.references("run_"));
    failed.removeAll(failedBefore);
    ProgramProcess promoted = shop.program("promote", failed.get(0));
    assertThat(promoted.exitCode()).as(promoted.output()).isZero();
  }
}
