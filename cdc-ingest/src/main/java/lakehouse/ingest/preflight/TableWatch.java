package lakehouse.ingest.preflight;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import lakehouse.catalog.config.SourceConfig;
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

  private final SourceConfig source;
  private transient @Nullable String seen;
  private transient List<CapturedTable> found = List.of();

  public TableWatch(SourceConfig source) {
    this.source = source;
  }

  /** A new table that cannot be captured is left out, and all that came with it. */
  @Override
  public List<CapturedTable> find() throws SQLException {
    String published = published();
    if (!published.equals(seen)) {
      found = captured();
      seen = published;
    }
    return found;
  }

  private List<CapturedTable> captured() throws SQLException {
    SourceFacts facts = new SourceFactsReader(source).read();
    List<Violation> violations =
        SourcePreflight.check(source, facts).stream()
            .filter(violation -> !ofTheCaptureItself(violation))
            .toList();
    if (violations.isEmpty()) {
      return facts.captured(source);
    }
    LOG.warn(
        "Source {}: the publication has changed, and new tables are not captured: {}",
        source.name(),
        violations.stream().map(v -> v.cause() + " " + v.remedy()).toList());
    return List.of();
  }

  private static boolean ofTheCaptureItself(Violation violation) {
    return violation instanceof Violation.SlotInUse
        || violation instanceof Violation.NoFreeSender
        || violation instanceof Violation.NoFreeSlot;
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
