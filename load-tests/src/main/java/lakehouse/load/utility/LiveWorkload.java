package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/**
 * Changes all four databases as a working day does: inserts, updates, deletes, changed keys, a
 * table truncated and filled again, topology switched, readings corrected days later, columns
 * added, transactions over several tables and changes taken back.
 *
 * <p>It works in rounds of one hour of the utility's time. On a database in the same state the same
 * seed makes the same changes. How far it came stands in each database, in {@code
 * workload.progress}, which is not published and is written with each transaction: a run goes on
 * where the last one ended or was killed. Rows come by INSERT, never by COPY. Not thread-safe; one
 * at a time on a server.
 */
public final class LiveWorkload {

  /** How often it asks whether to stop while it waits. */
  private static final long LOOK_EVERY_MILLIS = 100;

  private final DatabaseServer server;
  private final Draws draws;

  public LiveWorkload(DatabaseServer server, long seed) {
    this.server = server;
    this.draws = new Draws(seed);
  }

  /**
   * Runs rounds, one after the other.
   *
   * @param rounds how many; {@link Integer#MAX_VALUE} for as many as {@code stopped} lets it
   * @param roundEvery least time from the start of one round to the next; zero: no wait
   * @param stopped asked before each transaction
   * @throws LakeException when the databases have not been seeded
   */
  public LiveCounts run(int rounds, Duration roundEvery, BooleanSupplier stopped)
      throws SQLException, InterruptedException {
    OffsetDateTime clock = startOfClock();
    try (LiveSession network = new LiveSession(server, UtilityDatabase.NETWORK, draws);
        LiveSession metering = new LiveSession(server, UtilityDatabase.METERING, draws);
        LiveSession billing = new LiveSession(server, UtilityDatabase.BILLING, draws);
        LiveSession service = new LiveSession(server, UtilityDatabase.SERVICE, draws)) {
      Map<LiveSession, List<LiveTransaction>> work =
          Map.of(
              network, LiveNetwork.transactions(),
              metering, LiveMetering.transactions(network),
              billing, LiveBilling.transactions(metering),
              service, LiveService.transactions(billing));
      List<LiveSession> order = List.of(network, metering, billing, service);
      long before = 0;
      int first = Integer.MAX_VALUE;
      for (LiveSession session : order) {
        session.begin(clock);
        before += session.transactionsDone();
        first = Math.min(first, session.roundsDone(work.get(session)));
      }
      int done = 0;
      while (done < rounds && !stopped.getAsBoolean()) {
        long start = System.nanoTime();
        for (LiveSession session : order) {
          session.finishRound(first + done, work.get(session), stopped);
        }
        done += stopped.getAsBoolean() ? 0 : 1;
        while (done < rounds
            && !stopped.getAsBoolean()
            && System.nanoTime() - start < roundEvery.toNanos()) {
          long left = roundEvery.toNanos() - (System.nanoTime() - start);
          Thread.sleep(Math.max(1, Math.min(LOOK_EVERY_MILLIS, left / 1_000_000)));
        }
      }
      return counts(order, done, before);
    }
  }

  /** The first whole hour after the seeded readings of feeders. */
  private OffsetDateTime startOfClock() throws SQLException {
    try (Connection connection = server.connect(UtilityDatabase.METERING);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT date_trunc('hour', max(read_at) + interval '30 minutes')
                FROM interval_reading
                WHERE meter_id IN (SELECT meter_id FROM meter WHERE kind = 'feeder')""")) {
      row.next();
      OffsetDateTime clock = row.getObject(1, OffsetDateTime.class);
      if (clock == null) {
        throw new LakeException(
            ExitCode.PREFLIGHT,
            "Database metering holds no reading of a feeder, so there is nothing to change. Seed the"
                + " databases first.");
      }
      return clock;
    }
  }

  private static LiveCounts counts(List<LiveSession> sessions, int rounds, long before) {
    Map<UtilityTable, Map<LiveOperation, Long>> rows = new EnumMap<>(UtilityTable.class);
    long transactions = -before;
    for (LiveSession session : sessions) {
      rows.putAll(session.committed());
      transactions += session.transactionsDone();
    }
    return new LiveCounts(rows, rounds, transactions);
  }
}
