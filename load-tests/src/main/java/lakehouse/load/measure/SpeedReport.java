package lakehouse.load.measure;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import lakehouse.catalog.cli.Console;
import lakehouse.load.measure.Figure.Stage;
import lakehouse.load.measure.Figure.Step;
import lakehouse.load.measure.Figure.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one run with their ratios. A floor that was measured more than once stands with
 * its best time, which is the hardest to come near to.
 *
 * @param startedAt when the run began
 * @param processors of the machine
 * @param figures what was measured
 */
record SpeedReport(Instant startedAt, int processors, List<Figure> figures) {
  SpeedReport {
    figures = best(figures);
  }

  private static List<Figure> best(List<Figure> all) {
    Map<List<Object>, Figure> best = new LinkedHashMap<>();
    for (Figure figure : all) {
      best.merge(
          List.of(figure.table(), figure.stage(), figure.step()),
          figure,
          (one, other) -> one.wall().compareTo(other.wall()) <= 0 ? one : other);
    }
    return best.values().stream()
        .sorted(
            Comparator.comparing(Figure::table)
                .thenComparing(Figure::stage)
                .thenComparing(Figure::step))
        .toList();
  }

  /** The figure's rate by the clock, in terms of the floor's of the same table and stage. */
  OptionalDouble ofFloor(Figure figure) {
    List<Step> floors =
        figure.stage() == Stage.LOAD ? List.of(Step.COPY) : List.of(Step.RECEIVE, Step.READER);
    return floors.stream()
        .flatMap(step -> find(figure, step).stream())
        .findFirst()
        .map(floor -> OptionalDouble.of(figure.rowsPerSecond() / floor.rowsPerSecond()))
        .orElse(OptionalDouble.empty());
  }

  /** The figure's rate by the clock, in terms of flink-cdc's of the same table and stage. */
  OptionalDouble ofFlinkCdc(Figure figure) {
    return find(figure, Step.FLINK_CDC).stream()
        .mapToDouble(other -> figure.rowsPerSecond() / other.rowsPerSecond())
        .findFirst();
  }

  private List<Figure> find(Figure like, Step step) {
    return figures.stream()
        .filter(
            figure ->
                figure.table() == like.table()
                    && figure.stage() == like.stage()
                    && figure.step() == step)
        .toList();
  }

  /** Prints the figures for people. */
  void print(Console console) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Figure figure : figures) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(figure.table().toString());
      row.add(figure.stage().name().toLowerCase(Locale.ROOT));
      row.add(figure.step().label());
      row.add(figure.rows());
      row.add(oneDigit(Figure.seconds(figure.wall())));
      row.add(Math.round(figure.rowsPerSecond()));
      row.add(
          figure.others().isEmpty() ? null : Math.round(100 * figure.others().getAsDouble()) + "%");
      row.add(twoDigits(ofFloor(figure)));
      row.add(twoDigits(ofFlinkCdc(figure)));
      Usage usage = figure.program();
      row.add(
          usage == null
              ? null
              : usage.cpu().map(cpu -> oneDigit(Figure.seconds(cpu))).orElse(null));
      row.add(
          figure.rowsPerCpuSecond().isEmpty()
              ? null
              : Math.round(figure.rowsPerCpuSecond().getAsDouble()));
      row.add(usage == null ? null : oneDigit(Figure.seconds(usage.startWall())));
      row.add(
          usage == null || usage.peakHeap().isEmpty()
              ? null
              : Console.bytes(usage.peakHeap().getAsLong()));
      row.add(
          usage == null || usage.peakMemory().isEmpty()
              ? null
              : Console.bytes(usage.peakMemory().getAsLong()));
      rows.add(row);
    }
    console.say("");
    console.table(
        List.of(
            "table",
            "stage",
            "by",
            "rows",
            "s",
            "rows/s",
            "others",
            "of floor",
            "of flink-cdc",
            "CPU-s",
            "rows/CPU-s",
            "start s",
            "peak heap",
            "peak memory"),
        rows);
    console.say(
        "%n%d processors, shared with PostgreSQL and the catalog; others: the share of them that went to"
            + " processes not of this test. CPU-s are the ingest's own, while it was measured; its start"
            + " is apart.",
        processors);
  }

  /** The figures for programs; seconds and bytes. */
  Map<String, Object> json() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("startedAt", startedAt);
    report.put("processors", processors);
    report.put("figures", figures.stream().map(this::json).toList());
    return report;
  }

  private Map<String, Object> json(Figure figure) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("table", figure.table().toString());
    values.put("stage", figure.stage().name().toLowerCase(Locale.ROOT));
    values.put("by", figure.step().name().toLowerCase(Locale.ROOT));
    values.put("rows", figure.rows());
    values.put("seconds", Figure.seconds(figure.wall()));
    values.put("rowsPerSecond", figure.rowsPerSecond());
    put(values, "othersShare", figure.others());
    put(values, "ofFloor", ofFloor(figure));
    put(values, "ofFlinkCdc", ofFlinkCdc(figure));
    Usage usage = figure.program();
    if (usage != null) {
      usage.cpu().ifPresent(cpu -> values.put("cpuSeconds", Figure.seconds(cpu)));
      put(values, "rowsPerCpuSecond", figure.rowsPerCpuSecond());
      values.put("startSeconds", Figure.seconds(usage.startWall()));
      usage.startCpu().ifPresent(cpu -> values.put("startCpuSeconds", Figure.seconds(cpu)));
      usage.peakHeap().ifPresent(bytes -> values.put("peakHeapBytes", bytes));
      usage.peakMemory().ifPresent(bytes -> values.put("peakMemoryBytes", bytes));
      values.put("collectingSeconds", Figure.seconds(usage.collecting()));
    }
    return values;
  }

  private static void put(Map<String, Object> values, String name, OptionalDouble value) {
    value.ifPresent(number -> values.put(name, number));
  }

  private static String oneDigit(double number) {
    return String.format(Locale.ROOT, "%,.1f", number);
  }

  private static @Nullable String twoDigits(OptionalDouble number) {
    return number.isEmpty() ? null : String.format(Locale.ROOT, "%,.2f", number.getAsDouble());
  }
}
