package lakehouse.load.utility;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Changes of the interval readings: new ones, slot by slot after the seeded history; corrections
 * and withdrawals of seeded ones, some of them recent, some of hot meters. Each transaction depends
 * on its number alone, so that a run that was broken off goes on with the same.
 */
public final class ReadingChanges {
  private static final int HOT_SHARE = 100;

  private final Draws draws;
  private final Instant end;
  private final long days;
  private final long[] meters;
  private final Mix mix;

  /**
   * How changes are distributed, in percent.
   *
   * @param rows of a transaction
   */
  public record Mix(
      int rows, int inserts, int updates, int recentPercent, int recentDays, int hotPercent) {}

  private ReadingChanges(long seed, LocalDate asOf, long days, long[] meters, Mix mix) {
    this.draws = new Draws(seed);
    this.end = Instant.ofEpochSecond(History.midnight(asOf));
    this.days = days;
    this.meters = meters;
    this.mix = mix;
  }

  /** Of seeded databases; the meters are those that send half hours. */
  public static ReadingChanges of(DatabaseServer server, long seed, int intervalMonths, Mix mix)
      throws SQLException {
    LocalDate asOf = UtilityGenerator.DEFAULT_AS_OF;
    List<Long> meters = new ArrayList<>();
    try (Connection connection = server.connect(UtilityDatabase.METERING);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT meter_id FROM meter WHERE interval_minutes = 30 AND status = 'in_service' ORDER BY 1")) {
      while (rows.next()) {
        meters.add(rows.getLong(1));
      }
    }
    return new ReadingChanges(
        seed,
        asOf,
        asOf.toEpochDay() - asOf.minusMonths(intervalMonths).toEpochDay(),
        meters.stream().mapToLong(Long::longValue).toArray(),
        mix);
  }

  /** The statements of a transaction. */
  public List<String> transaction(long number) {
    int inserts = Math.max(1, mix.rows() * mix.inserts() / 100);
    int updates = mix.rows() * mix.updates() / 100;
    List<String> statements = new ArrayList<>();
    StringJoiner rows = new StringJoiner(", ");
    for (int i = 0; i < inserts; i++) {
      long ordinal = number * inserts + i;
      Instant at = end.plus(Duration.ofMinutes(30 * (ordinal / meters.length)));
      rows.add(
          "(%d, '%s', %d.%03d, '%s', 'measured')"
              .formatted(
                  meters[(int) (ordinal % meters.length)],
                  at,
                  draws.below(3, Draws.Topic.LIVE, ordinal, 1),
                  draws.below(1000, Draws.Topic.LIVE, ordinal, 2),
                  at.plusSeconds(1_860)));
    }
    statements.add(
        "INSERT INTO interval_reading (meter_id, read_at, energy_kwh, received_at, status) VALUES "
            + rows
            + " ON CONFLICT DO NOTHING");
    if (updates > 0) {
      statements.add(
          """
          UPDATE interval_reading
          SET energy_kwh = energy_kwh + 0.001, status = 'corrected', corrected_at = now()
          WHERE (meter_id, read_at) IN (%s)"""
              .formatted(keys(number, 0, updates)));
    }
    if (mix.rows() - inserts - updates > 0) {
      statements.add(
          "DELETE FROM interval_reading WHERE (meter_id, read_at) IN (%s)"
              .formatted(keys(number, updates, mix.rows() - inserts - updates)));
    }
    return statements;
  }

  private String keys(long number, int from, int count) {
    StringJoiner keys = new StringJoiner(", ");
    for (int i = from; i < from + count; i++) {
      long key = number * mix.rows() + i;
      boolean recent = draws.chance(mix.recentPercent() * 10, Draws.Topic.LIVE, key, 10);
      boolean hot = draws.chance(mix.hotPercent() * 10, Draws.Topic.LIVE, key, 11);
      long span = recent ? Math.min(days, mix.recentDays()) : days;
      int slot = 1 + draws.below((int) span * History.SLOTS_PER_DAY, Draws.Topic.LIVE, key, 12);
      int among = hot ? Math.max(1, meters.length / HOT_SHARE) : meters.length;
      keys.add(
          "(%d, '%s')"
              .formatted(
                  meters[draws.below(among, Draws.Topic.LIVE, key, 13)],
                  end.minus(Duration.ofMinutes(30L * slot))));
    }
    return keys.toString();
  }

  /** Whole days that the first so many transactions reach beyond the seeded history. */
  public long daysAfter(long transactions) {
    long inserts = transactions * Math.max(1, mix.rows() * mix.inserts() / 100);
    return 1 + inserts / ((long) meters.length * History.SLOTS_PER_DAY);
  }

  /**
   * A night's changes, by transactions: a day of readings of every meter, a tenth as many
   * corrections within the newest seeded days, and a few withdrawals.
   *
   * @param day how many days after the seeded history
   */
  public List<String> night(long day) {
    List<String> transactions = new ArrayList<>();
    Instant first = end.plus(Duration.ofDays(day));
    for (int slot = 0; slot < History.SLOTS_PER_DAY; slot++) {
      Instant at = first.plus(Duration.ofMinutes(30L * slot));
      transactions.add(
          """
          INSERT INTO interval_reading (meter_id, read_at, energy_kwh, reactive_kvarh, received_at, status)
          SELECT meter_id, '%1$s', hashint8(meter_id + %2$d) %% 2000 / 1000.0 + 2, CASE WHEN kind <> 'consumer' THEN 0.5 END,
            timestamptz '%1$s' + interval '31 minutes', 'measured'
          FROM meter
          WHERE status = 'in_service' AND interval_minutes %3$s
          ON CONFLICT DO NOTHING"""
              .formatted(at, day * 48 + slot, slot % 2 == 0 ? "IN (30, 60)" : "= 30"));
      Instant corrected = end.minus(Duration.ofMinutes(30L * (slot + 1 + 48 * (day % 7))));
      transactions.add(
          """
          UPDATE interval_reading r
          SET energy_kwh = r.energy_kwh + 0.002, status = 'corrected', corrected_at = now()
          FROM meter m
          WHERE m.interval_minutes = 30
            AND (hashint8(m.meter_id + %d) & 1023) < 102
            AND r.meter_id = m.meter_id
            AND r.read_at = '%s'"""
              .formatted(slot, corrected));
      transactions.add(
          """
          DELETE FROM interval_reading r
          USING meter m
          WHERE m.interval_minutes = 30
            AND (hashint8(m.meter_id + %d) & 1023) = 511
            AND r.meter_id = m.meter_id
            AND r.read_at = '%s'"""
              .formatted(slot, corrected));
    }
    return transactions;
  }
}
