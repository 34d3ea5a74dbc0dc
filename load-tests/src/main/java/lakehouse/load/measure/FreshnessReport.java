package lakehouse.load.measure;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lakehouse.catalog.cli.Console;

/**
 * How fresh the lake was.
 *
 * @param startedAt when the changes began to come
 * @param processors of the machine
 * @param rate changes in a second that were meant to come
 * @param made changes in a second that came
 * @param commits of the ingest to the catalog meanwhile
 * @param whole of the whole run
 * @param minutes of each minute, by when the changes were due
 */
record FreshnessReport(
    Instant startedAt,
    int processors,
    int rate,
    double made,
    long commits,
    Latency whole,
    List<Latency> minutes) {
  private static final int COMPARED_MINUTES = 5;

  /**
   * Milliseconds from when a transaction was due to be committed until it could be read.
   *
   * @param transactions how many were measured
   */
  record Latency(long transactions, double p50, double p99, double max) {}

  /** The worst 99th percentile of the last minutes in terms of that of the first. */
  Optional<Double> growth() {
    if (minutes.size() < 2 * COMPARED_MINUTES) {
      return Optional.empty();
    }
    double first = worst(minutes.subList(0, COMPARED_MINUTES));
    double last = worst(minutes.subList(minutes.size() - COMPARED_MINUTES, minutes.size()));
    return Optional.of(last / first);
  }

  private static double worst(List<Latency> of) {
    return of.stream().mapToDouble(Latency::p99).max().orElseThrow();
  }

  /** Prints the figures for people. */
  void print(Console console) {
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < minutes.size(); i++) {
      rows.add(row(Integer.toString(i + 1), minutes.get(i)));
    }
    rows.add(row("all", whole));
    console.table(List.of("minute", "transactions", "p50 ms", "p99 ms", "max ms"), rows);
    console.say(
        "%n%d changes/s were due, %.0f came; %d commits to the catalog. %d processors, shared with"
            + " PostgreSQL, the catalog and the client.",
        rate, made, commits, processors);
    growth()
        .ifPresent(
            ratio ->
                console.say(
                    "The worst p99 of the last %d minutes is %.2f of that of the first %d.",
                    COMPARED_MINUTES, ratio, COMPARED_MINUTES));
  }

  private static List<Object> row(String name, Latency latency) {
    return List.of(
        name,
        latency.transactions(),
        wholeNumber(latency.p50()),
        wholeNumber(latency.p99()),
        wholeNumber(latency.max()));
  }

  private static String wholeNumber(double millis) {
    return String.format(Locale.ROOT, "%,.0f", millis);
  }
}
