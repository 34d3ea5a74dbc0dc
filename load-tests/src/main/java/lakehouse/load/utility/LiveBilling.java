package lakehouse.load.utility;

import static lakehouse.load.utility.LiveOperation.DELETE;
import static lakehouse.load.utility.LiveOperation.INSERT;
import static lakehouse.load.utility.LiveOperation.KEY_CHANGE;
import static lakehouse.load.utility.LiveOperation.UPDATE;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** A round of changes of database {@code billing}. */
final class LiveBilling {

  private static final int ADDED_COLUMN_ROUND = 1;

  /** Sets the status of bill ? from what was paid for it. */
  private static final String SETTLE =
      """
      UPDATE bill
      SET status = (CASE WHEN paid >= amount_rs THEN 'paid' WHEN paid > 0 THEN 'partly_paid' ELSE 'issued' END)::bill_status,
          updated_at = ?
      FROM (SELECT coalesce(sum(amount_rs), 0) AS paid FROM payment WHERE bill_id = ?) p
      WHERE bill_id = ? AND status <> 'cancelled'""";

  private LiveBilling() {}

  /**
   * The transactions of a round.
   *
   * @param metering to see the registers that are not billed yet
   */
  static List<LiveTransaction> transactions(LiveSession metering) {
    return List.of(
        LiveBilling::addColumn,
        LiveBilling::payBills,
        LiveBilling::cancelPayment,
        session -> issueBills(session, metering),
        LiveBilling::changeContracts,
        LiveBilling::adjustBill,
        LiveBilling::draftTariff,
        LiveBilling::changeSlab);
  }

  private static void addColumn(LiveSession session) throws SQLException {
    if (session.round() >= ADDED_COLUMN_ROUND) {
      session.addColumn(UtilityTable.PAYMENT, "wallet_provider", "text");
    }
  }

  /** Four open bills are paid, in whole or in part: payment and bill in one transaction. */
  private static void payBills(LiveSession session) throws SQLException {
    boolean provider = session.hasColumn(UtilityTable.PAYMENT, "wallet_provider");
    List<Object[]> open =
        session.rows(
            """
            SELECT b.bill_id, b.amount_rs - coalesce(sum(p.amount_rs), 0) AS due
            FROM bill b LEFT JOIN payment p USING (bill_id)
            WHERE b.status IN ('issued', 'partly_paid')
            GROUP BY b.bill_id HAVING b.amount_rs - coalesce(sum(p.amount_rs), 0) > 1
            ORDER BY md5(b.bill_id || ?)
            LIMIT 4""",
            session.salt(1));
    for (int i = 0; i < open.size(); i++) {
      Object bill = open.get(i)[0];
      session.change(
          UtilityTable.PAYMENT,
          INSERT,
          "INSERT INTO payment (payment_id, bill_id, paid_at, amount_rs, channel, receipt_no, updated_at"
              + (provider ? ", wallet_provider) " : ") ")
              + "VALUES (?, ?, ?, round(?::numeric * ?, 2), 'mobile_wallet', ?, ?"
              + (provider ? ", 'wallet " + session.below(4, 10 + i) + "')" : ")"),
          session.uuid(20 + i),
          bill,
          session.clock().plusMinutes(3L * i),
          open.get(i)[1],
          new BigDecimal(i == 3 ? "0.4" : "1"),
          "L" + session.id(i),
          session.clock().plusMinutes(3L * i));
      session.change(
          UtilityTable.BILL, UPDATE, SETTLE, session.clock().plusMinutes(3L * i), bill, bill);
    }
    if (!open.isEmpty()) {
      session.abandon("UPDATE bill SET status = 'cancelled' WHERE bill_id = ?", open.get(0)[0]);
    }
  }

  /** A cheque bounced: the payment is deleted, the bill is open again. */
  private static void cancelPayment(LiveSession session) throws SQLException {
    for (Object[] payment :
        session.rows(
            """
            SELECT payment_id, bill_id FROM payment
            WHERE paid_at > ? ORDER BY md5(payment_id::text || ?) LIMIT 1""",
            session.clock().minusDays(30),
            session.salt(2))) {
      session.change(
          UtilityTable.PAYMENT, DELETE, "DELETE FROM payment WHERE payment_id = ?", payment[0]);
      session.change(UtilityTable.BILL, UPDATE, SETTLE, session.clock(), payment[1], payment[1]);
    }
  }

