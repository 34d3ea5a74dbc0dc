package lakehouse.load.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a phase takes by rows and processors: {@code seconds = fixed + perMillion * millions /
 * processors ^ exponent}, by least squares of relative errors.
 *
 * @param fixed seconds that it takes without a row
 * @param perMillion seconds for a million rows on one processor
 * @param exponent how well processors help: 1 is twice as fast with twice as many, 0 not at all; it
 *     is {@link Double#NaN} where all runs had equally many, and then taken for 1
 * @param residuals by how much each run differs from that, in terms of the fit
 */
record ScalingFit(
    Phase phase, double fixed, double perMillion, double exponent, List<Residual> residuals) {

  /** One run against the fit. */
  record Residual(long rows, int processors, double seconds, double fitted) {
    double relative() {
      return (seconds - fitted) / fitted;
    }
  }

  private record Point(double millions, int processors, double seconds) {}

  /** Fits each phase that two runs of different sizes or more have. */
  static List<ScalingFit> of(List<RunRecord> runs) {
    Map<Phase, List<Point>> points = new TreeMap<>();
    for (RunRecord run : runs) {
      for (RunRecord.PhaseRecord phase : run.phases()) {
        if (phase.phase() != Phase.PEERS
            && phase.phase() != Phase.STREAM
            && phase.seconds() > 0
            && phase.phase() != Phase.FLOORS) {
          points
              .computeIfAbsent(phase.phase(), it -> new ArrayList<>())
              .add(
                  new Point(
                      run.scenario().data().rows() / 1e6, run.processors(), perRun(run, phase)));
        }
      }
    }
    return points.entrySet().stream()
        .filter(
            it ->
                it.getValue().stream().map(Point::millions).collect(Collectors.toSet()).size() > 1)
        .map(it -> fit(it.getKey(), it.getValue()))
        .toList();
  }

  // one night, however many there were
  private static double perRun(RunRecord run, RunRecord.PhaseRecord phase) {
    return phase.phase() == Phase.NIGHTS
        ? phase.seconds() / run.scenario().nights().map(Scenario.Nights::count).orElse(1)
        : phase.seconds();
  }

  private static ScalingFit fit(Phase phase, List<Point> points) {
    boolean manyProcessors =
        points.stream().map(Point::processors).collect(Collectors.toSet()).size() > 1;
    double best = Double.POSITIVE_INFINITY;
    double[] chosen = {0, 0, 1};
    // the exponent by trial, the other two by their normal equations
    for (int step = 0; step <= (manyProcessors ? 60 : 0); step++) {
      double exponent = manyProcessors ? step / 50.0 : 1;
      double[] line = line(points, exponent);
      double error = 0;
      for (Point point : points) {
        double fitted = line[0] + line[1] * x(point, exponent);
        error += Math.pow((point.seconds() - fitted) / point.seconds(), 2);
      }
      if (error < best) {
        best = error;
        chosen = new double[] {line[0], line[1], exponent};
      }
    }
    double[] fitted = chosen;
    return new ScalingFit(
        phase,
        fitted[0],
        fitted[1],
        manyProcessors ? fitted[2] : Double.NaN,
        points.stream()
            .map(
                it ->
                    new Residual(
                        Math.round(it.millions() * 1e6),
                        it.processors(),
                        it.seconds(),
                        fitted[0] + fitted[1] * x(it, fitted[2])))
            .toList());
  }

  private static double x(Point point, double exponent) {
    return point.millions() / Math.pow(point.processors(), exponent);
  }

  /** Fixed part and slope; each point weighs as its relative error does. */
  private static double[] line(List<Point> points, double exponent) {
    double w = 0;
    double wx = 0;
    double wy = 0;
    double wxx = 0;
    double wxy = 0;
    for (Point point : points) {
      double weight = 1 / (point.seconds() * point.seconds());
      double x = x(point, exponent);
      w += weight;
      wx += weight * x;
      wy += weight * point.seconds();
      wxx += weight * x * x;
      wxy += weight * x * point.seconds();
    }
    double determinant = w * wxx - wx * wx;
    if (determinant <= 1e-12 * w * wxx) {
      return new double[] {0, wy / wx};
    }
    double slope = (w * wxy - wx * wy) / determinant;
    return new double[] {(wy - slope * wx) / w, slope};
  }

  /** What so many rows would take by it on so many processors. */
  double seconds(double rows, int processors) {
    return fixed
        + perMillion * rows / 1e6 / Math.pow(processors, Double.isNaN(exponent) ? 1 : exponent);
  }
}
