package lakehouse.models.publish;

import java.util.List;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.run.ModelRunner;

/** Is told how a run goes on. */
public interface RunListener {
  /** The plan stands; nothing was done yet. */
  void planned(RunPlan plan);

  /** The branch and the session are there. */
  void started(RunId run);

  /** A model is done. */
  void done(ModelRunner.Done model);

  /** Every rule was checked. */
  void audited(List<AuditResult> results);

  /** Listens to nothing. */
  RunListener SILENT =
      new RunListener() {
        @Override
        public void planned(RunPlan plan) {}

        @Override
        public void started(RunId run) {}

        @Override
        public void done(ModelRunner.Done model) {}

        @Override
        public void audited(List<AuditResult> results) {}
      };
}
