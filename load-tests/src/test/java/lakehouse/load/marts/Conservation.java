package lakehouse.load.marts;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Sums over feeders, offices and the company agree at every level, in every mart that has them. */
final class Conservation {

  private static final List<String> LAWS = List.of("offices", "revenue", "energy", "reliability");

  private Conservation() {}

  /** Where a sum does not agree with another one of the same thing. */
  static List<String> violations(SourcesInDuckDb sources, String when)
      throws SQLException, IOException {
    List<String> all = new ArrayList<>();
    for (String law : LAWS) {
      List<String> violations = sources.answers("conservation/" + law + ".sql");
      if (!violations.isEmpty()) {
        all.add("%s: conservation of %s:%n%s".formatted(when, law, String.join("\n", violations)));
      }
    }
    return all;
  }
}
