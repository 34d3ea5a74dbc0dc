package lakehouse.models;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lakehouse.catalog.cli.Console;
import lakehouse.models.audit.AuditResult;
import lakehouse.models.plan.Targets;
import lakehouse.models.publish.WriteAuditPublish.Mode;
import lakehouse.models.publish.WriteAuditPublish.Published;
import lakehouse.models.run.ChangeSet;
import lakehouse.models.run.ModelRunner;

/** Shows what a run did. */
final class RunReport {
  private RunReport() {}

  /** A run, as JSON has it; without id, branch and tag where there was nothing new. */
  record Run(
      boolean published,
      Optional<String> run,
      Optional<String> tag,
      Optional<String> hash,
      double seconds,
      List<ModelLine> models,
      List<AuditLine> audits) {}

  /** What was done with one model. */
  record ModelLine(
      String model,
      String kind,
      String action,
      String why,
      long rowsWritten,
      Optional<ChangeSet> changes,
      Optional<String> partitions,
      double seconds) {}

  /** What came of one audit. */
  record AuditLine(String model, String audit, String status, long failedRows) {}

  static Run of(Optional<Published> published, Duration took) {
    Optional<Published> done = published.filter(p -> p.mode() == Mode.PUBLISH);
    return new Run(
        done.isPresent(),
        published.map(p -> p.run().value()),
        done.map(p -> p.run().tag()),
        published.map(Published::hash),
        took.toMillis() / 1000.0,
        published.map(p -> p.models().stream().map(RunReport::line).toList()).orElse(List.of()),
        published.map(p -> p.audits().stream().map(RunReport::line).toList()).orElse(List.of()));
  }

  static void print(Optional<Published> published, Duration took, Console console) {
    if (published.isEmpty()) {
      console.say("Nothing new: what is published is up to date.");
      return;
    }
    if (published.get().mode() == Mode.DRY_RUN) {
      console.say(
          "Dry run: all was made and audited in %s, and nothing was published.",
          Console.duration(took));
      return;
    }
    console.say(
        "Published as %s (%s) in %s",
        published.get().run().tag(),
        published.get().hash().substring(0, 12),
        Console.duration(took));
  }

  /** What was done with a model, in a few words. */
  static String what(ModelRunner.Done model) {
    String rows =
        model
            .outcome()
            .changes()
            .map(
                c ->
                    "%,d inserted, %,d updated, %,d deleted"
                        .formatted(c.inserted(), c.updated(), c.deleted()))
            .orElseGet(() -> "%,d rows".formatted(model.outcome().rowsWritten()));
    String partitions =
        model
            .outcome()
            .partitions()
            .map(p -> " (%s %s)".formatted(model.model().partitionBy().orElse("partitions"), p))
            .orElse("");
    return action(model) + ", " + rows + partitions;
  }

  private static String action(ModelRunner.Done model) {
    return switch (model.outcome().decision().action()) {
      case SKIP -> "skipped";
      case INCREMENTAL -> "incremental";
      case FULL -> "full";
    };
  }

  private static ModelLine line(ModelRunner.Done model) {
    return new ModelLine(
        model.model().name(),
        model.model().materialization().text(),
        model.outcome().decision().action().name().toLowerCase(Locale.ROOT),
        model.outcome().decision().why(),
        model.outcome().rowsWritten(),
        model.outcome().changes(),
        model.outcome().partitions().map(Targets::toString),
        model.millis() / 1000.0);
  }

  private static AuditLine line(AuditResult result) {
    return new AuditLine(
        result.model().name(), result.audit().name(), result.status(), result.failedRows());
  }
}
