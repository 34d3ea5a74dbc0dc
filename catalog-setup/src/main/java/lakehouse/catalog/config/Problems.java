package lakehouse.catalog.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.error.Mark;

/** Gathers what is wrong with a configuration, so that it is told all at once. */
final class Problems {
  private final Map<String, Mark> places = new HashMap<>();
  private final List<Problem> found = new ArrayList<>();

  /** Remembers where a key stands. */
  void place(String key, Mark mark) {
    places.putIfAbsent(key, mark);
  }

  /** Notes a problem at a key; without a place of its own it has that of the nearest key above. */
  void add(String key, String message, Object... arguments) {
    String above = key;
    while (!places.containsKey(above) && !above.isEmpty()) {
      above =
          above.substring(0, Math.max(0, Math.max(above.lastIndexOf('.'), above.lastIndexOf('['))));
    }
    add(key, Optional.ofNullable(places.get(above)), message.formatted(arguments));
  }

  void add(String key, Optional<Mark> mark, String message) {
    found.add(
        new Problem(
            key,
            mark.map(m -> m.getLine() + 1).orElse(0),
            mark.map(m -> m.getColumn() + 1).orElse(0),
            message));
  }

  void throwIfAny(String file) {
    if (!found.isEmpty()) {
      found.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
      throw new ConfigException(file, found);
    }
  }
}
