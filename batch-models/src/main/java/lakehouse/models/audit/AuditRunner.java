package lakehouse.models.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Audit;
import lakehouse.models.model.Model;
import lakehouse.models.model.Names;
import lakehouse.models.model.Severity;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Checks tables against the rules of their models. */
public final class AuditRunner {
  private final SparkSession spark;
  private final String published;
  private final int parallelism;

  /**
   * @param published the branch that holds the published lake
   */
  public AuditRunner(SparkSession spark, String published, int parallelism) {
    this.spark = spark;
    this.published = published;
    this.parallelism = parallelism;
  }

  /**
   * Checks rules of the models, on the reference that the session stands at.
   *
   * @param rules those that are checked
   * @param changed the condition that holds for all rows of a model's table that may break a rule
   *     which {@link Audit#staysWithin stays within} a partition; empty if any may
   */
  public List<AuditResult> check(
      List<Model> models, Predicate<Audit> rules, Function<Model, Optional<String>> changed) {
    ExecutorService executor = Executors.newFixedThreadPool(parallelism);
    try {
      List<Future<List<AuditResult>>> running =
          models.stream()
              .filter(model -> model.audits().stream().anyMatch(rules))
              .map(model -> executor.submit(() -> check(model, rules, changed.apply(model))))
              .toList();
      List<AuditResult> results = new ArrayList<>();
      for (Future<List<AuditResult>> result : running) {
        results.addAll(result.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while audits ran", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }

  private List<AuditResult> check(Model model, Predicate<Audit> rules, Optional<String> changed) {
    String table = Names.table(model.table());
    String before = Names.table(Names.at(model.table(), published));
    boolean first =
        model.audits().stream().anyMatch(Audit::comparesWithPublished)
            && !spark.catalog().tableExists(before);
    List<Audit> audits =
        model.audits().stream()
            .filter(rules)
            .filter(audit -> !(first && audit.comparesWithPublished()))
            .toList();
    if (audits.isEmpty()) {
      return List.of();
    }
    Row counts;
    try {
      counts =
          spark
              .sql(AuditSql.counts(audits, audit -> audited(model, audit, table, changed), before))
              .head();
    } catch (Exception e) {
      if (e instanceof AnalysisException analysis) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "%s: Spark does not accept an audit.\n%s"
                .formatted(model.origin(), analysis.getSimpleMessage()),
            e);
      }
      throw e;
    }
    List<AuditResult> results = new ArrayList<>();
    for (int i = 0; i < audits.size(); i++) {
      Audit audit = audits.get(i);
      results.add(new AuditResult(model, audit, counts.getLong(i), audit.badRows(table, before)));
    }
    return results;
  }

  // A warning tells of all rows that break its rule, as long as there are any.
  private static String audited(Model model, Audit audit, String table, Optional<String> changed) {
    return changed
        .filter(condition -> audit.severity() == Severity.ERROR)
        .filter(condition -> model.partitionBy().filter(audit::staysWithin).isPresent())
        .map(
            condition ->
                "(SELECT * FROM %s WHERE %s) AS %s"
                    .formatted(table, condition, Names.column(model.table().name())))
        .orElse(table);
  }
}
