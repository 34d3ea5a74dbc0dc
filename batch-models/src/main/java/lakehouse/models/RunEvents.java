package lakehouse.models;

import java.util.List;
import lakehouse.catalog.cli.LogEvents;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.plan.Action;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.publish.RunId;
import lakehouse.models.publish.RunListener;
import lakehouse.models.publish.WriteAuditPublish;
import lakehouse.models.run.ModelRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Tells by events of the log how a run goes on; each carries the run's id, as {@code ops} has it.
 */
final class RunEvents implements RunListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunEvents.class);

  @Override
  public void planned(RunPlan plan) {
    long models =
        plan.steps().stream().filter(step -> step.decision().action() != Action.SKIP).count();
    LOG.info("Planned: {} models", models);
  }

  @Override
  public void started(RunId run) {
    MDC.put(LogEvents.RUN, run.value());
    LOG.info("Started on branch {}", run.branch());
  }

  @Override
  public void done(ModelRunner.Done model) {
    if (model.outcome().decision().action() == Action.SKIP) {
      return;
    }
    try (MDC.MDCCloseable unused = MDC.putCloseable(LogEvents.MODEL, model.model().name())) {
      LOG.info("Done: {}, {} ms", RunReport.what(model), model.millis());
    }
  }

  /** What a run came to. */
  static void published(WriteAuditPublish.Published published) {
    LOG.info("{} at hash {}", published.mode(), published.hash());
  }

  @Override
  public void audited(List<AuditResult> results) {
    LOG.info(
        "Audited: {} rules, {} broken",
        results.size(),
        results.stream().filter(AuditResult::blocks).count());
  }
}
