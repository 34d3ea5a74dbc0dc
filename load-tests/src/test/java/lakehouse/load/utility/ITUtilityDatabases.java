package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityDatabase.BILLING;
import static lakehouse.load.utility.UtilityDatabase.METERING;
import static lakehouse.load.utility.UtilityDatabase.NETWORK;
import static lakehouse.load.utility.UtilityDatabase.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import lakehouse.catalog.cli.LakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the generator wrote, judged by SQL that knows nothing of it. */
class ITUtilityDatabases {

  private static UtilityServer server;
  private static SeedResult seeded;

  @BeforeAll
  static void seed() throws Exception {
    server = UtilityServer.start();
    // all but what is wrong on purpose holds together
    seeded =
        new UtilityGenerator(
                42, UtilitySize.ofScale(1), UtilityGenerator.DEFAULT_AS_OF, EnumSet.of(Fault.THEFT))
            .seed(server.server(), 2, SeedProgress.SILENT);
    // Topology, meters and readings in one place, for the questions that cross databases.
    server.execute(
        METERING,
        """
        CREATE SCHEMA network;
        CREATE TABLE network.feeder_pmt (pmt_id int, valid_from timestamptz, valid_to timestamptz, feeder_id int);
        CREATE TABLE network.pmt_service_point
          (service_point_id bigint, valid_from timestamptz, valid_to timestamptz, pmt_id int)""");
    copy("feeder_pmt", "pmt_id, valid_from, valid_to, feeder_id");
    copy("pmt_service_point", "service_point_id, valid_from, valid_to, pmt_id");
    server.execute(
        METERING,
        """
        CREATE TABLE network.hourly AS
        SELECT i.feeder_id, i.pmt_id, i.service_point_id, m.kind::text AS kind,
               date_trunc('hour', r.read_at) AS hour, sum(r.energy_kwh) AS kwh,
               count(*) * m.interval_minutes AS minutes
        FROM interval_reading r
        JOIN meter m USING (meter_id)
        JOIN meter_installation i ON i.meter_id = r.meter_id AND r.read_at >= i.valid_from
          AND (i.valid_to IS NULL OR r.read_at < i.valid_to)
        GROUP BY 1, 2, 3, 4, 5, m.interval_minutes;
        ANALYZE""");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static void copy(String table, String columns) throws SQLException {
    StringBuilder values = new StringBuilder();
    for (String row : server.rows(NETWORK, "SELECT " + columns + " FROM " + table)) {
      values
          .append(values.isEmpty() ? "(" : ",(")
          .append("'%s'".formatted(row.replace("|", "','")).replace("'null'", "NULL"))
          .append(')');
    }
    server.execute(METERING, "INSERT INTO network." + table + " VALUES " + values);
  }

  @Test
  void reportsTheRowsOfEveryTable() throws Exception {
    for (UtilityTable table : UtilityTable.values()) {
      long rows = server.number(table.database(), "SELECT count(*) FROM " + table.tableName());
      assertThat(rows).as(table.tableName()).isPositive().isEqualTo(seeded.rows().get(table));
    }
  }

  @Test
  void keepsEveryForeignKey() throws Exception {
    for (UtilityDatabase database : UtilityDatabase.values()) {
      for (String row :
          server.rows(
              database,
              """
              SELECT conrelid::regclass, quote_ident(conname), pg_get_constraintdef(oid)
              FROM pg_constraint WHERE contype = 'f'""")) {
        String[] key = row.split("\\|");
        server.execute(
            database,
            "ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s"
                .formatted(key[0], key[1], key[1], key[2]));
      }
    }
  }

  @Test
  void keepsEveryReferenceAcrossDatabases() throws Exception {
    Set<String> servicePoints = set(NETWORK, "SELECT service_point_id FROM service_point");
    Set<String> consumers = set(BILLING, "SELECT consumer_id FROM consumer");
    Set<String> meters = set(METERING, "SELECT meter_id FROM meter");

    assertThat(servicePoints)
        .containsAll(set(BILLING, "SELECT service_point_id FROM consumer"))
        .containsAll(
            set(
                METERING,
                "SELECT service_point_id FROM meter_installation WHERE service_point_id > 0"));
    assertThat(set(NETWORK, "SELECT pmt_id FROM pmt"))
        .containsAll(set(METERING, "SELECT pmt_id FROM meter_installation WHERE pmt_id > 0"));
    assertThat(set(NETWORK, "SELECT feeder_id FROM feeder"))
        .containsAll(set(METERING, "SELECT feeder_id FROM meter_installation WHERE feeder_id > 0"));
    assertThat(set(BILLING, "SELECT ibc_id FROM ibc"))
        .containsAll(set(NETWORK, "SELECT ibc_id FROM feeder"))
        .containsAll(set(SERVICE, "SELECT ibc_id FROM new_connection"));
    assertThat(meters).containsAll(set(BILLING, "SELECT meter_id FROM bill"));
    assertThat(consumers)
        .containsAll(set(SERVICE, "SELECT consumer_id FROM complaint"))
        .containsAll(set(SERVICE, "SELECT consumer_id FROM new_connection WHERE consumer_id > 0"));
    assertThat(set(NETWORK, "SELECT interruption_id FROM interruption"))
        .containsAll(
            set(SERVICE, "SELECT interruption_id FROM complaint WHERE interruption_id > 0"));
    assertThat(set(BILLING, "SELECT tariff_code FROM tariff"))
        .containsAll(set(SERVICE, "SELECT tariff_code FROM new_connection"));
  }

  @Test
  void givesAPersonOneNationalNumberEverywhere() throws Exception {
    assertThat(set(BILLING, "SELECT consumer_id, cnic FROM consumer"))
        .containsAll(set(SERVICE, "SELECT consumer_id, cnic FROM complaint WHERE cnic IS NOT NULL"))
        .containsAll(
            set(SERVICE, "SELECT consumer_id, cnic FROM new_connection WHERE consumer_id > 0"));
    assertThat(server.number(BILLING, "SELECT count(*) - count(DISTINCT cnic) FROM consumer"))
        .as("consumers that share a person")
        .isPositive();
  }

  @Test
  void leavesNoGapInTheSwitchingHistory() throws Exception {
    for (String[] table :
        new String[][] {{"feeder_pmt", "pmt_id"}, {"pmt_service_point", "service_point_id"}}) {
      assertThat(
              server.rows(
                  NETWORK,
                  """
                  SELECT * FROM (
                    SELECT *, lead(valid_from) OVER (PARTITION BY %s ORDER BY valid_from) AS next FROM %s) h
                  WHERE valid_to IS DISTINCT FROM next"""
                      .formatted(table[1], table[0])))
          .isEmpty();
    }
    assertThat(server.number(NETWORK, "SELECT count(*) FROM feeder_pmt WHERE valid_to IS NOT NULL"))
        .isPositive();
  }

  @Test
  void sendsIntoAFeederAtLeastWhatItsPmtsDeliver() throws Exception {
    assertThat(
            server.rows(
                METERING,
                """
                WITH pmt AS (
                  SELECT t.feeder_id, h.hour, sum(h.kwh) AS kwh FROM network.hourly h
                  JOIN network.feeder_pmt t ON t.pmt_id = h.pmt_id AND h.hour >= t.valid_from
                    AND (t.valid_to IS NULL OR h.hour < t.valid_to)
                  GROUP BY 1, 2)
                SELECT count(*) > 8000,
                       count(*) FILTER (WHERE f.kwh < p.kwh),
                       sum(p.kwh) / sum(f.kwh) BETWEEN 0.96 AND 0.99
                FROM network.hourly f JOIN pmt p USING (feeder_id, hour) WHERE f.minutes = 60"""))
        .containsExactly("t|0|t");
  }

  @Test
  void deliversFromAPmtAtLeastWhatItsConsumersAreMetered() throws Exception {
    assertThat(
            server.rows(
                METERING,
                """
                WITH consumer AS (
                  SELECT t.pmt_id, h.hour, sum(h.kwh) AS kwh FROM network.hourly h
                  JOIN network.pmt_service_point t ON t.service_point_id = h.service_point_id
                    AND h.hour >= t.valid_from AND (t.valid_to IS NULL OR h.hour < t.valid_to)
                  GROUP BY 1, 2)
                SELECT count(*) > 6000, count(*) FILTER (WHERE p.kwh < c.kwh)
                FROM network.hourly p JOIN consumer c USING (pmt_id, hour)"""))
        .containsExactly("t|0");
  }

  @Test
  void movesARegisterByTheSumOfItsIntervals() throws Exception {
    assertThat(
            server.rows(
                METERING,
                """
                WITH intervals AS (
                  SELECT meter_id, sum(energy_kwh) AS kwh, count(*) AS received
                  FROM interval_reading GROUP BY meter_id),
                register AS (
                  SELECT meter_id, max(register_kwh) - min(register_kwh) AS kwh FROM register_reading
                  WHERE read_kind = 'ami' GROUP BY meter_id)
                SELECT count(*) FILTER (WHERE received = 30 * 48) > 50,
                       count(*) FILTER (WHERE received < 30 * 48) > 10,
                       count(*) FILTER (WHERE received = 30 * 48 AND r.kwh <> i.kwh),
                       count(*) FILTER (WHERE r.kwh < i.kwh)
                FROM register r JOIN intervals i USING (meter_id)"""))
        .containsExactly("t|t|0|0");
  }

  @Test
  void chargesEachBillByTheSlabsOfItsDay() throws Exception {
    assertThat(
            server.rows(
                BILLING,
                """
                WITH priced AS (
                  SELECT b.*, t.effective_from, t.tariff_class, t.electricity_duty_percent, t.sales_tax_percent,
                    t.fixed_charge_rs + t.fixed_charge_rs_per_kw * c.sanctioned_load_kw AS fixed,
                    (SELECT CASE WHEN t.time_of_use
                         THEN sum((b.units_kwh - b.peak_units_kwh) * s.rate_rs_per_kwh
                                  + b.peak_units_kwh * s.peak_rate_rs_per_kwh)
                         ELSE sum(greatest(0, least(b.units_kwh, coalesce(s.to_units, b.units_kwh)) - s.from_units)
                                  * s.rate_rs_per_kwh) END
                     FROM tariff_slab s
                     WHERE (s.tariff_code, s.effective_from) = (t.tariff_code, t.effective_from)) AS energy
                  FROM bill b
                  JOIN consumer c USING (consumer_id)
                  JOIN tariff t ON t.tariff_code = b.tariff_code AND b.period_to >= t.effective_from
                    AND (t.effective_to IS NULL OR b.period_to < t.effective_to)),
                fixed AS (
                  SELECT *, round(energy, 2) AS e,
                    round(fixed, 2) AS f FROM priced),
                duty AS (SELECT *, round((e + f) * electricity_duty_percent / 100, 2) AS d FROM fixed)
                SELECT count(*) = (SELECT count(*) FROM bill),
                       count(DISTINCT effective_from),
                       count(DISTINCT tariff_class),
                       count(*) FILTER (WHERE effective_from <> tariff_effective_from
                         OR amount_rs <> e + f + d + round((e + f + d) * sales_tax_percent / 100, 2)
                         OR energy_charge_rs <> e OR fixed_charge_rs <> f OR electricity_duty_rs <> d)
                FROM duty"""))
        .containsExactly("t|2|5|0");
  }

  @Test
  void billsWhatTheRegisterMoved() throws Exception {
    Set<String> registers =
        set(
            METERING,
            """
            SELECT meter_id, lag(read_on) OVER w, read_on,
                   floor(register_kwh) - floor(lag(register_kwh) OVER w)
            FROM register_reading WINDOW w AS (PARTITION BY meter_id ORDER BY read_on)""");
    assertThat(registers)
        .containsAll(set(BILLING, "SELECT meter_id, period_from, period_to, units_kwh FROM bill"));
  }

  @Test
  void marksABillByWhatWasPaid() throws Exception {
    assertThat(
            server.rows(
                BILLING,
                """
                SELECT count(DISTINCT status), count(*) FILTER (WHERE status IS DISTINCT FROM (CASE
                  WHEN status = 'cancelled' AND paid = 0 THEN 'cancelled'
                  WHEN paid >= amount_rs THEN 'paid' WHEN paid > 0 THEN 'partly_paid' ELSE 'issued' END)::bill_status)
                FROM bill CROSS JOIN LATERAL (
                  SELECT coalesce(sum(p.amount_rs), 0) AS paid FROM payment p WHERE p.bill_id = bill.bill_id) x"""))
        .containsExactly("4|0");
  }

  @Test
  void publishesEveryKeyedTableToALeastPrivilegeRole() throws Exception {
    for (UtilityDatabase database : UtilityDatabase.values()) {
      List<String> keyed =
          server.rows(
              database,
              """
              SELECT c.relname FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND contype = 'p'
              WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1""");
      assertThat(
              server.rows(
                  database,
                  "SELECT tablename FROM pg_publication_tables WHERE pubname = 'lake' ORDER BY 1"))
          .isEqualTo(keyed);
      String url =
          server
              .server()
              .urlOf(database)
              .replace(
                  "user=postgres",
                  "user="
                      + database.roleName()
                      + "&password="
                      + database.databaseName()
                      + "-secret");
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        for (String table : keyed) {
          statement.executeQuery("SELECT 1 FROM " + table + " LIMIT 1").close();
        }
        assertThatThrownBy(() -> statement.execute("DELETE FROM " + keyed.get(0)))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("permission denied for table " + keyed.get(0));
        assertThatThrownBy(() -> statement.execute("CREATE TABLE public.mine (n int)"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("permission denied for schema public");
      }
    }
  }

  @Test
  void createsAgainWithoutHarm() throws Exception {
    new UtilityDatabases(server.server()).create(UtilityServer::password);

    assertThat(server.number(NETWORK, "SELECT count(*) FROM pmt")).isEqualTo(60);
  }

  @Test
  void refusesToSeedTwice() {
    assertThatThrownBy(
            () -> UtilityGenerator.ofScale(42, 0.1).seed(server.server(), 1, SeedProgress.SILENT))
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("holds rows already; seeding fills empty databases only");
  }

  private static Set<String> set(UtilityDatabase database, String sql) throws SQLException {
    return new HashSet<>(new ArrayList<>(server.rows(database, sql)));
  }
}
