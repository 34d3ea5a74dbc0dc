package lakehouse.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import lakehouse.catalog.platform.ProgramProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot be right is refused with exit code 2 before anything is published. */
class ITModelsRefuse {
  @RegisterExtension static final TestLake lake = new TestLake();
  private static Shop shop;

  @BeforeAll
  static void start() {
    shop = new Shop(lake, "shop");
    assertThat(shop.run().exitCode()).isZero();
    shop.sales().at(1, 10).insert(Shop.sale(6, 6, "6.00")).commit();
  }

  @Test
  void modelsThatReadEachOther() {
    shop.model("chicken", full("SELECT * FROM ${ref('gold.shop.egg')}"));
    shop.model("egg", full("SELECT * FROM ${ref('gold.shop.chicken')}"));
    assertRefused(
        "error: The models form a cycle: each of gold.shop.chicken -> gold.shop.egg ->"
            + " gold.shop.chicken reads the next.");
    shop.remove("chicken");
    shop.remove("egg");
  }

  @Test
  void anUnknownColumn() {
    shop.model("typo", full("SELECT sum(amuont) AS amount FROM ${ref('silver.shop.sale')}"));
    assertRefused(
        "models/gold/shop/typo.sql: Spark does not accept the SELECT.", "`amuont`", "`amount`");
    shop.remove("typo");
  }

  @Test
  void aHeaderThatNamesAColumnTheSelectDoesNotHave() {
    shop.model(
        "header",
        """
        /*
        description: x
        materialized: merge_by_key
        unique_key: sale_no
        */
        SELECT sale_id, amount FROM ${ref('silver.shop.sale')}
        """);
    assertRefused(
        "models/gold/shop/header.sql: the header names columns that the SELECT does not have:"
            + " `sale_no`; did you mean `sale_id`?.");
    shop.remove("header");
  }

  @Test
  void aModelThatIsNot() {
    assertRefused(
        List.of("--select", "gold.shop.revenu"),
        "error: There is no model `gold.shop.revenu`; did you mean `gold.shop.revenue`?.");
  }

  @Test
  void aTableThatIsNot() {
    shop.model("lost", full("SELECT * FROM ${ref('silver.shop.sales')}"));
    assertRefused(
        "models/gold/shop/lost.sql: there is no table `silver.shop.sales` to refer to; did you mean"
            + " `silver.shop.sale`?.",
        "A captured table appears once `lake ingest` has committed it.");
    shop.remove("lost");
  }

  @Test
  void aValueThatTheSelectCannotComputeWith() {
    shop.model(
        "odds",
        full(
            "SELECT day / (sale_id - sale_id) AS x FROM (SELECT 1 AS day, sale_id FROM ${ref('silver.shop.sale')})"));
    List<List<String>> before = shop.published();
    ProgramProcess run = shop.run();
    assertThat(run.exitCode()).as(run.output()).isEqualTo(4);
    assertThat(run.output())
        .contains(
            "models/gold/shop/odds.sql: the SELECT fails for a value that it meets (DIVIDE_BY_ZERO")
        .contains("Nothing was published.")
        .doesNotContain("Exception", "\tat ");
    assertThat(shop.published()).isEqualTo(before);
    assertThat(shop.references("run_")).isEmpty();
    shop.remove("odds");
  }

  private static String full(String sql) {
    return """
        /*
        description: x
        materialized: full
        */
        """
        + sql
        + "\n";
  }

  private static void assertRefused(String... said) {
    assertRefused(List.of(), said);
  }

  private static void assertRefused(List<String> arguments, String... said) {
    String head = shop.head();
    List<String> references = shop.references("");
    ProgramProcess run = shop.run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.output()).isEqualTo(2);
    assertThat(run.output()).contains(said).doesNotContain("Exception", "\tat ");
    assertThat(shop.head()).isEqualTo(head);
    assertThat(shop.references("")).as("no branch is left").isEqualTo(references);
  }
}
