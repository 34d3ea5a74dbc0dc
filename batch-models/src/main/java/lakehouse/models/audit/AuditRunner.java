package lakehouse.models.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Audit;
import lakehouse.models.model.Model;
import lakehouse.models.model.Names;
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

  /** Checks every rule of the models, on the reference that the session stands at. */
  public List<AuditResult> check(List<Model> models) {
    return check(models, audit -> true);
  }

  /** As {@link #check(List)}, only those of the rules. */
  public List<AuditResult> check(List<Model> models, Predicate<Audit> rules) {
    ExecutorService executor = Executors.newFixedThreadPool(parallelism);
    try {
      List<Future<List<AuditResult>>> running =
          models.stream()
              .filter(model -> model.audits().stream().anyMatch(rules))
              .map(model -> executor.submit(() -> check(model, rules)))
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

  private List<AuditResult> check(Model model, Predicate<Audit> rules) {
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
      counts = spark.sql(AuditSql.counts(audits, table, before)).head();
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
}
