package lakehouse.load.run;

import static lakehouse.load.run.RunSummary.number;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.Console;
import lakehouse.load.measure.ProcessWatch.Sample;
import lakehouse.load.run.RunRecord.LatencyPoint;
import lakehouse.load.run.RunRecord.PhaseRecord;
import lakehouse.load.run.RunRecord.Step;

/** The report of a run: one page that needs nothing beside it. */
final class RunPage {
  private static final double GIB = 1 << 30;
  private static final int STEPS = 30;

  private static final String STYLE =
      """
      body { font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 1000px; margin: 2em auto; padding: 0 1em }
      h1 { font-size: 1.6em; margin-bottom: 0 } h2 { font-size: 1.15em; margin: 2.2em 0 .5em; border-bottom: 1px solid #ddd }
      p.lead { color: #555; margin-top: .3em } p.note { color: #666; font-size: .92em }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92em; margin: .6em 0 }
      th, td { padding: .2em .7em; text-align: right; border-bottom: 1px solid #eee; white-space: nowrap }
      th { color: #666; font-weight: 600 } th:first-child, td:first-child { text-align: left }
      td.text { text-align: left } img { max-width: 100%; height: auto } pre { background: #f6f6f6; padding: .8em; font-size: .85em; overflow-x: auto }
      .cards { display: flex; flex-wrap: wrap; gap: .8em; margin: 1.2em 0 } .card { border: 1px solid #ddd; border-radius: 6px; padding: .6em 1em; min-width: 9.5em }
      .card b { display: block; font-size: 1.35em } .card span { color: #666; font-size: .88em } .bad { color: #a22 }
      """;

  private final RunRecord run;
  private final StringBuilder page = new StringBuilder();

  private RunPage(RunRecord run) {
    this.run = run;
  }

  static String of(RunRecord run) {
    return new RunPage(run).write();
  }

