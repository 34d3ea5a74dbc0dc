package lakehouse.load.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lake load-test scaling}: rows and processors to time, from several runs. */
@Command(
    name = "scaling",
    description = {
      "Fits what each phase takes by rows and processors, from runs of one scenario at several sizes, and says"
          + " what more rows would take by that.",
      "",
      "An extrapolation knows nothing of what comes in between; its limits are told with it.",
      ""
    })
public final class ScalingCommand implements Callable<Integer> {
  private static final List<String> LIMITS =
      List.of(
          "one walsender for each source: a database streams no faster than pg_recvlogical of the same run"
              + " reads, however many processors there are; more databases stream side by side",
          "an initial load reads by as many sessions as it is told; beyond the server's own processors and disks"
              + " they do not help",
          "each checkpoint is one catalog commit with one table metadata file a table: sources share one branch,"
              + " whose commits come one after the other",
          "an append adds a manifest; a table of ten billion rows has so many files that planning a scan takes"
              + " seconds until manifests are rewritten",
          "a night reads what changed and the days it reaches: its cost follows the changes, not the table,"
              + " only as long as they are of few days");

  @Parameters(paramLabel = "RUN", arity = "2..*", description = "run.json of runs")
  private List<Path> runs = List.of();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "10000000000",
      description = "what to extrapolate to (default: ${DEFAULT-VALUE})")
  private long rows;

  @Option(
      names = "--processors",
      paramLabel = "N",
      defaultValue = "64",
      description = "of the cluster (default: ${DEFAULT-VALUE})")
  private int processors;

  @Mixin private Console console;

  @Override
  public Integer call() throws IOException {
    List<RunRecord> read = new ArrayList<>();
    for (Path run : runs) {
      read.add(RunFolder.read(run));
    }
    List<ScalingFit> fits = ScalingFit.of(read);
    if (fits.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "A fit needs runs of at least two sizes that share a phase.");
    }
    if (console.json()) {
      console.json(fits);
      return ExitCode.DONE.value();
    }
    console.table(
        List.of("phase", "rows", "processors", "s", "fitted s", "residual"),
        fits.stream()
            .flatMap(
                fit ->
                    fit.residuals().stream()
                        .map(
                            it ->
                                List.<Object>of(
                                    fit.phase().toString(),
                                    it.rows(),
                                    it.processors(),
                                    RunSummary.number("%,.1f", it.seconds()),
                                    RunSummary.number("%,.1f", it.fitted()),
                                    RunSummary.number("%+.0f %%", 100 * it.relative()))))
            .toList());
    console.say("");
    console.table(
        List.of(
            "phase",
            "fixed s",
            "s per million, one processor",
            "exponent of processors",
            "hours for %,d rows on %d processors".formatted(rows, processors)),
        fits.stream()
            .map(
                fit ->
                    List.<Object>of(
                        fit.phase().toString(),
                        RunSummary.number("%,.1f", fit.fixed()),
                        RunSummary.number("%,.2f", fit.perMillion()),
                        Double.isNaN(fit.exponent())
                            ? "taken for 1"
                            : RunSummary.number("%.2f", fit.exponent()),
                        RunSummary.number("%,.2f", fit.seconds(rows, processors) / 3600)))
            .toList());
    console.say("%nOn paper only. What it does not know:");
    LIMITS.forEach(limit -> console.say("  - %s", limit));
    return ExitCode.DONE.value();
  }
}
