package lakehouse.load.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.load.measure.ProcessWatch.Sample;

/**
 * What a run has done so far: its state, by which it goes on after a stop, and its result.
 *
 * @param scenario what was run
 * @param environment where
 * @param processors how many of the machine's the programs may use
 * @param phases those that are done
 */
record RunRecord(
    Scenario scenario, Map<String, String> environment, int processors, List<PhaseRecord> phases) {
  RunRecord {
    phases = List.copyOf(phases);
  }

  /**
   * A phase that is done.
   *
   * @param seconds by the clock
   * @param rows that it was about; 0 where it was not about rows
   * @param others the share of the machine that went to processes not of the test; empty if untold
   * @param cpuSeconds by group of processes
   * @param peakMemory by group of processes, in bytes
   * @param peakTogether of all processes at one time, in bytes
   * @param figures whatever else was measured, by name
   * @param steps its parts
   * @param latency of a stream, in milliseconds
   * @param samples what was seen as it went
   */
  record PhaseRecord(
      Phase phase,
      Instant startedAt,
      double seconds,
      long rows,
      Optional<Double> others,
      Map<String, Double> cpuSeconds,
      Map<String, Long> peakMemory,
      long peakTogether,
      Map<String, Double> figures,
      List<Step> steps,
      List<LatencyPoint> latency,
      List<Sample> samples) {
    double cpu() {
      return cpuSeconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    double rowsPerSecond() {
      return seconds > 0 ? rows / seconds : 0;
    }
  }

  /**
   * A part of a phase.
   *
   * @param cpuSeconds of the program that did it; empty if it was not measured
   */
  record Step(String name, double seconds, long rows, Optional<Double> cpuSeconds) {
    double rowsPerSecond() {
      return seconds > 0 ? rows / seconds : 0;
    }
  }

  /** So many percent of the transactions could be read after so many milliseconds. */
  record LatencyPoint(double percentile, double millis) {}

  Optional<PhaseRecord> find(Phase phase) {
    return phases.stream().filter(done -> done.phase() == phase).findFirst();
  }

  RunRecord with(PhaseRecord done) {
    List<PhaseRecord> all = new ArrayList<>(phases);
    all.add(done);
    return new RunRecord(scenario, environment, processors, all);
  }
}
