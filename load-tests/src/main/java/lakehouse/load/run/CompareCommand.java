package lakehouse.load.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code lake load-test compare}: two runs side by side. */
@Command(
    name = "compare",
    description = "Sets the figures of two runs side by side, the second in terms of the first.")
public final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A", description = "run.json of a run")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "B", description = "run.json of another")
  private Path second = Path.of("");

  @Mixin private Console console;

  /** One figure of both. */
  record Line(String phase, String figure, double a, double b, Optional<Double> ratio) {}

  @Override
  public Integer call() throws IOException {
    List<Line> lines = lines(RunFolder.read(first), RunFolder.read(second));
    if (console.json()) {
      console.json(lines);
      return ExitCode.DONE.value();
    }
    console.table(
        List.of("phase", "figure", "A", "B", "B of A"),
        lines.stream()
            .map(
                line -> {
                  List<@Nullable Object> row = new ArrayList<>();
                  row.add(line.phase());
                  row.add(line.figure());
                  row.add(RunSummary.number("%,.2f", line.a()));
                  row.add(RunSummary.number("%,.2f", line.b()));
                  row.add(line.ratio().map(it -> RunSummary.number("%.2f", it)).orElse(null));
                  return row;
                })
            .toList());
    return ExitCode.DONE.value();
  }

  static List<Line> lines(RunRecord a, RunRecord b) {
    List<Line> lines = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      if (a.find(phase).isEmpty() || b.find(phase).isEmpty()) {
        continue;
      }
      Map<String, Double> ofA = figures(a.find(phase).get());
      Map<String, Double> ofB = figures(b.find(phase).get());
      ofA.forEach(
          (name, value) -> {
            if (ofB.containsKey(name)) {
              lines.add(line(phase.toString(), name, value, ofB.get(name)));
            }
          });
    }
    for (Ratio ratio : Ratio.of(a)) {
      Ratio.of(b).stream()
          .filter(it -> it.what().equals(ratio.what()) && it.floor().equals(ratio.floor()))
          .forEach(it -> lines.add(line("ratio", ratio.what(), ratio.ratio(), it.ratio())));
    }
    return lines;
  }

  private static Line line(String phase, String name, double a, double b) {
    return new Line(phase, name, a, b, a == 0 ? Optional.empty() : Optional.of(b / a));
  }

  private static Map<String, Double> figures(RunRecord.PhaseRecord phase) {
    Map<String, Double> figures = new TreeMap<>();
    figures.put("seconds", phase.seconds());
    figures.put("CPU-seconds", phase.cpu());
    figures.put("peak memory, MiB", phase.peakTogether() / (double) (1 << 20));
    if (phase.rows() > 0) {
      figures.put("rows", (double) phase.rows());
      figures.put("rows/s", phase.rowsPerSecond());
    }
    phase.latency().stream()
        .filter(it -> it.percentile() == 50 || it.percentile() == 99)
        .forEach(it -> figures.put("p%.0f ms".formatted(it.percentile()), it.millis()));
    return figures;
  }
}
