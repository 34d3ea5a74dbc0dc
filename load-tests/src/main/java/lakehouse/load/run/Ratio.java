package lakehouse.load.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.load.run.RunRecord.PhaseRecord;
import lakehouse.load.run.RunRecord.Step;

/**
 * A rate in terms of its floor's.
 *
 * @param what was measured
 * @param floor what it is held against
 * @param value its rows a second
 * @param ofFloor the floor's
 */
record Ratio(String what, String floor, double value, double ofFloor) {
  double ratio() {
    return ofFloor > 0 ? value / ofFloor : 0;
  }

  /** All of a run. */
  static List<Ratio> of(RunRecord run) {
    List<Ratio> ratios = new ArrayList<>();
    Optional<Double> copy = rate(run, Phase.FLOORS, RunFloors.COPY_CLIENT);
    run.find(Phase.LOAD)
        .map(PhaseRecord::rowsPerSecond)
        .ifPresent(
            load -> add(ratios, "initial load", RunFloors.COPY_CLIENT, Optional.of(load), copy));
    for (String floor : List.of(RunFloors.RECEIVE, RunFloors.READER)) {
      add(
          ratios,
          "stream, catching up",
          floor,
          rate(run, Phase.BACKLOG, RunFloors.NATIVE_STREAM),
          rate(run, Phase.BACKLOG, floor));
    }
    for (String peer :
        List.of(RunPeers.NATIVE, RunPeers.FLINK_CDC, RunPeers.SPARK_JDBC, RunPeers.PARQUET)) {
      add(
          ratios,
          peer,
          RunPeers.COPY,
          rate(run, Phase.PEERS, peer),
          rate(run, Phase.PEERS, RunPeers.COPY));
    }
    add(
        ratios,
        RunPeers.LAKE_QUERY,
        RunPeers.DUCKDB_QUERY,
        rate(run, Phase.PEERS, RunPeers.LAKE_QUERY),
        rate(run, Phase.PEERS, RunPeers.DUCKDB_QUERY));
    return ratios;
  }

  private static void add(
      List<Ratio> ratios, String what, String floor, Optional<Double> value, Optional<Double> of) {
    if (value.isPresent() && of.isPresent()) {
      ratios.add(new Ratio(what, floor, value.get(), of.get()));
    }
  }

  private static Optional<Double> rate(RunRecord run, Phase phase, String step) {
    return run.find(phase).stream()
        .flatMap(done -> done.steps().stream())
        .filter(it -> it.name().equals(step))
        .map(Step::rowsPerSecond)
        .findFirst();
  }
}
