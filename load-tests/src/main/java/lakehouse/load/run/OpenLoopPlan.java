package lakehouse.load.run;

import lakehouse.load.run.Scenario.Burst;
import lakehouse.load.run.Scenario.Stream;

/** When each transaction of a stream is due. */
final class OpenLoopPlan {
  private final double perSecond;
  private final Stream stream;

  OpenLoopPlan(Stream stream) {
    this.stream = stream;
    this.perSecond = (double) stream.changesPerSecond() / stream.rowsPerTransaction();
  }

  /** How many are due in all. */
  long transactions() {
    return (long) (perSecond * stream.burst().map(this::weight).orElse((double) stream.seconds()));
  }

  /** Seconds of the stream, those of bursts counted by their factor. */
  private double weight(Burst burst) {
    long periods = stream.seconds() / burst.everySeconds();
    long rest = stream.seconds() % burst.everySeconds();
    return periods * period(burst)
        + Math.min(rest, burst.forSeconds()) * (double) burst.factor()
        + Math.max(0, rest - burst.forSeconds());
  }

  /** The same of one period; each begins with its burst. */
  private static double period(Burst burst) {
    return burst.forSeconds() * (double) burst.factor() + burst.everySeconds() - burst.forSeconds();
  }

  /** Nanoseconds from the begin until the transaction of a number is due. */
  long dueNanos(long number) {
    double weight = number / perSecond;
    double seconds =
        stream
            .burst()
            .map(
                burst -> {
                  double period = period(burst);
                  double periods = Math.floor(weight / period);
                  double within = weight - periods * period;
                  double inBurst = burst.forSeconds() * (double) burst.factor();
                  return periods * burst.everySeconds()
                      + (within <= inBurst
                          ? within / burst.factor()
                          : burst.forSeconds() + within - inBurst);
                })
            .orElse(weight);
    return (long) (seconds * 1e9);
  }
}
