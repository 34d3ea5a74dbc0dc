package lakehouse.models.optimize;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A span of days since 1970 or of microseconds since then, both ends within it.
 *
 * @param from the first, or {@link #OPEN_BEGINNING}
 * @param to the last, or {@link #OPEN_END}
 */
record TimeSpan(long from, long to) {
  static final long OPEN_BEGINNING = Long.MIN_VALUE;
  static final long OPEN_END = Long.MAX_VALUE;

  static TimeSpan at(long value) {
    return new TimeSpan(value, value);
  }

  /**
   * Spans that hold all of the given ones: those that touch are one, and so are the nearest to each
   * other until there are few enough.
   */
  static List<TimeSpan> joined(List<TimeSpan> spans, int most) {
    List<TimeSpan> apart = new ArrayList<>();
    for (TimeSpan span : spans.stream().sorted(Comparator.comparingLong(TimeSpan::from)).toList()) {
      TimeSpan last = apart.isEmpty() ? null : apart.get(apart.size() - 1);
      if (last != null && (last.to == OPEN_END || span.from <= last.to + 1)) {
        apart.set(apart.size() - 1, new TimeSpan(last.from, Math.max(last.to, span.to)));
      } else {
        apart.add(span);
      }
    }
    // the widest gaps stay
    PriorityQueue<Integer> gaps =
        new PriorityQueue<>(Comparator.comparingLong(i -> apart.get(i).from - apart.get(i - 1).to));
    for (int i = 1; i < apart.size(); i++) {
      gaps.add(i);
      if (gaps.size() >= most) {
        gaps.remove();
      }
    }
    List<TimeSpan> few = new ArrayList<>();
    int first = 0;
    for (int gap : gaps.stream().sorted().toList()) {
      few.add(new TimeSpan(apart.get(first).from, apart.get(gap - 1).to));
      first = gap;
    }
    if (!apart.isEmpty()) {
      few.add(new TimeSpan(apart.get(first).from, apart.get(apart.size() - 1).to));
    }
    return few;
  }
}
