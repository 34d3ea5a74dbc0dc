package lakehouse.catalog.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** The server processes of a data folder, which are nobody's children. */
final class Processes {
  private Processes() {}

  /** The PostgreSQL server of the data folder, by its own note, if it runs. */
  static Optional<ProcessHandle> postgres(DataFolder data) {
    Path cluster = data.postgres();
    try {
      String pid = Files.readAllLines(cluster.resolve("postmaster.pid"), UTF_8).get(0).strip();
      return ProcessHandle.of(Long.parseLong(pid))
          .filter(Processes::isRunning)
          .filter(
              process ->
                  process
                      .info()
                      .arguments()
                      .map(arguments -> Arrays.asList(arguments).contains(cluster.toString()))
                      .orElse(true));
    } catch (IOException | RuntimeException noNote) {
      return Optional.empty();
    }
  }

  /** Waits until the process has ended; whether it has. */
  static boolean awaitEnd(ProcessHandle process, Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (isRunning(process)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }

  // A dead process stays until its parent takes note, which in a container may be never; Java takes
  // it for alive.
  private static boolean isRunning(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"), UTF_8);
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException | IndexOutOfBoundsException e) {
      return process.isAlive();
    }
  }
}