  /** Two AMI registers of the present month are billed; the tariff may change with the units. */
  private static void issueBills(LiveSession session, LiveSession metering) throws SQLException {
    for (Object[] register :
        metering.look(
            """
            SELECT service_point_id, meter_id, before_on, read_on, units, coalesce(peak_units, 0)
            FROM (
              SELECT i.service_point_id, r.meter_id, r.read_on, r.read_kind,
                     lag(r.read_on) OVER w AS before_on,
                     floor(r.register_kwh) - floor(lag(r.register_kwh) OVER w) AS units,
                     floor(r.peak_register_kwh) - floor(lag(r.peak_register_kwh) OVER w) AS peak_units
              FROM register_reading r
              JOIN meter_installation i ON i.meter_id = r.meter_id AND i.valid_to IS NULL
              WINDOW w AS (PARTITION BY r.meter_id ORDER BY r.read_on)) x
            WHERE read_kind = 'ami' AND before_on IS NOT NULL AND read_on > ?::date - 28
            ORDER BY meter_id OFFSET ? LIMIT 2""",
            session.clock(),
            2 * session.round())) {
      issueBill(session, register);
    }
  }

  private static void issueBill(LiveSession session, Object[] register) throws SQLException {
    int issued =
        session.change(
            UtilityTable.BILL,
            INSERT,
            """
            INSERT INTO bill
            WITH given AS (
              SELECT ?::bigint AS service_point_id, ?::bigint AS meter_id, ?::date AS period_from,
                     ?::date AS period_to, ?::numeric AS units, ?::numeric AS peak, ?::timestamptz AS now),
            coded AS (
              SELECT g.*, c.consumer_id, c.sanctioned_load_kw,
                     CASE WHEN c.tariff_code NOT IN ('A1-L', 'A1-P', 'A1-U') THEN c.tariff_code
                          WHEN most.units <= 100 AND c.sanctioned_load_kw <= 1 THEN 'A1-L'
                          WHEN most.units <= 200 THEN 'A1-P' ELSE 'A1-U' END AS tariff_code
              FROM given g JOIN consumer c USING (service_point_id)
              CROSS JOIN LATERAL (
                SELECT greatest(g.units, max(units_kwh)) AS units FROM (
                  SELECT units_kwh FROM bill b WHERE b.consumer_id = c.consumer_id
                  ORDER BY bill_month DESC LIMIT 5) recent) most
              WHERE c.status = 'active'),
            energy AS (
              SELECT k.*, t.effective_from, t.electricity_duty_percent, t.sales_tax_percent,
                     round(t.fixed_charge_rs + t.fixed_charge_rs_per_kw * k.sanctioned_load_kw, 2) AS fixed,
                     (SELECT round(sum(CASE WHEN t.time_of_use
                          THEN (k.units - k.peak) * s.rate_rs_per_kwh + k.peak * s.peak_rate_rs_per_kwh
                          ELSE greatest(0, least(k.units, coalesce(s.to_units, k.units)) - s.from_units)
                               * s.rate_rs_per_kwh END), 2)
                      FROM tariff_slab s
                      WHERE (s.tariff_code, s.effective_from) = (t.tariff_code, t.effective_from)) AS energy,
                     t.time_of_use
              FROM coded k JOIN tariff t ON t.tariff_code = k.tariff_code
                AND k.period_to >= t.effective_from AND (t.effective_to IS NULL OR k.period_to < t.effective_to)),
            duty AS (SELECT *, round((energy + fixed) * electricity_duty_percent / 100, 2) AS duty FROM energy),
            tax AS (SELECT *, round((energy + fixed + duty) * sales_tax_percent / 100, 2) AS tax FROM duty)
            SELECT service_point_id * 1000 + (extract(year FROM period_to)::int - 2000) * 12
                     + extract(month FROM period_to)::int - 1,
                   consumer_id, date_trunc('month', period_to)::date, meter_id, period_from, period_to, units,
                   CASE WHEN time_of_use THEN peak ELSE 0 END, tariff_code, effective_from,
                   energy, fixed, duty, tax, energy + fixed + duty + tax,
                   (now AT TIME ZONE 'Asia/Karachi')::date, (now AT TIME ZONE 'Asia/Karachi')::date + 15,
                   'issued', now
            FROM tax
            ON CONFLICT DO NOTHING""",
            register[0],
            register[1],
            register[2],
            register[3],
            register[4],
            register[5],
            session.clock().plusMinutes(10));
    if (issued > 0) {
      session.change(
          UtilityTable.CONSUMER,
          UPDATE,
          """
          UPDATE consumer SET tariff_code = b.tariff_code, updated_at = b.updated_at
          FROM bill b
          WHERE b.consumer_id = consumer.consumer_id AND consumer.service_point_id = ?
            AND b.period_to = ? AND b.tariff_code <> consumer.tariff_code""",
          register[0],
          register[3]);
    }
  }