  private String write() {
    Scenario scenario = run.scenario();
    page.append(
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>%s</title><style>
        %s</style></head><body>
        <h1>Load test %1$s</h1>
        <p class="lead">%s</p>
        """
            .formatted(
                text("%s, %,d rows".formatted(scenario.name(), scenario.data().rows())),
                STYLE,
                text(scenario.description())));
    cards();
    phases();
    throughput();
    latency();
    ratios();
    cost();
    memory();
    files();
    nights();
    models();
    proof();
    environment();
    page.append("</body></html>\n");
    return page.toString();
  }

  private void cards() {
    page.append("<div class=\"cards\">");
    run.find(Phase.SEED).ifPresent(it -> card(rate(it), "rows/s seeded, with keys"));
    run.find(Phase.LOAD).ifPresent(it -> card(rate(it), "rows/s, initial load"));
    Ratio.of(run).stream()
        .limit(1)
        .forEach(it -> card(number("%.2f", it.ratio()), "of COPY's own rate"));
    run.find(Phase.STREAM)
        .ifPresent(
            it -> card(RunSummary.percentile(it, 99) + " ms", "p99 from commit to readable"));
    run.find(Phase.MODELS)
        .ifPresent(it -> card(number("%,.0f s", it.seconds()), "silver and gold, in full"));
    run.find(Phase.NIGHTS)
        .ifPresent(
            it ->
                card(
                    number("%,.0f s", it.figures().getOrDefault("slowest night's models, s", 0.0)),
                    "slowest night of 1 %"));
    run.find(Phase.RECONCILE)
        .ifPresent(
            it ->
                card(
                    number("%.0f", it.figures().getOrDefault("equal tables", 0.0))
                        + number(" of %.0f", it.figures().getOrDefault("tables", 0.0)),
                    "tables equal to their source"));
    card(
        Console.bytes(run.phases().stream().mapToLong(PhaseRecord::peakTogether).max().orElse(0)),
        "memory of all processes, at most");
    page.append("</div>\n");
  }

  private void card(String value, String what) {
    page.append(
        "<div class=\"card\"><b>%s</b><span>%s</span></div>".formatted(text(value), text(what)));
  }

  private static String rate(PhaseRecord phase) {
    return number("%,.0f", phase.rowsPerSecond());
  }

  private void phases() {
    page.append("<h2>Phases</h2>\n");
    table(
        List.of(
            "phase",
            "s",
            "rows",
            "rows/s",
            "CPU-s",
            "rows/CPU-s",
            "peak memory",
            "commits",
            "others"),
        run.phases().stream()
            .map(
                it ->
                    List.of(
                        it.phase().toString(),
                        number("%,.1f", it.seconds()),
                        it.rows() == 0 ? "" : number("%,.0f", it.rows()),
                        it.rows() == 0 ? "" : rate(it),
                        number("%,.1f", it.cpu()),
                        it.rows() == 0 || it.cpu() == 0
                            ? ""
                            : number("%,.0f", it.rows() / it.cpu()),
                        Console.bytes(it.peakTogether()),
                        number("%.0f", it.figures().getOrDefault("commits", 0.0)),
                        it.others().map(share -> number("%.0f%%", 100 * share)).orElse("")))
            .toList());
    note(
        "CPU-s are of all processes of the test together and of the whole phase, which may take longer"
            + " than what its rows took. “others” is the share of the machine that"
            + " went to processes not of the test: where it is not small, times by the clock say"
            + " little.");
  }

  private void throughput() {
    for (Phase phase : List.of(Phase.SEED, Phase.LOAD, Phase.STREAM)) {
      run.find(phase)
          .filter(done -> done.samples().stream().anyMatch(sample -> sample.progress() > 0))
          .ifPresent(
              done -> {
                page.append("<h2>Throughput over time: %s</h2>\n".formatted(phase));
                List<Double> x = new ArrayList<>();
                List<Double> y = new ArrayList<>();
                List<Sample> samples = done.samples();
                double rowsOfOne = phase == Phase.LOAD ? rowsOfAByte(done) : 1;
                // over two seconds or more: what is counted arrives by large parts
                int step = Math.max(1, samples.size() / 60);
                for (int i = step; i < samples.size(); i += step) {
                  Sample from = samples.get(i - step);
                  Sample to = samples.get(i);
                  x.add(to.seconds());
                  y.add(
                      Math.max(0, to.progress() - from.progress())
                          * rowsOfOne
                          / Math.max(0.001, to.seconds() - from.seconds())
                          / 1000);
                }
                if (x.size() > 1) {
                  page.append(Charts.lines("seconds", "thousand rows/s", x, Map.of("rows", y)));
                }
                if (phase == Phase.LOAD) {
                  note("By the growth of bronze's files, whose rows are taken for equally large.");
                }
              });
    }
  }

  private static double rowsOfAByte(PhaseRecord load) {
    long bytes = load.samples().stream().mapToLong(Sample::progress).max().orElse(0);
    return load.rows() / (double) Math.max(1, bytes);
  }

  private void latency() {
    run.find(Phase.STREAM)
        .ifPresent(
            done -> {
              page.append("<h2>From commit to readable</h2>\n");
              List<LatencyPoint> points =
                  done.latency().stream().filter(it -> it.percentile() >= 25).toList();
              Map<String, Map<String, Double>> bars = new LinkedHashMap<>();
              points.forEach(
                  it ->
                      bars.put(
                          it.percentile() == 100
                              ? "max"
                              : "p" + Double.toString(it.percentile()).replaceAll("\\.0$", ""),
                          Map.of("ms", it.millis())));
              page.append(Charts.bars("milliseconds", bars));
              Map<String, Double> minutes = new LinkedHashMap<>();
              done.figures().entrySet().stream()
                  .filter(it -> it.getKey().startsWith("p99 ms of minute "))
                  .forEach(it -> minutes.put(it.getKey().substring(17), it.getValue()));
              if (minutes.size() > 2) {
                page.append(
                    Charts.lines(
                        "minute",
                        "p99, ms",
                        minutes.keySet().stream().map(Double::valueOf).toList(),
                        Map.of("p99", List.copyOf(minutes.values()))));
              }
              note(
                  "Transactions are due at fixed times, whatever the lake does, and each delay"
                      + " counts from when its transaction was due.");
            });
  }

  private void ratios() {
    List<Ratio> ratios = Ratio.of(run);
    if (ratios.isEmpty()) {
      return;
    }
    page.append("<h2>Against floors and peers of the same run</h2>\n");
    Map<String, Map<String, Double>> bars = new LinkedHashMap<>();
    ratios.forEach(
        it ->
            bars.put(
                it.what().replaceFirst("^peers: ", "").replaceFirst(", with its start", ""),
                Map.of("ratio", it.ratio())));
    page.append(Charts.bars("of its floor", bars));
    table(
        List.of("what", "rows/s", "floor", "rows/s", "ratio"),
        ratios.stream()
            .map(
                it ->
                    List.of(
                        it.what(),
                        number("%,.0f", it.value()),
                        "<" + it.floor(),
                        number("%,.0f", it.ofFloor()),
                        number("%.3f", it.ratio())))
            .toList());
  }

  private void cost() {
    page.append("<h2>Cost by phase</h2>\n");
    Map<String, Map<String, Double>> bars = new LinkedHashMap<>();
    run.phases().forEach(it -> bars.put(it.phase().toString(), it.cpuSeconds()));
    page.append(Charts.bars("CPU-seconds", bars));
    Set<String> groups = new LinkedHashSet<>();
    run.phases().forEach(it -> groups.addAll(new TreeMap<>(it.peakMemory()).keySet()));
    List<String> header = new ArrayList<>(List.of("peak memory of"));
    run.phases().forEach(it -> header.add(it.phase().toString()));
    table(
        header,
        groups.stream()
            .map(
                group -> {
                  List<String> row = new ArrayList<>(List.of(group));
                  run.phases()
                      .forEach(
                          it ->
                              row.add(
                                  it.peakMemory().containsKey(group)
                                      ? Console.bytes(it.peakMemory().get(group))
                                      : ""));
                  return row;
                })
            .toList());
  }

  private void memory() {
    page.append("<h2>Memory over time</h2>\n");
    List<Double> x = new ArrayList<>();
    Set<String> groups = new LinkedHashSet<>();
    run.phases().forEach(it -> it.samples().forEach(s -> groups.addAll(s.memory().keySet())));
    Map<String, List<Double>> series = new LinkedHashMap<>();
    groups.forEach(group -> series.put(group, new ArrayList<>()));
    double from = 0;
    for (PhaseRecord phase : run.phases()) {
      double last = from;
      for (Sample sample : phase.samples()) {
        last = from + sample.seconds();
        x.add(last);
        groups.forEach(
            group -> series.get(group).add(sample.memory().getOrDefault(group, 0L) / GIB));
      }
      from = last;
    }
    if (x.size() > 1) {
      page.append(Charts.stacked("seconds of the phases, one after the other", "GiB", x, series));
    }
    note("Resident memory; what PostgreSQL's processes share is counted once.");
  }

  private void files() {
    for (String what : List.of("files", "bytes")) {
      Map<String, Map<String, Double>> bars = new LinkedHashMap<>();
      for (PhaseRecord phase : run.phases()) {
        Map<String, Double> layers = new LinkedHashMap<>();
        phase
            .figures()
            .forEach(
                (name, value) -> {
                  if (name.endsWith(" " + what) && !name.startsWith("database")) {
                    layers.put(
                        name.substring(0, name.length() - what.length() - 1),
                        what.equals("bytes") ? value / GIB : value);
                  }
                });
        if (!layers.isEmpty()) {
          bars.put(phase.phase().toString(), layers);
        }
      }
      if (!bars.isEmpty()) {
        page.append(
            "<h2>%s of the warehouse after each phase</h2>\n"
                .formatted(what.equals("files") ? "Files" : "Size"));
        page.append(Charts.bars(what.equals("files") ? "files" : "GiB", bars));
      }
    }
    run.find(Phase.LOAD)
        .filter(it -> it.rows() > 0)
        .ifPresent(
            it ->
                note(
                    number(
                        "Bronze after the load: %.1f bytes a row.",
                        it.figures().getOrDefault("bronze data bytes", 0.0) / it.rows())));
  }

  private void nights() {
    run.find(Phase.NIGHTS)
        .ifPresent(
            done -> {
              page.append("<h2>Nights</h2>\n");
              table(
                  List.of("", "s", "rows changed"),
                  done.steps().stream()
                      .filter(it -> it.name().matches("night \\d+: (changes|capture|all models)"))
                      .map(
                          it ->
                              List.of(
                                  it.name(),
                                  number("%,.1f", it.seconds()),
                                  number("%,.0f", it.rows())))
                      .toList());
            });
  }

  private void models() {
    run.find(Phase.MODELS)
        .ifPresent(
            done -> {
              page.append("<h2>The slowest models of the full build</h2>\n");
              steps(done);
            });
    run.find(Phase.QUERIES)
        .ifPresent(
            done -> {
              page.append("<h2>Questions to the lake</h2>\n");
              steps(done);
              Optional<Double> rest =
                  Optional.ofNullable(done.figures().get(ModelPhases.QUERY_PROGRAM));
              note(
                  rest.map(
                          seconds ->
                              number(
                                  "All by one process, one after another; to start and to end took it %.1f s"
                                      + " more. The first also pays for what Spark loads when it is first asked.",
                                  seconds))
                      .orElse("Each by a process of its own, its start included."));
            });
  }

  private void steps(PhaseRecord done) {
    table(
        List.of("", "s", "rows"),
        done.steps().stream()
            .sorted((a, b) -> Double.compare(b.seconds(), a.seconds()))
            .limit(STEPS)
            .map(RunPage::row)
            .toList());
  }

  private static List<String> row(Step step) {
    return List.of(step.name(), number("%,.1f", step.seconds()), number("%,.0f", step.rows()));
  }

  private void proof() {
    run.find(Phase.RECONCILE)
        .ifPresent(
            done -> {
              page.append("<h2>Proof</h2>\n");
              note(
                  number("%,.0f rows of ", done.rows())
                      + number(
                          "%.0f tables were compared with their sources, value for value; ",
                          done.figures().getOrDefault("tables", 0.0))
                      + number(
                          "%.0f tables are equal.",
                          done.figures().getOrDefault("equal tables", 0.0)));
            });
  }

  private void environment() {
    page.append("<h2>Where, and what</h2>\n");
    table(
        List.of("", ""),
        run.environment().entrySet().stream()
            .map(it -> List.of(it.getKey(), "<" + it.getValue()))
            .toList());
    page.append("<pre>%s</pre>\n".formatted(text(ScenarioFile.print(run.scenario()))));
  }

  /** A cell that begins with {@code <} is text and stands to the left. */
  private void table(List<String> header, List<? extends List<String>> rows) {
    page.append("<table><tr>");
    header.forEach(it -> page.append("<th>").append(text(it)).append("</th>"));
    page.append("</tr>\n");
    for (List<String> row : rows) {
      page.append(
          row.stream()
              .map(
                  cell ->
                      cell.startsWith("<")
                          ? "<td class=\"text\">" + text(cell.substring(1)) + "</td>"
                          : "<td>" + text(cell) + "</td>")
              .collect(Collectors.joining("", "<tr>", "</tr>\n")));
    }
    page.append("</table>\n");
  }

  private void note(String note) {
    page.append("<p class=\"note\">%s</p>\n".formatted(text(note)));
  }

  private static String text(String raw) {
    return raw.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
