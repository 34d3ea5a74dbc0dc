package lakehouse.load.utility;

import java.util.ArrayList;
import java.util.List;

/** The lines of one part's manifest, as they come. Not thread-safe. */
final class Manifest {

  private final List<Planted> lines = new ArrayList<>();

  void add(Planted line) {
    lines.add(line);
  }

  List<Planted> lines() {
    return lines;
  }
}
