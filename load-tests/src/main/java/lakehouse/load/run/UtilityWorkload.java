package lakehouse.load.run;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import lakehouse.catalog.config.Secret;
import lakehouse.load.run.Scenario.Data;
import lakehouse.load.run.Scenario.Stream;
import lakehouse.load.utility.DatabaseServer;
import lakehouse.load.utility.ReadingChanges;
import lakehouse.load.utility.UtilityDatabase;
import lakehouse.load.utility.UtilityDatabases;
import lakehouse.load.utility.UtilityDatabases.Readings;
import lakehouse.load.utility.UtilityGenerator;
import lakehouse.load.utility.UtilitySize;
import org.jspecify.annotations.Nullable;

/** The utility's four databases, of which the readings change. */
final class UtilityWorkload implements Workload {
  private final Scenario scenario;
  private final DatabaseServer server;
  private final Function<String, Secret> passwords;
  private final long streamed;
  private @Nullable ReadingChanges changes;

  /**
   * @param passwords of the roles that capture
   * @param streamed how many transactions the stream has
   */
  UtilityWorkload(
      Scenario scenario, DatabaseServer server, Function<String, Secret> passwords, long streamed) {
    this.scenario = scenario;
    this.server = server;
    this.passwords = passwords;
    this.streamed = streamed;
  }

  @Override
  public List<String> sources() {
    return List.of("metering", "billing", "network", "service");
  }

  @Override
  public long seed(LongConsumer progress) throws SQLException, InterruptedException {
    Data data = scenario.data();
    UtilityDatabases databases = new UtilityDatabases(server);
    databases.drop();
    databases.create(
        database -> passwords.apply(database.roleName()),
        data.partitioned() ? Readings.BY_MONTH : Readings.PLAIN);
    UtilitySize size = UtilitySize.ofReadings(data.seed(), data.rows(), data.intervalMonths());
    return new UtilityGenerator(data.seed(), size, UtilityGenerator.DEFAULT_AS_OF)
        .seed(
            server,
            Runtime.getRuntime().availableProcessors(),
            (done, parts, rows) -> progress.accept(rows))
        .totalRows();
  }

  @Override
  public String table() {
    return "interval_reading";
  }

  @Override
  public String key() {
    return "meter_id, read_at";
  }

  @Override
  public String sums() {
    return "SELECT count(*) AS days, sum(e) AS kwh FROM (SELECT meter_id, CAST(read_at AS DATE) AS d, sum(energy_kwh) AS e FROM %s WHERE _op = 'r' GROUP BY meter_id, CAST(read_at AS DATE)) t";
  }

  @Override
  public int transactionRows() {
    return scenario.stream().map(Stream::rowsPerTransaction).orElse(0);
  }

  @Override
  public String streamedSource() {
    return UtilityDatabase.METERING.databaseName();
  }

  @Override
  public List<String> transaction(long number) throws SQLException {
    return changes().transaction(number);
  }

  @Override
  public List<String> night(int night) throws SQLException {
    return changes().night(changes().daysAfter(streamed) + night);
  }

  private synchronized ReadingChanges changes() throws SQLException {
    ReadingChanges found = changes;
    if (found == null) {
      Stream stream =
          scenario.stream().orElse(new Stream(50, 1, 50, 100, 0, 0, 0, 1, 0, Optional.empty()));
      found =
          ReadingChanges.of(
              server,
              scenario.data().seed(),
              scenario.data().intervalMonths(),
              new ReadingChanges.Mix(
                  stream.rowsPerTransaction(),
                  stream.insertPercent(),
                  stream.updatePercent(),
                  stream.recentPercent(),
                  stream.recentDays(),
                  stream.hotPercent()));
      changes = found;
    }
    return found;
  }

  @Override
  public List<Question> questions() {
    return List.of(
        new Question(
            "feeder energy balance of a month",
            """
            SELECT feeder_id, sum(sent_out_kwh) AS sent_out_kwh, sum(loss_kwh) AS loss_kwh
            FROM lake.gold.feeder_energy_balance
            WHERE day >= DATE '2026-06-01' AND day < DATE '2026-07-01'
            GROUP BY feeder_id ORDER BY loss_kwh DESC LIMIT 10"""),
        new Question(
            "worst AT&C losses",
            """
            SELECT feeder_id, atc_loss_percent FROM lake.gold.atc_loss
            WHERE level = 'feeder' AND month = DATE '2026-06-01' AND atc_loss_percent IS NOT NULL
            ORDER BY atc_loss_percent DESC LIMIT 10"""),
        new Question(
            "quality of all readings by day",
            """
            SELECT day, sum(expected_intervals) AS expected, sum(received_intervals) AS received
            FROM lake.gold.interval_quality GROUP BY day ORDER BY day DESC LIMIT 10"""),
        new Question(
            "one meter's readings of a week",
            """
            SELECT count(*), sum(energy_kwh) FROM lake.silver.metering.interval_reading
            WHERE meter_id = (SELECT min(meter_id) FROM lake.silver.metering.meter WHERE ami AND kind = 'consumer')
              AND read_at >= TIMESTAMP '2026-06-01 00:00:00' AND read_at < TIMESTAMP '2026-06-08 00:00:00'"""));
  }

  @Override
  public List<String> modelOptions() {
    return List.of();
  }
}
