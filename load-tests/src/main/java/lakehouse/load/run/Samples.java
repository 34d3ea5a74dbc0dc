package lakehouse.load.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lakehouse.load.measure.ProcessWatch.Sample;

/** Makes a long series of looks fit for a chart. */
final class Samples {
  private static final int MOST = 240;

  private Samples() {}

  /** At most so many; of those that fall together the last, with the most memory of each group. */
  static List<Sample> thinned(List<Sample> all) {
    if (all.size() <= MOST) {
      return all;
    }
    List<Sample> kept = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      List<Sample> part =
          all.subList(i * all.size() / MOST, Math.max(1, (i + 1) * all.size() / MOST));
      Map<String, Long> memory = new LinkedHashMap<>();
      for (Sample sample : part) {
        sample.memory().forEach((group, bytes) -> memory.merge(group, bytes, Math::max));
      }
      Sample last = part.get(part.size() - 1);
      kept.add(new Sample(last.seconds(), last.progress(), memory));
    }
    return kept;
  }
}
