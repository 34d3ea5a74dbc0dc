package lakehouse.models.publish;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.model.Model;
import lakehouse.models.run.LakeRun;
import lakehouse.models.run.ModelRunner;
import lakehouse.models.run.ModelTables;
import lakehouse.models.run.Outcome;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * How much of each table a run has to check. A table says by which rules it was checked when it was
 * published. While those are its model's, whatever a run left as it was keeps them, as far as they
 * stay within a partition.
 */
final class AuditedTables {
  private static final String NOTHING = "FALSE";

  private final LakeRun run;
  private final Map<TableIdentifier, Outcome> outcomes = new HashMap<>();

  AuditedTables(LakeRun run, List<ModelRunner.Done> done) {
    this.run = run;
    done.forEach(model -> outcomes.put(model.model().table(), model.outcome()));
  }

  /** The condition on rows that may break a rule now; empty if any may. */
  Optional<String> changed(Model model) {
    Optional<Outcome> outcome = Optional.ofNullable(outcomes.get(model.table()));
    if (outcome.isEmpty() || model.partitionBy().isEmpty() || !isMarked(model)) {
      return Optional.empty();
    }
    return outcome.get().leftAlone()
        ? Optional.of(NOTHING)
        : outcome.get().partitions().map(written -> written.condition(model.partitionBy().get()));
  }

  /** Marks tables as checked by the rules of their models. */
  void passed(List<Model> models) {
    models.stream()
        .filter(model -> model.partitionBy().isPresent() && !isMarked(model))
        .forEach(model -> mark(model, model.rulesDigest()));
  }

  /** Takes the mark from tables that broke a rule, so that the rule is never taken for kept. */
  void failed(List<AuditResult> failed) {
    failed.stream().map(AuditResult::model).distinct().forEach(model -> mark(model, ""));
  }

  private boolean isMarked(Model model) {
    return run.find(model.table())
        .map(table -> table.properties().get(ModelTables.RULES_PROPERTY))
        .filter(model.rulesDigest()::equals)
        .isPresent();
  }

  private void mark(Model model, String digest) {
    Table table = run.table(model.table());
    table.updateProperties().set(ModelTables.RULES_PROPERTY, digest).commit();
  }
}
