package lakehouse.ingest.capture.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.capture.postgres.PostgresSplit.Range;
import lakehouse.ingest.capture.postgres.PostgresSplit.Stream;
import lakehouse.ingest.capture.postgres.SnapshotHolder.Slot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plans loads: takes a snapshot with its point, and cuts tables into ranges within it. */
final class LoadPlanner {
  private static final Logger LOG = LoggerFactory.getLogger(LoadPlanner.class);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long RANGE_BYTES = 16L << 20;

  private final PostgresSessions sessions;

  LoadPlanner(PostgresSessions sessions) {
    this.sessions = sessions;
  }

  /**
   * A load as it was planned.
   *
   * @param holder keeps the snapshot
   * @param ranges the large ones first, so that no reader is left alone with one at the end
   * @param startedAt in microseconds since 1970
   * @param tables as they are in the snapshot
   */
  record Plan(SnapshotHolder holder, List<Range> ranges, long startedAt, List<SourceTable> tables) {
    long point() {
      return holder.point();
    }

    /** The stream that follows on the load, if it is the first. */
    Stream stream() {
      return new Stream(point(), startedAt, tables);
    }
  }

  /** Lets a plan's snapshot go, if there is one. */
  static void close(@Nullable Plan plan) {
    if (plan != null) {
      try {
        plan.holder().close();
      } catch (SQLException e) {
        LOG.debug("The snapshot's session was gone already", e);
      }
    }
  }

  /** The first load of a capture: makes its slot, at whose beginning the stream follows on it. */
  Plan first(Collection<CapturedTable> tables) throws SQLException {
    dropSlot();
    return plan(Slot.PERMANENT, tables);
  }

  /** A load while the stream goes on. */
  Plan later(Collection<CapturedTable> tables) throws SQLException {
    return plan(Slot.TEMPORARY, tables);
  }

  private Plan plan(Slot slot, Collection<CapturedTable> tables) throws SQLException {
    SnapshotHolder holder = SnapshotHolder.take(sessions, slot, PATIENCE);
    try {
      List<SourceTable> read = read(holder.session(), tables);
      if (slot == Slot.PERMANENT && read.size() < tables.size()) {
        throw new SQLException("A table is gone since the start");
      }
      long now = System.currentTimeMillis() * 1_000;
      List<Range> ranges = new ArrayList<>();
      for (SourceTable table : read) {
        for (TableRange range : TableRange.cut(table, RANGE_BYTES)) {
          ranges.add(new Range(table, range, holder.snapshot(), holder.point(), now));
        }
      }
      ranges.sort(
          Comparator.comparingLong((Range range) -> range.range().leaf().bytes()).reversed());
      return new Plan(holder, ranges, now, read);
    } catch (SQLException | RuntimeException e) {
      holder.close();
      throw e;
    }
  }

  /** Tables as they were when their rows in the lake were written. */
  List<SourceTable> held(Map<String, String> shapes) throws SQLException {
    try (Connection connection = sessions.open()) {
      TypeCatalog types = TypeCatalog.read(connection);
      return shapes.values().stream()
          .flatMap(shape -> TableShape.table(shape, types).stream())
          .toList();
    }
  }

  /** Tables as they are now, of those that there are. */
  List<SourceTable> read(Collection<CapturedTable> tables) throws SQLException {
    try (Connection connection = sessions.open()) {
      return read(connection, tables);
    }
  }

  private List<SourceTable> read(Connection connection, Collection<CapturedTable> tables)
      throws SQLException {
    SourceTables reader =
        new SourceTables(connection, sessions.source().publication(), TypeCatalog.read(connection));
    List<SourceTable> read = new ArrayList<>();
    for (CapturedTable table : tables) {
      reader.read(table.schema(), table.table()).ifPresent(read::add);
    }
    return read;
  }

  /**
   * PostgreSQL forwards a lower start to the slot's position without a word.
   *
   * @throws LakeException if the slot is ahead of the position
   */
  void requireSlotNotAhead(long position) throws SQLException {
    try (Connection connection = sessions.open();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                """
                SELECT confirmed_flush_lsn
                FROM pg_catalog.pg_replication_slots
                WHERE slot_name = %s"""
                    .formatted(PostgresSql.literal(sessions.source().slot())))) {
      if (result.next() && PostgresSql.lsn(result.getString(1)) > position) {
        throw new LakeException(
            ExitCode.CONFLICT,
            """
            The slot %s of source %s stands at %s, ahead of the catalog's position %s: the branch \
            was set back, or another program has read from the slot.
            What lies between is no longer sent. Load anew with `lake ingest --reload %s`."""
                .formatted(
                    sessions.source().slot(),
                    sessions.source().name(),
                    result.getString(1),
                    PostgresSql.lsn(position),
                    sessions.source().name()));
      }
    }
  }

  /** Lets the server's log grow, so that the stream of an idle server gets to its end. */
  void moveLog() throws SQLException {
    try (Connection connection = sessions.open();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_catalog.pg_logical_emit_message(true, 'lakehouse.moved', '')");
    }
  }

  /** A slot of our name without a position in the catalog is what a load left that died. */
  private void dropSlot() throws SQLException {
    try (Connection connection = sessions.open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          SELECT pg_catalog.pg_drop_replication_slot(slot_name)
          FROM pg_catalog.pg_replication_slots
          WHERE slot_name = %s"""
              .formatted(PostgresSql.literal(sessions.source().slot())));
    }
  }
}
