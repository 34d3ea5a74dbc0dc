package lakehouse.load.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lakehouse.catalog.cli.Console;
import lakehouse.load.run.RunRecord.LatencyPoint;
import lakehouse.load.run.RunRecord.PhaseRecord;
import org.jspecify.annotations.Nullable;

/** A run's figures at a terminal. */
final class RunSummary {
  private RunSummary() {}

  static void print(RunRecord run, Console console) {
    List<List<@Nullable Object>> lines = new ArrayList<>();
    for (PhaseRecord phase : run.phases()) {
      List<@Nullable Object> line = new ArrayList<>();
      line.add(phase.phase().toString());
      line.add(number("%.1f", phase.seconds()));
      line.add(phase.rows() == 0 ? null : phase.rows());
      line.add(phase.rows() == 0 ? null : number("%,.0f", phase.rowsPerSecond()));
      line.add(number("%.1f", phase.cpu()));
      line.add(
          phase.rows() == 0 || phase.cpu() == 0
              ? null
              : number("%,.0f", phase.rows() / phase.cpu()));
      line.add(Console.bytes(phase.peakTogether()));
      line.add(Math.round(phase.figures().getOrDefault("commits", 0.0)));
      line.add(phase.others().map(it -> number("%.0f%%", 100 * it)));
      lines.add(line);
    }
    console.say("");
    console.table(
        List.of(
            "phase", "s", "rows", "rows/s", "CPU-s", "rows/CPU-s", "memory", "commits", "others"),
        lines);
    sizes(run, console);
    run.find(Phase.STREAM)
        .ifPresent(
            stream ->
                console.say(
                    "Changes could be read after p50 %s, p99 %s, at most %s ms from when they were due.",
                    percentile(stream, 50), percentile(stream, 99), percentile(stream, 100)));
    List<Ratio> ratios = Ratio.of(run);
    if (!ratios.isEmpty()) {
      console.say("");
      console.table(
          List.of("rate", "rows/s", "of", "rows/s of that", "ratio"),
          ratios.stream()
              .map(
                  it ->
                      List.of(
                          it.what(),
                          number("%,.0f", it.value()),
                          it.floor(),
                          number("%,.0f", it.ofFloor()),
                          number("%.3f", it.ratio())))
              .toList());
    }
    run.find(Phase.RECONCILE)
        .ifPresent(
            proof ->
                console.say(
                    "%nsource = lake for %.0f of %.0f tables, %,d rows",
                    proof.figures().getOrDefault("equal tables", 0.0),
                    proof.figures().getOrDefault("tables", 0.0),
                    proof.rows()));
  }

  private static void sizes(RunRecord run, Console console) {
    Optional<PhaseRecord> load = run.find(Phase.LOAD);
    if (load.isPresent() && load.get().rows() > 0) {
      double bytes = load.get().figures().getOrDefault("bronze data bytes", 0.0);
      console.say(
          "%nBronze after the load: %s in %.0f files, %.1f bytes a row.",
          Console.bytes((long) bytes),
          load.get().figures().getOrDefault("bronze data files", 0.0),
          bytes / load.get().rows());
    }
  }

  static String percentile(PhaseRecord stream, double wanted) {
    return stream.latency().stream()
        .filter(point -> point.percentile() == wanted)
        .map(LatencyPoint::millis)
        .map(millis -> number("%,.0f", millis))
        .findFirst()
        .orElse("-");
  }

  static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
