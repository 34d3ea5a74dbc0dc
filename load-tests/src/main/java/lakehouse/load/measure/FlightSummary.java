package lakehouse.load.measure;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a program's time went, by the samples of a flight recording.
 *
 * @param recording the file
 * @param samples how many were taken of threads that run Java
 * @param threads samples of each kind of thread
 * @param methods samples in which a method was the one that ran
 */
record FlightSummary(
    Path recording, long samples, Map<String, Long> threads, Map<String, Long> methods) {
  private static final int THREADS = 6;
  private static final int METHODS = 25;

  static FlightSummary of(Path recording) throws IOException {
    Map<String, Long> threads = new HashMap<>();
    Map<String, Long> methods = new HashMap<>();
    long samples = 0;
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        if (event.getEventType().getName().equals("jdk.ExecutionSample")
            && event.getStackTrace() != null) {
          samples++;
          RecordedThread thread = event.getThread("sampledThread");
          String name = String.valueOf(thread == null ? null : thread.getJavaName());
          threads.merge(name.replaceAll("\\d+", "N"), 1L, Long::sum);
          List<RecordedFrame> frames = event.getStackTrace().getFrames();
          methods.merge(name(frames.get(0).getMethod()), 1L, Long::sum);
        }
      }
    }
    return new FlightSummary(recording, samples, threads, methods);
  }

  private static String name(RecordedMethod method) {
    String type = method.getType().getName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + method.getName();
  }

  void print(PrintStream out) {
    out.printf(Locale.ROOT, "%n%s: %,d samples%n", recording, samples);
    print(out, threads, THREADS);
    out.println();
    print(out, methods, METHODS);
  }

  private void print(PrintStream out, Map<String, Long> counts, int most) {
    String lines =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(most)
            .map(
                entry ->
                    String.format(
                        Locale.ROOT,
                        "  %5.1f %%  %s",
                        100.0 * entry.getValue() / Math.max(1, samples),
                        entry.getKey()))
            .collect(Collectors.joining("\n"));
    out.println(lines);
  }
}
