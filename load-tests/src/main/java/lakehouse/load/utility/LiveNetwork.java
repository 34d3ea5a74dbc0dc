package lakehouse.load.utility;

import static lakehouse.load.utility.LiveOperation.DELETE;
import static lakehouse.load.utility.LiveOperation.INSERT;
import static lakehouse.load.utility.LiveOperation.UPDATE;

import java.sql.SQLException;
import java.util.List;

/** A round of changes of database {@code network}. */
final class LiveNetwork {

  private LiveNetwork() {}

  static List<LiveTransaction> transactions() {
    return List.of(
        LiveNetwork::switchPmt,
        LiveNetwork::switchServicePoint,
        LiveNetwork::restoreSupply,
        LiveNetwork::interruptSupply,
        LiveNetwork::withdrawInterruption,
        LiveNetwork::publishSchedule,
        LiveNetwork::replaceTransformer);
  }

  /** Moves a PMT to the other feeder of its tie pair: closes one row and opens the next. */
  private static void switchPmt(LiveSession session) throws SQLException {
    for (Object[] chosen :
        session.rows(
            """
            SELECT pmt_id, feeder_id, ((feeder_id - 1) # 1) + 1,
                   CASE reason WHEN 'fault_transfer' THEN 'restored' ELSE 'fault_transfer' END
            FROM feeder_pmt
            WHERE valid_to IS NULL AND valid_from < ?
            ORDER BY md5(pmt_id || ?)
            LIMIT 1""",
            session.clock(),
            session.salt(1))) {
      session.change(
          UtilityTable.FEEDER_PMT,
          UPDATE,
          """
          UPDATE feeder_pmt SET valid_to = ?, updated_at = ?
          WHERE pmt_id = ? AND valid_to IS NULL""",
          session.clock(),
          session.clock(),
          chosen[0]);
      session.change(
          UtilityTable.FEEDER_PMT,
          INSERT,
          "INSERT INTO feeder_pmt VALUES (?, ?, NULL, ?, ?, ?)",
          chosen[0],
          session.clock(),
          chosen[2],
          chosen[3],
          session.clock());
    }
  }

  /**
   * Moves a consumer to another PMT of the feeder that feeds it now. Feeders with AMI are left out:
   * the PMTs' readings of the day are not made from their consumers'.
   */
  private static void switchServicePoint(LiveSession session) throws SQLException {
    for (Object[] chosen :
        session.rows(
            """
            SELECT s.service_point_id,
                   (SELECT o.pmt_id FROM feeder_pmt o
                    WHERE o.valid_to IS NULL AND o.feeder_id = f.feeder_id AND o.pmt_id <> s.pmt_id
                    ORDER BY abs(o.pmt_id - s.pmt_id), o.pmt_id LIMIT 1)
            FROM pmt_service_point s
            JOIN feeder_pmt f ON f.pmt_id = s.pmt_id AND f.valid_to IS NULL
            WHERE s.valid_to IS NULL AND s.valid_from < ?
              AND s.pmt_id NOT IN (SELECT pmt_id FROM feeder_pmt WHERE feeder_id % 6 = 1)
            ORDER BY md5(s.service_point_id || ?)
            LIMIT 1""",
            session.clock(), session.salt(2))) {
      if (chosen[1] == null) {
        continue;
      }
      session.change(
          UtilityTable.PMT_SERVICE_POINT,
          UPDATE,
          """
          UPDATE pmt_service_point SET valid_to = ?, updated_at = ?
          WHERE service_point_id = ? AND valid_to IS NULL""",
          session.clock(),
          session.clock(),
          chosen[0]);
      session.change(
          UtilityTable.PMT_SERVICE_POINT,
          INSERT,
          "INSERT INTO pmt_service_point VALUES (?, ?, NULL, ?, 'load_balancing', ?)",
          chosen[0],
          session.clock(),
          chosen[1],
          session.clock());
    }
  }

  /** What failed an hour ago or earlier works again. */
  private static void restoreSupply(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.INTERRUPTION,
        UPDATE,
        """
        UPDATE interruption
        SET restored_at = greatest(?, started_at + interval '1 minute'), updated_at = ?
        WHERE restored_at IS NULL AND started_at < ?""",
        session.clock().plusMinutes(session.below(40, 3)),
        session.clock().plusMinutes(40),
        session.clock());
  }

  /** One feeder and one PMT fail; when they will work again is not known yet. */
  private static void interruptSupply(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.INTERRUPTION,
        INSERT,
        """
        INSERT INTO interruption
        SELECT ?, feeder_id, NULL, 'fault', 'breaker trip', ?, NULL, ?
        FROM feeder ORDER BY md5(feeder_id || ?) LIMIT 1""",
        session.id(0),
        session.clock().plusMinutes(45),
        session.clock().plusMinutes(46),
        session.salt(4));
    session.change(
        UtilityTable.INTERRUPTION,
        INSERT,
        """
        INSERT INTO interruption
        SELECT ?, feeder_id, pmt_id, 'fault', 'fuse blown', ?, NULL, ?
        FROM feeder_pmt WHERE valid_to IS NULL ORDER BY md5(pmt_id || ?) LIMIT 1""",
        session.id(1),
        session.clock().plusMinutes(50),
        session.clock().plusMinutes(52),
        session.salt(5));
  }

  /** The PMT's failure of two rounds ago was recorded in error. */
  private static void withdrawInterruption(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.INTERRUPTION,
        DELETE,
        "DELETE FROM interruption WHERE interruption_id = ?",
        LiveSession.id(session.round() - 2, 1));
  }

  /** Every fourth round the whole schedule is replaced by itself and the next day. */
  private static void publishSchedule(LiveSession session) throws SQLException {
    if (session.round() % 4 != 1) {
      return;
    }
    session.execute(
        """
        CREATE TEMP TABLE published ON COMMIT DROP AS
        SELECT * FROM loadshed_schedule
        UNION
        SELECT feeder_id, day + 7, starts_at, ends_at FROM loadshed_schedule
        WHERE day = (SELECT max(day) - 6 FROM loadshed_schedule)""");
    session.truncate(UtilityTable.LOADSHED_SCHEDULE);
    session.change(
        UtilityTable.LOADSHED_SCHEDULE,
        INSERT,
        "INSERT INTO loadshed_schedule SELECT * FROM published");
  }

  /** Every third round a PMT gets a larger transformer. */
  private static void replaceTransformer(LiveSession session) throws SQLException {
    if (session.round() % 3 != 0) {
      return;
    }
    session.change(
        UtilityTable.PMT,
        UPDATE,
        """
        UPDATE pmt SET rated_kva = rated_kva * 2, updated_at = ?
        WHERE pmt_id = (SELECT pmt_id FROM pmt WHERE rated_kva < 500 ORDER BY md5(pmt_id || ?) LIMIT 1)""",
        session.clock(),
        session.salt(6));
  }
}