  /** Three consumers have a new phone; every fifth round one is cut off. */
  private static void changeContracts(LiveSession session) throws SQLException {
    for (int i = 0; i < 3; i++) {
      session.change(
          UtilityTable.CONSUMER,
          UPDATE,
          """
          UPDATE consumer SET phone = ?, updated_at = ?
          WHERE consumer_id = (SELECT consumer_id FROM consumer ORDER BY md5(consumer_id || ?) LIMIT 1)""",
          String.format(Locale.ROOT, "0355-%07d", session.below(10_000_000, 30 + i)),
          session.clock().plusMinutes(i),
          session.salt(40 + i));
    }
    if (session.round() % 5 == 2) {
      session.change(
          UtilityTable.CONSUMER,
          UPDATE,
          """
          UPDATE consumer SET status = 'disconnected', disconnected_on = (? AT TIME ZONE 'Asia/Karachi')::date,
            updated_at = ?
          WHERE consumer_id = (
            SELECT consumer_id FROM bill WHERE status = 'issued'
            GROUP BY consumer_id HAVING count(*) > 3 ORDER BY md5(consumer_id || ?) LIMIT 1)
            AND status = 'active'""",
          session.clock(),
          session.clock(),
          session.salt(43));
    }
  }

  /** Two equal adjustments, of which one is taken back every other round. */
  private static void adjustBill(LiveSession session) throws SQLException {
    for (int i = 0; i < 2; i++) {
      session.change(
          UtilityTable.BILL_ADJUSTMENT,
          INSERT,
          """
          INSERT INTO bill_adjustment
          SELECT bill_id, (? AT TIME ZONE 'Asia/Karachi')::date, -25.00, 'goodwill', 'officer 31'
          FROM bill WHERE status <> 'cancelled' ORDER BY md5(bill_id || ?) LIMIT 1""",
          session.clock(),
          session.salt(50));
    }
    if (session.round() % 2 == 1) {
      session.change(
          UtilityTable.BILL_ADJUSTMENT,
          DELETE,
          """
          DELETE FROM bill_adjustment
          WHERE ctid = (SELECT ctid FROM bill_adjustment WHERE approved_by = 'officer 31' LIMIT 1)""");
    }
  }

  /** Once, the next notification arrives: the present tariffs get an end, dearer ones follow. */
  private static void draftTariff(LiveSession session) throws SQLException {
    if (session.round() != 0) {
      return;
    }
    Object from =
        session.rows("SELECT (?::timestamptz + interval '62 days')::date", session.clock())
            .get(0)[0];
    session.change(
        UtilityTable.TARIFF,
        INSERT,
        """
        INSERT INTO tariff
        SELECT tariff_code, ?, NULL, tariff_class, description, time_of_use, peak_starts_at, peak_ends_at,
               fixed_charge_rs, fixed_charge_rs_per_kw, electricity_duty_percent, sales_tax_percent
        FROM tariff WHERE effective_to IS NULL""",
        from);
    session.change(
        UtilityTable.TARIFF_SLAB,
        INSERT,
        """
        INSERT INTO tariff_slab
        SELECT s.tariff_code, ?, s.from_units, s.to_units, s.rate_rs_per_kwh + 1.15, s.peak_rate_rs_per_kwh + 1.15
        FROM tariff_slab s JOIN tariff t USING (tariff_code, effective_from)
        WHERE t.effective_to IS NULL AND t.effective_from < ?""",
        from,
        from);
    session.change(
        UtilityTable.TARIFF,
        UPDATE,
        "UPDATE tariff SET effective_to = ? WHERE effective_to IS NULL AND effective_from < ?",
        from,
        from);
  }

  /** The border between the last two slabs of the coming tariff is moved: a key changes. */
  private static void changeSlab(LiveSession session) throws SQLException {
    int border = session.round() % 2 == 0 ? 750 : 700;
    int former = session.round() % 2 == 0 ? 700 : 750;
    session.change(
        UtilityTable.TARIFF_SLAB,
        KEY_CHANGE,
        """
        UPDATE tariff_slab SET from_units = ?
        WHERE tariff_code = 'A1-U' AND from_units = ?
          AND effective_from = (SELECT max(effective_from) FROM tariff WHERE tariff_code = 'A1-U')""",
        border,
        former);
    session.change(
        UtilityTable.TARIFF_SLAB,
        UPDATE,
        """
        UPDATE tariff_slab SET to_units = ?
        WHERE tariff_code = 'A1-U' AND to_units = ?
          AND effective_from = (SELECT max(effective_from) FROM tariff WHERE tariff_code = 'A1-U')""",
        border,
        former);
  }
}
