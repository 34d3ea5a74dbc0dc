package lakehouse.ingest.preflight;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.CaptureRun;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.capture.SourceConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the publication for tables that come while their source is captured. */
public final class TableWatch implements CaptureRun.NewTables {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(TableWatch.class);

  private final PostgresConfig source;
  private transient @Nullable String fit;
  private transient @Nullable String complained;
  private transient List<CapturedTable> found = List.of();

  public TableWatch(PostgresConfig source) {
    this.source = source;
  }

  /**
   * A new table that cannot be captured is left out, and all that came with it, until it is fit.
   */
  @Override
  public List<CapturedTable> find() throws SQLException {
    String published = published();
    if (published.equals(fit)) {
      return found;
    }
    SourceFacts facts = new SourceFactsReader(source).read();
    List<Violation> violations =
        SourcePreflight.check(source, facts).stream()
            .filter(violation -> !ofTheCaptureItself(violation))
            .toList();
    if (!violations.isEmpty()) {
      complain(violations);
      return List.of();
    }
    found = facts.captured(source);
    fit = published;
    return found;
  }

  /** Once, and again when it is about something else. */
  private void complain(List<Violation> violations) {
    String text = Preflight.text(new Preflight.Report(source, Optional.empty(), 0, violations));
    if (!text.equals(complained)) {
      complained = text;
      LOG.warn("The publication has changed, and its new tables are not captured.\n{}", text);
    }
  }

  private static boolean ofTheCaptureItself(Violation violation) {
    return violation instanceof SourceViolation.SlotInUse
        || violation instanceof SourceViolation.NoFreeSender
        || violation instanceof SourceViolation.NoFreeSlot;
  }

  private String published() throws SQLException {
    try (Connection connection = SourceConnection.open(source, "lakehouse ingest");
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT md5(coalesce(string_agg(format('%I.%I', schemaname, tablename), ' '
                  ORDER BY schemaname, tablename), ''))
                FROM pg_catalog.pg_publication_tables
                WHERE pubname = ?""")) {
      statement.setString(1, source.publication());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
