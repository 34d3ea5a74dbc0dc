package lakehouse.ingest.preflight;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.ingest.preflight.Preflight.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what would stop the ingest, each with what mends it. */
@Command(
    name = "lake doctor",
    description = "Tells what would stop the ingest, each with the statement that mends it.")
public final class Doctor implements Callable<Integer> {
  @Mixin private ConfigOption config;
  @Mixin private Console console;

  @Option(names = "--source", paramLabel = "NAME", description = "only this one; repeatable")
  private List<String> names = List.of();

  /** What is printed as JSON. */
  record Finding(String source, String cause, String evidence, String remedy) {}

  public static void main(String[] args) {
    Program.run(new Doctor(), args);
  }

  @Override
  public Integer call() {
    LakeConfig lake = config.load();
    Optional<String> catalog = Preflight.catalog(lake.catalog());
    List<Report> reports = Sources.chosen(lake, names).stream().map(Preflight::look).toList();

    if (console.json()) {
      console.json(findings(catalog, reports));
    }
    console.say(catalog.orElse("catalog: ready"));
    reports.forEach(report -> console.say(Preflight.text(report)));

    boolean healthy =
        catalog.isEmpty() && reports.stream().allMatch(report -> report.violations().isEmpty());
    return (healthy ? ExitCode.DONE : ExitCode.PREFLIGHT).value();
  }

  private static List<Finding> findings(Optional<String> catalog, List<Report> reports) {
    List<Finding> findings = new java.util.ArrayList<>();
    catalog.ifPresent(text -> findings.add(new Finding("", text, "", "")));
    for (Report report : reports) {
      for (Violation violation : report.violations()) {
        findings.add(
            new Finding(
                report.source().name(),
                violation.cause(),
                violation.evidence(),
                violation.remedy()));
      }
    }
    return findings;
  }
}
