package lakehouse.load.models;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import lakehouse.catalog.cli.Console;
import org.jspecify.annotations.Nullable;

/**
 * What runs cost.
 *
 * @param rows of the table
 * @param processors of the machine
 * @param costs one for each run
 */
record CostReport(long rows, int processors, List<Cost> costs) {
  /** The full builds by which the others are measured. */
  static final String FULL = "full build of all changes";

  /**
   * What one run cost.
   *
   * @param layer the table that was made
   * @param what what was done
   * @param changes how many rows had changed
   * @param cpu processor time of the program, from its start to its end
   * @param start of that, what the same run takes where next to nothing is to be done
   * @param wall by the clock
   * @param others the share of the machine that others took meanwhile
   */
  record Cost(
      String layer,
      String what,
      long changes,
      Duration cpu,
      Duration start,
      Duration wall,
      double others) {
    double net() {
      return Math.max(0, cpu.minus(start).toMillis()) / 1e3;
    }
  }

  /** The run's cost in terms of the full build's of the same table, both without their start. */
  OptionalDouble ofFull(Cost cost) {
    return full(cost).stream().mapToDouble(full -> cost.net() / full.net()).findFirst();
  }

  /** The same, with the start of both. */
  OptionalDouble ofFullWithStart(Cost cost) {
    return full(cost).stream()
        .mapToDouble(full -> (double) cost.cpu().toMillis() / full.cpu().toMillis())
        .findFirst();
  }

  private List<Cost> full(Cost cost) {
    return costs.stream()
        .filter(other -> other.layer().equals(cost.layer()) && other.what().equals(FULL))
        .toList();
  }

  void print(Console console) {
    List<List<@Nullable Object>> lines = new ArrayList<>();
    for (Cost cost : costs) {
      List<@Nullable Object> line = new ArrayList<>();
      line.add(cost.layer());
      line.add(cost.what());
      line.add(cost.changes());
      line.add(number("%.1f", cost.cpu().toMillis() / 1e3));
      line.add(number("%.1f", cost.net()));
      line.add(ofFull(cost).stream().mapToObj(r -> number("%.3f", r)).findFirst().orElse(null));
      line.add(
          ofFullWithStart(cost).stream().mapToObj(r -> number("%.3f", r)).findFirst().orElse(null));
      line.add(number("%.1f", cost.wall().toMillis() / 1e3));
      line.add(number("%.0f%%", 100 * cost.others()));
      lines.add(line);
    }
    console.say("");
    console.table(
        List.of(
            "table",
            "run",
            "changes",
            "CPU-s",
            "net CPU-s",
            "net of full",
            "of full",
            "s",
            "others"),
        lines);
    console.say(
        "%n%,d rows, %d processors. CPU-s are of the whole program; net is without what the same run takes"
            + " on a table of a year's hours of one place.",
        rows, processors);
  }

  /** For programs. */
  Map<String, Object> json() {
    return Map.of(
        "rows",
        rows,
        "processors",
        processors,
        "costs",
        costs.stream()
            .map(
                cost ->
                    Map.of(
                        "table",
                        cost.layer(),
                        "run",
                        cost.what(),
                        "changes",
                        cost.changes(),
                        "cpuSeconds",
                        cost.cpu().toMillis() / 1e3,
                        "netCpuSeconds",
                        cost.net(),
                        "netOfFull",
                        ofFull(cost).orElse(Double.NaN),
                        "wallSeconds",
                        cost.wall().toMillis() / 1e3,
                        "others",
                        cost.others()))
            .toList());
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
