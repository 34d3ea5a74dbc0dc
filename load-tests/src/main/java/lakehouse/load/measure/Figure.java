package lakehouse.load.measure;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One step as it was measured.
 *
 * @param table what was read
 * @param stage load or stream
 * @param step who read it
 * @param rows rows of the load, or changes of the stream
 * @param wall from the begin of the reading until all rows were where they belong
 * @param others the share of the machine that processes took which are not of the test
 * @param program of the program that read, or null for a floor
 */
record Figure(
    SpeedTable table,
    Stage stage,
    Step step,
    long rows,
    Duration wall,
    OptionalDouble others,
    @Nullable Usage program) {
  /** What is read. */
  enum Stage {
    LOAD,
    STREAM
  }

  /** Who reads it, in the order of the report. */
  enum Step {
    SERVER("COPY to nothing in the server"),
    COPY("COPY to a client that drops it"),
    RECEIVE("pg_recvlogical to nothing"),
    READER("plain reader by pgjdbc"),
    NATIVE("native into Iceberg"),
    FLINK_CDC("flink-cdc into Iceberg");

    private final String label;

    Step(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * What a program took.
   *
   * @param cpu processor time while the step was measured
   * @param startWall from the start of its process until the step began
   * @param startCpu processor time until then
   * @param peakMemory most memory that the process had resident, in bytes
   * @param peakHeap most of the heap that was in use when it was collected, in bytes
   * @param collecting time that the process stood still for garbage collection, in all
   */
  record Usage(
      Optional<Duration> cpu,
      Duration startWall,
      Optional<Duration> startCpu,
      OptionalLong peakMemory,
      OptionalLong peakHeap,
      Duration collecting) {}

  /** Rows a second by the clock. */
  double rowsPerSecond() {
    return rows / seconds(wall);
  }

  /** Rows for each second of the program's processor time. */
  OptionalDouble rowsPerCpuSecond() {
    return program == null
        ? OptionalDouble.empty()
        : program
            .cpu()
            .map(cpu -> OptionalDouble.of(rows / seconds(cpu)))
            .orElse(OptionalDouble.empty());
  }

  static double seconds(Duration duration) {
    return Math.max(1, duration.toNanos()) / 1e9;
  }
}
