package lakehouse.load.utility;

import static lakehouse.load.utility.LiveOperation.DELETE;
import static lakehouse.load.utility.LiveOperation.INSERT;
import static lakehouse.load.utility.LiveOperation.KEY_CHANGE;
import static lakehouse.load.utility.LiveOperation.UPDATE;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.List;

/** A round of changes of database {@code metering}. */
final class LiveMetering {

  private static final int ADDED_COLUMN_ROUND = 1;

  private LiveMetering() {}

  /**
   * The transactions of a round.
   *
   * @param network to see which feeder feeds which PMT
   */
  static List<LiveTransaction> transactions(LiveSession network) {
    return List.of(
        LiveMetering::readMeters,
        session -> readFeeders(session, network),
        LiveMetering::correctReadings,
        LiveMetering::fillGap,
        LiveMetering::addColumn,
        LiveMetering::reportEvents,
        LiveMetering::redateInstallation,
        LiveMetering::dropEvent,
        LiveMetering::updateFirmware);
  }

  /** An hour of consumer and PMT meters: as a week ago, all scaled by one factor. */
  private static void readMeters(LiveSession session) throws SQLException {
    BigDecimal factor = BigDecimal.valueOf(970 + session.below(60, 1), 3);
    session.change(
        UtilityTable.INTERVAL_READING,
        INSERT,
        """
        INSERT INTO interval_reading (meter_id, read_at, energy_kwh, reactive_kvarh, received_at, status)
        SELECT r.meter_id, r.read_at + interval '7 days', round(r.energy_kwh * f, 3),
               round(r.reactive_kvarh * f, 3),
               r.read_at + interval '7 days' + make_interval(mins => m.interval_minutes + 2), 'measured'
        FROM (SELECT ?::numeric AS f, ?::timestamptz - interval '7 days' AS hour) given
        CROSS JOIN meter m
        CROSS JOIN LATERAL (
          SELECT generate_series(hour, hour + interval '59 minutes', make_interval(mins => m.interval_minutes))
            AS begins LIMIT 4) intervals
        JOIN interval_reading r ON r.meter_id = m.meter_id AND r.read_at = begins
        WHERE m.ami AND m.kind <> 'feeder' AND m.status = 'in_service'
        ORDER BY r.meter_id, r.read_at
        ON CONFLICT DO NOTHING""",
        factor,
        session.clock());
  }

  /** The same hour of the feeder meters: what their PMTs of that hour took, and the line's loss. */
  private static void readFeeders(LiveSession session, LiveSession network) throws SQLException {
    List<Object[]> topology =
        network.look(
            """
            SELECT pmt_id, feeder_id FROM feeder_pmt
            WHERE valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)""",
            session.clock(),
            session.clock());
    session.change(
        UtilityTable.INTERVAL_READING,
        INSERT,
        """
        INSERT INTO interval_reading (meter_id, read_at, energy_kwh, reactive_kvarh, received_at, status)
        SELECT f.meter_id, half.begins, round(sum(r.energy_kwh) / 2 * 1.024 + 0.1, 3),
               round(sum(r.reactive_kvarh) / 2 * 1.03 + 0.1, 3), half.begins + interval '32 minutes', 'measured'
        FROM unnest(?::int[], ?::int[]) AS t (pmt_id, feeder_id)
        JOIN meter_installation p ON p.pmt_id = t.pmt_id AND p.valid_to IS NULL
        JOIN interval_reading r ON r.meter_id = p.meter_id AND r.read_at = ?
        JOIN meter_installation f ON f.feeder_id = t.feeder_id AND f.valid_to IS NULL
        CROSS JOIN LATERAL (VALUES (r.read_at), (r.read_at + interval '30 minutes')) AS half (begins)
        GROUP BY f.meter_id, half.begins
        ORDER BY f.meter_id, half.begins
        ON CONFLICT DO NOTHING""",
        topology.stream().map(row -> (Integer) row[0]).toArray(Integer[]::new),
        topology.stream().map(row -> (Integer) row[1]).toArray(Integer[]::new),
        session.clock());
  }

  /** Days later, five readings turn out to be too high. */
  private static void correctReadings(LiveSession session) throws SQLException {
    for (int i = 0; i < 5; i++) {
      session.change(
          UtilityTable.INTERVAL_READING,
          UPDATE,
          """
          UPDATE interval_reading
          SET energy_kwh = round(energy_kwh * 0.93, 3), status = 'corrected', corrected_at = ?
          WHERE read_at = ? AND meter_id = (
            SELECT meter_id FROM meter
            WHERE kind = 'consumer' AND ami AND status = 'in_service'
            ORDER BY md5(meter_id || ?) LIMIT 1)""",
          session.clock().plusMinutes(20),
          session.clock().minusHours(48 + session.below(168, 10 + i)),
          session.salt(20 + i));
    }
  }

