package lakehouse.ingest.preflight;

import java.util.List;
import java.util.Optional;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.ingest.preflight.Preflight.Report;

/** Looks at a database that is asked by queries. */
final class JdbcPreflight {
  private JdbcPreflight() {}

  static Report look(JdbcConfig source) {
    Violation missing =
        new JdbcViolation(
            "Sources of kind jdbc are not captured yet.",
            "source " + source.name(),
            "leave the source out of lake.yaml");
    return new Report(source, Optional.empty(), 0, List.of(missing));
  }
}
