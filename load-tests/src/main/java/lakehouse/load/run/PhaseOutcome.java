package lakehouse.load.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lakehouse.load.run.RunRecord.LatencyPoint;
import lakehouse.load.run.RunRecord.Step;

/** What a phase finds out as it goes. */
final class PhaseOutcome {
  private final Map<String, Double> figures = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<LatencyPoint> latency = new ArrayList<>();
  private long rows;
  private double seconds = -1;

  /** How many rows it was about. */
  void rows(long count) {
    rows = count;
  }

  /** How long the rows took, where that is not the whole phase. */
  void seconds(double measured) {
    seconds = measured;
  }

  void figure(String name, double value) {
    figures.put(name, value);
  }

  void step(Step step) {
    steps.add(step);
  }

  void latency(double percentile, double millis) {
    latency.add(new LatencyPoint(percentile, millis));
  }

  long rows() {
    return rows;
  }

  double secondsOr(double whole) {
    return seconds < 0 ? whole : seconds;
  }

  Map<String, Double> figures() {
    return figures;
  }

  List<Step> steps() {
    return steps;
  }

  List<LatencyPoint> latency() {
    return latency;
  }
}