  /**
   * The head-end estimates what some meters lost on a day of the last ten: as on the day before.
   */
  private static void fillGap(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.INTERVAL_READING,
        INSERT,
        """
        INSERT INTO interval_reading (meter_id, read_at, energy_kwh, received_at, status)
        SELECT m.meter_id, begins, b.energy_kwh, ?, 'estimated'
        FROM (SELECT * FROM meter WHERE kind = 'consumer' AND ami AND status = 'in_service'
              ORDER BY md5(meter_id || ?) LIMIT 60) m
        CROSS JOIN LATERAL (SELECT ?::timestamptz AS day) given
        CROSS JOIN LATERAL (
          SELECT generate_series(day, day + interval '1439 minutes', make_interval(mins => m.interval_minutes))
            AS begins LIMIT 96) intervals
        JOIN interval_reading b ON b.meter_id = m.meter_id AND b.read_at = begins - interval '1 day'
        LEFT JOIN interval_reading r ON r.meter_id = m.meter_id AND r.read_at = begins
        WHERE r.meter_id IS NULL
        ORDER BY m.meter_id, begins
        LIMIT 12""",
        session.clock(),
        session.salt(29),
        session.clock().minusDays(2 + session.below(9, 28)));
  }

  /** A column is added to a table that is being captured. */
  private static void addColumn(LiveSession session) throws SQLException {
    if (session.round() >= ADDED_COLUMN_ROUND) {
      session.addColumn(UtilityTable.METER_EVENT, "acknowledged_at", "timestamptz");
    }
  }

  /** The first event is written before the others and committed after them. */
  private static void reportEvents(LiveSession session) throws SQLException {
    session.changeOvertaken(
        UtilityTable.METER_EVENT,
        INSERT,
        """
        INSERT INTO meter_event (event_id, meter_id, kind, occurred_at, received_at, payload)
        SELECT ?, meter_id, 'communication_lost', ?, ?, '{"severity": 1, "duration_s": 900}'
        FROM meter WHERE kind = 'pmt' AND status = 'in_service' ORDER BY md5(meter_id || ?) LIMIT 1""",
        session.id(3),
        session.clock(),
        session.clock().plusMinutes(58),
        session.salt(42));
    boolean acknowledged = session.hasColumn(UtilityTable.METER_EVENT, "acknowledged_at");
    for (int i = 0; i < 3; i++) {
      session.change(
          UtilityTable.METER_EVENT,
          INSERT,
          """
          INSERT INTO meter_event (event_id, meter_id, kind, occurred_at, received_at, payload)
          SELECT ?, meter_id, ?, ?, ?,
                 jsonb_build_object('firmware', firmware, 'severity', ?::int, 'voltage_v', ?::numeric)
          FROM meter WHERE ami AND kind = 'consumer' ORDER BY md5(meter_id || ?) LIMIT 1""",
          session.id(i),
          i == 0 ? "cover_open" : "low_voltage",
          session.clock().plusMinutes(session.below(50, 30 + i)),
          session.clock().plusMinutes(55),
          1 + session.below(3, 33 + i),
          BigDecimal.valueOf(1_500 + session.below(600, 36 + i), 1),
          session.salt(39 + i));
    }
    if (acknowledged) {
      session.change(
          UtilityTable.METER_EVENT,
          UPDATE,
          """
          UPDATE meter_event
          SET acknowledged_at = ?, payload = payload || '{"acknowledged": true}'
          WHERE event_id = ?""",
          session.clock().plusMinutes(57),
          session.id(0));
    }
  }

  /** A meter was hung a quarter of an hour later than first recorded: its key changes. */
  private static void redateInstallation(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.METER_INSTALLATION,
        KEY_CHANGE,
        """
        UPDATE meter_installation SET valid_from = valid_from + interval '15 minutes', updated_at = ?
        WHERE (meter_id, valid_from) = (
          SELECT i.meter_id, i.valid_from FROM meter_installation i JOIN meter m USING (meter_id)
          WHERE NOT m.ami AND i.valid_from < ? ORDER BY md5(i.meter_id || ?) LIMIT 1)""",
        session.clock(),
        session.clock().minusDays(500),
        session.salt(50));
  }

  private static void dropEvent(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.METER_EVENT,
        DELETE,
        """
        DELETE FROM meter_event WHERE event_id = (
          SELECT event_id FROM meter_event WHERE kind IN ('clock_drift', 'low_voltage')
          ORDER BY md5(event_id || ?) LIMIT 1)""",
        session.salt(51));
  }

  private static void updateFirmware(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.METER,
        UPDATE,
        """
        UPDATE meter SET firmware = ?, updated_at = ?
        WHERE meter_id IN (SELECT meter_id FROM meter WHERE ami ORDER BY md5(meter_id || ?) LIMIT 2)""",
        "4.0." + session.round(),
        session.clock(),
        session.salt(52));
  }
}
