package lakehouse.models;

import static lakehouse.models.Shop.sale;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.publish.RunId;
import lakehouse.models.publish.RunListener;
import lakehouse.models.publish.RunLock;
import lakehouse.models.publish.WriteAuditPublish;
import lakehouse.models.publish.WriteAuditPublish.Request;
import lakehouse.models.run.ModelRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The catalog goes away while models run. */
class ITCatalogLoss {
  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void endsTheRunWithWhatIsToBeDoneAndTheNextOneIsRight() {
    Shop shop = new Shop(lake, "lost");
    shop.publish();
    shop.sales().at(1, 10).update(sale(2, 2, "12.00")).commit();
    List<List<String>> before = shop.published();

    assertThatThrownBy(
            () ->
                new WriteAuditPublish(lake.config(), lake.models(shop.config()), new Killer())
                    .run(new Request(List.of("silver.lost.sale+"), false)))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
        .hasMessageContaining("stopped answering while models ran")
        .hasMessageContaining("Start the catalog, then run again");

    lake.restartCatalog();
    assertThat(shop.published()).isEqualTo(before);
    // a program that has ended is known to be dead; this one lives
    new CatalogBranches(lake.catalog()).delete(RunLock.NAME);
    shop.publish();
    assertThat(shop.rows("main", "total")).containsExactly("[52.00]");
    assertThat(shop.references("run_")).isEmpty();
  }

  /** Ends the catalog when a run has its branch. */
  private static final class Killer implements RunListener {
    @Override
    public void planned(RunPlan plan) {}

    @Override
    public void started(RunId run) {
      lake.killCatalog();
    }

    @Override
    public void done(ModelRunner.Done model) {}

    @Override
    public void audited(List<AuditResult> results) {}
  }
}
