package lakehouse.models.publish;

import java.util.List;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.plan.RunPlan;
import lakehouse.models.run.LakeRun;
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

  /**
   * Everything is made and keeps the rules; nothing is published yet.
   *
   * @param run the run, whose session is still open
   * @param hash the published state that it was made from
   */
  default void built(LakeRun run, String hash, List<ModelRunner.Done> models) {}

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
