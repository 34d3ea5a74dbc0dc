package lakehouse.load.utility;

import static lakehouse.load.utility.LiveOperation.DELETE;
import static lakehouse.load.utility.LiveOperation.INSERT;
import static lakehouse.load.utility.LiveOperation.UPDATE;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.List;

/** A round of changes of database {@code service}. */
final class LiveService {

  private static final int LONG_TEXT_PARTS = 300;

  private LiveService() {}

  /**
   * The transactions of a round.
   *
   * @param billing to see who complains
   */
  static List<LiveTransaction> transactions(LiveSession billing) {
    return List.of(
        session -> openComplaints(session, billing),
        LiveService::answerComplaints,
        LiveService::closeComplaints,
        LiveService::annotateComplaint,
        LiveService::apply,
        LiveService::advanceApplications,
        LiveService::withdrawApplication);
  }

  /** Three complaints about the failed feeder, one of them with a transcript stored out of line. */
  private static void openComplaints(LiveSession session, LiveSession billing) throws SQLException {
    List<Object[]> callers =
        billing.look(
            """
            SELECT consumer_id, name, cnic, phone FROM consumer WHERE phone IS NOT NULL
            ORDER BY md5(consumer_id || ?) LIMIT 3""",
            session.salt(1));
    for (int i = 0; i < callers.size(); i++) {
      StringBuilder transcript = new StringBuilder();
      for (int part = 0; i == 0 && part < LONG_TEXT_PARTS; part++) {
        transcript.append(session.salt(1000 + part)).append(' ');
      }
      session.change(
          UtilityTable.COMPLAINT,
          INSERT,
          """
          INSERT INTO complaint (complaint_id, consumer_id, interruption_id, category, channel, caller_name,
            cnic, phone, description, details, status, opened_at, response_limit_minutes,
            restoration_limit_minutes, updated_at)
          VALUES (?, ?, ?, 'no_supply', 'app', ?, ?, ?, ?,
            jsonb_strip_nulls(jsonb_build_object('language', ?::text, 'attempts', 1, 'tags', '["live"]'::jsonb,
              'transcript', nullif(?::text, ''))),
            'open', ?, 60, 240, ?)""",
          session.uuid(10 + i),
          callers.get(i)[0],
          session.id(0),
          callers.get(i)[1],
          callers.get(i)[2],
          callers.get(i)[3],
          i == 1 ? "بجلی ابھی گئی ہے" : "Supply went off just now",
          i == 1 ? "ur" : "en",
          transcript.toString(),
          session.clock().plusMinutes(46 + i),
          session.clock().plusMinutes(46 + i));
    }
  }

  private static void answerComplaints(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.COMPLAINT,
        UPDATE,
        """
        UPDATE complaint SET status = 'responded', responded_at = ?, updated_at = ?
        WHERE status = 'open' AND opened_at < ?""",
        session.clock().plusMinutes(15),
        session.clock().plusMinutes(15),
        session.clock());
  }

  /** What was answered an hour ago is mended and closed; the long details are not touched. */
  private static void closeComplaints(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.COMPLAINT,
        UPDATE,
        """
        UPDATE complaint SET status = 'closed', restored_at = coalesce(restored_at, ?), closed_at = ?, updated_at = ?
        WHERE status = 'responded' AND responded_at < ?""",
        session.clock().plusMinutes(5),
        session.clock().plusMinutes(20),
        session.clock().plusMinutes(20),
        session.clock());
  }

  private static void annotateComplaint(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.COMPLAINT,
        UPDATE,
        """
        UPDATE complaint SET details = jsonb_set(details, '{attempts}', to_jsonb((details ->> 'attempts')::int + 1))
        WHERE complaint_id = (
          SELECT complaint_id FROM complaint ORDER BY md5(complaint_id::text || ?) LIMIT 1)""",
        session.salt(20));
  }

  private static void apply(LiveSession session) throws SQLException {
    for (int i = 0; i < 2; i++) {
      long id = session.id(i);
      People people = session.people();
      session.change(
          UtilityTable.NEW_CONNECTION,
          INSERT,
          """
          INSERT INTO new_connection (application_id, ibc_id, applicant_name, cnic, phone, address,
            requested_load_kw, tariff_code, status, applied_on, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, 'A1-U', 'applied', (? AT TIME ZONE 'Asia/Karachi')::date, ?)""",
          id,
          1 + session.below(6, 30 + i),
          people.name(id),
          people.cnic(id),
          people.phone(id),
          people.address(id, People.area(i)),
          BigDecimal.valueOf(10L + session.below(40, 32 + i), 1),
          session.clock(),
          session.clock());
    }
  }

  private static void advanceApplications(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.NEW_CONNECTION,
        UPDATE,
        """
        UPDATE new_connection
        SET status = CASE status WHEN 'applied' THEN 'surveyed' ELSE 'demand_note' END,
            demand_note_rs = CASE status WHEN 'surveyed' THEN 5000 + requested_load_kw * 2500 END,
            updated_at = ?
        WHERE application_id IN (
          SELECT application_id FROM new_connection WHERE status IN ('applied', 'surveyed')
          ORDER BY md5(application_id || ?) LIMIT 2)""",
        session.clock(),
        session.salt(40));
  }

  /** An applicant thinks better of it: the row is deleted. */
  private static void withdrawApplication(LiveSession session) throws SQLException {
    session.change(
        UtilityTable.NEW_CONNECTION,
        DELETE,
        """
        DELETE FROM new_connection WHERE application_id = (
          SELECT application_id FROM new_connection WHERE status = 'applied'
          ORDER BY md5(application_id || ?) LIMIT 1)""",
        session.salt(41));
  }
}
