package lakehouse.ingest.preflight;

import java.sql.SQLException;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.SourceConfig;

/** Reads a source's facts, or says why it cannot be reached. */
public final class Preflight {
  private Preflight() {}

  public static SourceFacts read(SourceConfig source) {
    try {
      return new SourceFactsReader(source).read();
    } catch (SQLException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "Source %s cannot be reached at %s:%d, database %s, as %s (%s)."
              .formatted(
                  source.name(),
                  source.host(),
                  source.port(),
                  source.database(),
                  source.user(),
                  e.getMessage()),
          e);
    }
  }
}
