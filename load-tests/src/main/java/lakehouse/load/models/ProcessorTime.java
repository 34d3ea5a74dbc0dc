package lakehouse.load.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * Processor time up to a moment, by the system's own counts, which only Linux has.
 *
 * @param ours of this process, and of those that it started and that have ended
 * @param busy of all of the machine
 * @param all that there was, idle or not
 */
record ProcessorTime(Duration ours, Duration busy, Duration all) {
  private static final long TICK_MILLIS = 10;
  private static final int USER_TIME = 11; // behind the name, counted from 0

  static ProcessorTime now() {
    try {
      String self = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = self.substring(self.lastIndexOf(')') + 2).split(" ", -1);
      long ours = Arrays.stream(fields, USER_TIME, USER_TIME + 4).mapToLong(Long::parseLong).sum();
      long[] cpu =
          Arrays.stream(
                  Files.readAllLines(Path.of("/proc/stat")).get(0).substring(3).strip().split(" +"))
              .limit(8)
              .mapToLong(Long::parseLong)
              .toArray();
      long all = Arrays.stream(cpu).sum();
      return new ProcessorTime(ticks(ours), ticks(all - cpu[3] - cpu[4]), ticks(all));
    } catch (IOException e) {
      throw new UncheckedIOException("Processor time is measured on Linux only", e);
    }
  }

  ProcessorTime minus(ProcessorTime before) {
    return new ProcessorTime(
        ours.minus(before.ours), busy.minus(before.busy), all.minus(before.all));
  }

  /** The share of the machine that others took. */
  double othersShare() {
    return Math.max(0, busy.minus(ours).toMillis()) / (double) Math.max(1, all.toMillis());
  }

  private static Duration ticks(long ticks) {
    return Duration.ofMillis(ticks * TICK_MILLIS);
  }
}
