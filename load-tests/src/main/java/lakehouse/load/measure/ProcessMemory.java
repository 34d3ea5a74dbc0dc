package lakehouse.load.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Java process took of memory, by the system's word and by its log of collections. */
final class ProcessMemory {
  private static final Pattern RESIDENT = Pattern.compile("VmHWM:\\s+(\\d+) kB");
  private static final Pattern COLLECTION =
      Pattern.compile("Pause .*? (\\d+)M->(\\d+)M\\(\\d+M\\) ([\\d.]+)ms");

  private ProcessMemory() {}

  /**
   * The collections of a process.
   *
   * @param peakHeap most of the heap that was in use when one began, in bytes; empty without any
   * @param standstill how long the process stood still for them
   */
  record Collections(OptionalLong peakHeap, Duration standstill) {
    /** As Java's option {@code -Xlog:gc} wrote them. */
    static Collections read(Path log) throws IOException {
      return Files.exists(log)
          ? of(Files.readAllLines(log))
          : new Collections(OptionalLong.empty(), Duration.ZERO);
    }

    static Collections of(List<String> lines) {
      OptionalLong peak = OptionalLong.empty();
      double millis = 0;
      for (String line : lines) {
        Matcher collection = COLLECTION.matcher(line);
        if (collection.find()) {
          long before = Long.parseLong(collection.group(1)) << 20;
          peak = OptionalLong.of(Math.max(before, peak.orElse(0)));
          millis += Double.parseDouble(collection.group(3));
        }
      }
      return new Collections(peak, Duration.ofNanos((long) (millis * 1e6)));
    }
  }

  /** Most memory that a running process ever had resident; empty where the system tells not. */
  static OptionalLong peakResident(long pid) {
    try {
      Matcher line =
          RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
      return line.find()
          ? OptionalLong.of(Long.parseLong(line.group(1)) << 10)
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
