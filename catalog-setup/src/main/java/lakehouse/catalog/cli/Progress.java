package lakehouse.catalog.cli;

import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How far a long task is, on standard error: a bar at a terminal, else a line at the start, at each
 * further tenth and at the end. Safe for use by many threads; close it when the task ends.
 */
public final class Progress implements AutoCloseable {
  private static final int TENTHS = 10;

  private final String task;
  private final long total;
  private final String unit;
  private final long startNanos = System.nanoTime();
  private final @Nullable ProgressBar bar;
  private long done;
  private long shownTenths;

  private Progress(String task, long total, String unit, @Nullable ProgressBar bar) {
    this.task = task;
    this.total = total;
    this.unit = unit;
    this.bar = bar;
  }

  /**
   * Begins to show a task.
   *
   * @param total how many units it takes; 0 where that is not known
   */
  static Progress start(String task, long total, String unit) {
    if (Console.interactive()) {
      ProgressBar bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(total == 0 ? -1 : total)
              .setUnit(" " + unit, 1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .clearDisplayOnFinish()
              .build();
      return new Progress(task, total, unit, bar);
    }
    System.err.println(task + " ...");
    return new Progress(task, total, unit, null);
  }

  /** So many units more are done. */
  public void add(long units) {
    to(done + units);
  }

  /** So many units are done by now. */
  public synchronized void to(long units) {
    done = units;
    if (bar != null) {
      bar.stepTo(units);
    } else if (total > 0 && done * TENTHS / total > shownTenths && done < total) {
      shownTenths = done * TENTHS / total;
      System.err.printf("%s: %,d of %,d %s%n", task, done, total, unit);
    }
  }

  /** What is being done right now. */
  public synchronized void message(String message) {
    if (bar != null) {
      bar.setExtraMessage(message);
    }
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
    System.err.printf(
        "%s: %,d %s in %s%n",
        task, done, unit, Console.duration(Duration.ofNanos(System.nanoTime() - startNanos)));
  }
}
