package lakehouse.models.publish;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.model.Model;
import lakehouse.models.run.LakeRun;
import lakehouse.models.run.ModelRunner;
import lakehouse.models.run.ModelTables;
import lakehouse.models.run.Outcome;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * How much of each table a run has to check. A table says by which rules it was checked when it was
 * last written. While those are its model's, whatever a run left as it was keeps them, as far as
 * they stay within a partition.
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

  /**
   * Marks the tables that the run wrote as checked by the rules of their models, and takes the mark
   * from those that broke one: whatever is published of a run that failed, a rule that was not kept
   * is never taken for kept.
   */
  void mark(Collection<Model> checked, List<AuditResult> results) {
    Set<TableIdentifier> broken =
        results.stream()
            .filter(AuditResult::blocks)
            .map(result -> result.model().table())
            .collect(Collectors.toSet());
    checked.stream()
        .filter(model -> model.partitionBy().isPresent() && isWritten(model))
        .forEach(
            model ->
                mark(
                    run.table(model.table()),
                    broken.contains(model.table())
                        ? Optional.empty()
                        : Optional.of(model.rulesDigest())));
  }

  private boolean isWritten(Model model) {
    Outcome outcome = outcomes.get(model.table());
    return outcome != null && !outcome.leftAlone();
  }

  private boolean isMarked(Model model) {
    return run.find(model.table())
        .flatMap(AuditedTables::rules)
        .filter(model.rulesDigest()::equals)
        .isPresent();
  }

  private static Optional<String> rules(Table table) {
    return Optional.ofNullable(table.properties().get(ModelTables.RULES_PROPERTY));
  }

  private static void mark(Table table, Optional<String> digest) {
    if (rules(table).equals(digest)) {
      return;
    }
    UpdateProperties update = table.updateProperties();
    digest.ifPresentOrElse(
        rules -> update.set(ModelTables.RULES_PROPERTY, rules),
        () -> update.remove(ModelTables.RULES_PROPERTY));
    update.commit();
  }
}
