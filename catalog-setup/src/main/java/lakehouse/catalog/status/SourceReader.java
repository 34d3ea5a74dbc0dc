package lakehouse.catalog.status;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.commit.SourceState;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.catalog.status.LakeStatus.CommitStatus;
import lakehouse.catalog.status.LakeStatus.ServerStatus;
import lakehouse.catalog.status.LakeStatus.SourceStatus;
import lakehouse.catalog.status.LakeStatus.StateStatus;
import org.postgresql.replication.LogSequenceNumber;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.LogResponse.LogEntry;
import org.projectnessie.model.Reference;

/** Reads how far a source has come: what the catalog holds against what its server says. */
final class SourceReader {
  private static final int TIMEOUT_SECONDS = 5;
  private static final String ROWS_PROPERTY_PREFIX = "lakehouse.rows.";

  private static final String SERVER =
      """
      SELECT
        pg_wal_lsn_diff(pg_current_wal_lsn(), ?::pg_lsn)::bigint AS lag_bytes,
        slot.slot_name,
        coalesce(slot.active, false) AS active,
        pg_wal_lsn_diff(pg_current_wal_lsn(), slot.restart_lsn)::bigint AS retained_bytes,
        slot.wal_status,
        slot.safe_wal_size,
        log.wal_bytes / greatest(1, extract(epoch FROM now() - log.stats_reset)) AS bytes_per_second,
        load.application_name AS load_notice
      FROM pg_stat_wal AS log
      LEFT JOIN pg_replication_slots AS slot
        ON slot.slot_name = ?
      LEFT JOIN pg_stat_activity AS load
        ON load.datname = current_database()
        AND starts_with(load.application_name, ?)
      LIMIT 1
      """;

  private final LakeCatalog catalog;
  private final CatalogCommit commits;
  private final Reference head;

  SourceReader(LakeCatalog catalog, CatalogCommit commits, Reference head) {
    this.catalog = catalog;
    this.commits = commits;
    this.head = head;
  }

  SourceStatus read(SourceConfig any) {
    Optional<SourceState> state = commits.state(any.name());
    Optional<CommitStatus> last = state.flatMap(present -> lastCommit(any.name()));
    if (!(any instanceof PostgresConfig source)) {
      Optional<StateStatus> summary =
          state.map(s -> summary(s, Optional.of(s.lsn()).map(Object::toString)));
      return new SourceStatus(
          any.name(), any.kind(), summary, last, Optional.empty(), Optional.empty());
    }
    Optional<StateStatus> summary =
        state.map(s -> summary(s, lsn(s).map(LogSequenceNumber::asString)));
    try {
      return new SourceStatus(
          source.name(),
          source.kind(),
          summary,
          last,
          Optional.of(server(source, state)),
          Optional.empty());
    } catch (SQLException e) {
      return new SourceStatus(
          source.name(),
          source.kind(),
          summary,
          last,
          Optional.empty(),
          Optional.of(
              "PostgreSQL at %s:%d does not answer user %s in database %s: %s"
                  .formatted(
                      source.host(),
                      source.port(),
                      source.user(),
                      source.database(),
                      e.getMessage())));
    }
  }

  private static StateStatus summary(SourceState state, Optional<String> lsn) {
    return new StateStatus(
        state.epoch(),
        state.run(),
        state.position(),
        lsn,
        state.committedAt(),
        state.loaded().size());
  }

  private static Optional<LogSequenceNumber> lsn(SourceState state) {
    return state.lsn() == 0
        ? Optional.empty()
        : Optional.of(LogSequenceNumber.valueOf(state.lsn()));
  }

  private Optional<CommitStatus> lastCommit(String source) {
    try {
      return catalog
          .nessie()
          .getCommitLog()
          .reference(head)
          .filter(
              "'lakehouse.source' in commit.properties"
                  + " && commit.properties['lakehouse.source'] == '%s'".formatted(source))
          .maxRecords(1)
          .get()
          .getLogEntries()
          .stream()
          .findFirst()
          .map(LogEntry::getCommitMeta)
          .map(SourceReader::commit);
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("The hash is gone: " + e.getMessage(), e);
    }
  }

  private static CommitStatus commit(CommitMeta meta) {
    long rows =
        meta.getProperties().entrySet().stream()
            .filter(property -> property.getKey().startsWith(ROWS_PROPERTY_PREFIX))
            .map(Map.Entry::getValue)
            .mapToLong(Long::parseLong)
            .sum();
    return new CommitStatus(meta.getHash(), Optional.ofNullable(meta.getCommitTime()), rows);
  }

  private static ServerStatus server(PostgresConfig source, Optional<SourceState> state)
      throws SQLException {
    Optional<LogSequenceNumber> held = state.flatMap(SourceReader::lsn);
    Properties properties = new Properties();
    properties.setProperty("user", source.user());
    properties.setProperty("password", source.password().reveal());
    properties.setProperty("connectTimeout", Integer.toString(TIMEOUT_SECONDS));
    properties.setProperty("socketTimeout", Integer.toString(TIMEOUT_SECONDS));
    properties.setProperty("ApplicationName", "lake status");
    try (Connection connection = DriverManager.getConnection(source.jdbcUrl(), properties);
        PreparedStatement statement = connection.prepareStatement(SERVER)) {
      statement.setString(1, held.map(LogSequenceNumber::asString).orElse(null));
      statement.setString(2, source.slot());
      statement.setString(3, LoadNotice.prefix(source.slot()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        Optional<Long> room = number(row, "safe_wal_size");
        Optional<Long> lag = number(row, "lag_bytes").map(bytes -> Math.max(0, bytes));
        return new ServerStatus(
            lag,
            lag.flatMap(bytes -> seconds(bytes, state)),
            Optional.ofNullable(row.getString("slot_name")),
            row.getBoolean("active"),
            number(row, "retained_bytes"),
            Optional.ofNullable(row.getString("wal_status")),
            room,
            room.isEmpty()
                ? Optional.empty()
                : Optional.of(secondsAt(row.getDouble("bytes_per_second"), room.get())),
            Optional.ofNullable(row.getString("load_notice")).flatMap(LoadNotice::of));
      }
    }
  }

  private static Optional<Long> seconds(long lagBytes, Optional<SourceState> state) {
    return lagBytes == 0
        ? Optional.of(0L)
        : state
            .flatMap(SourceState::committedAt)
            .map(last -> Math.max(0, Duration.between(last, Instant.now()).toSeconds()));
  }

  private static long secondsAt(double bytesPerSecond, long bytes) {
    return (long) (bytes / Math.max(1, bytesPerSecond));
  }

  private static Optional<Long> number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(value);
  }
}
