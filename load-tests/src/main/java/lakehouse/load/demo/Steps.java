package lakehouse.load.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows the steps of a long run as they go: at a terminal one line that moves, elsewhere a line at
 * the start, now and then, and at the end. One step at a time.
 */
final class Steps implements AutoCloseable {
  private static final long LINE_EVERY_SECONDS = 10;

  /** A longer line would break at a terminal and could not be replaced. */
  private static final int WIDTH = 62;

  private final PrintStream out;
  private final boolean terminal;
  private final int total;
  private final List<Timing> timings = Collections.synchronizedList(new ArrayList<>());
  private final ScheduledExecutorService clock;

  private @Nullable String name;
  private String detail = "";
  private long started;
  private long shown;

  /**
   * @param terminal whether somebody watches
   * @param total how many steps there will be
   */
  Steps(PrintStream out, boolean terminal, int total) {
    this.out = out;
    this.terminal = terminal;
    this.total = total;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "steps");
              thread.setDaemon(true);
              return thread;
            });
    var unused = clock.scheduleAtFixedRate(this::tick, 500, 500, TimeUnit.MILLISECONDS);
  }

  /** How long a step took. */
  record Timing(String name, Duration duration) {}

  /** The work of a step. */
  interface Work {
    /**
     * Does it.
     *
     * @param now told what is going on, as often as wanted
     * @return what came of it, in a phrase
     */
    String run(Consumer<String> now) throws Exception;
  }

  /** Does one step. */
  void run(String step, Work work) throws Exception {
    begin(step);
    try {
      String result = work.run(this::now);
      end(result);
    } catch (Exception e) {
      fail();
      throw e;
    }
  }

  /** The steps done so far. */
  List<Timing> timings() {
    return List.copyOf(timings);
  }

  /** Moves to a fresh line, so that others may print. */
  @Override
  public synchronized void close() {
    clock.shutdownNow();
    if (terminal && name != null) {
      out.println();
    }
    name = null;
  }

  private synchronized void begin(String step) {
    name = step;
    detail = "";
    started = System.nanoTime();
    shown = started;
    if (terminal) {
      tick();
    } else {
      out.printf("%s %s ...%n", number(), step);
    }
  }

  private synchronized void now(String text) {
    detail = text.length() > WIDTH ? text.substring(0, WIDTH - 3) + "..." : text;
  }

  private synchronized void tick() {
    if (name == null) {
      return;
    }
    long now = System.nanoTime();
    if (terminal) {
      out.printf("\r\u001b[K%s %-16s %s  %s", number(), name, detail, seconds(now - started));
      out.flush();
    } else if (!detail.isEmpty() && now - shown >= TimeUnit.SECONDS.toNanos(LINE_EVERY_SECONDS)) {
      shown = now;
      out.printf("      %s (%s)%n", detail, seconds(now - started));
    }
  }

  private synchronized void end(String result) {
    long nanos = System.nanoTime() - started;
    String line = "%s %-16s %-62s %8s".formatted(number(), name, result, seconds(nanos));
    out.println((terminal ? "\r\u001b[K" : "") + line);
    timings.add(new Timing(String.valueOf(name), Duration.ofNanos(nanos)));
    name = null;
  }

  private synchronized void fail() {
    long nanos = System.nanoTime() - started;
    String line = "%s %-16s failed after %s".formatted(number(), name, seconds(nanos));
    out.println((terminal ? "\r\u001b[K" : "") + line);
    name = null;
  }

  private String number() {
    return "%2d/%d".formatted(timings.size() + 1, total);
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
