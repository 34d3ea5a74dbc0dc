package lakehouse.load.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.load.reconcile.LakeSession;
import lakehouse.load.utility.UtilityGenerator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** A few meaningful rows of five marts, as they are published, and the names of the others. */
final class MartTables {
  /** The last whole month that the generated utility knows. */
  private static final LocalDate MONTH = UtilityGenerator.DEFAULT_AS_OF.minusMonths(1);

  private static final List<Question> QUESTIONS =
      List.of(
          new Question(
              "Energy lost by feeder, %s: the five worst",
              """
              SELECT
                f.name AS feeder,
                CAST(sum(b.sent_out_kwh) AS DECIMAL(18, 1)) AS sent_out_kwh,
                CAST(sum(b.pmt_kwh) AS DECIMAL(18, 1)) AS at_pmts_kwh,
                CAST(sum(b.consumer_kwh) AS DECIMAL(18, 1)) AS consumed_kwh,
                CAST(100 * sum(b.loss_kwh) / sum(b.sent_out_kwh) AS DECIMAL(9, 2)) AS loss_percent,
                max(b.unread_meters) AS meters_not_read_yet
              FROM lake.gold.feeder_energy_balance b
              JOIN lake.gold.dim_feeder f ON f.feeder_id = b.feeder_id
              WHERE b.sent_out_kwh > 0
                AND b.day >= DATE '%1$s'
                AND b.day < add_months(DATE '%1$s', 1)
              GROUP BY f.name
              ORDER BY loss_percent DESC
              LIMIT 5"""),
          new Question(
              "What is sent out and never paid for, %s: the five worst feeders",
              """
              SELECT
                f.name AS feeder,
                i.name AS ibc,
                CAST(a.sent_out_kwh AS DECIMAL(18, 1)) AS sent_out_kwh,
                a.billed_kwh,
                CAST(a.td_loss_percent AS DECIMAL(9, 1)) AS td_loss_percent,
                CAST(a.recovery_percent AS DECIMAL(9, 1)) AS recovery_percent,
                CAST(a.atc_loss_percent AS DECIMAL(9, 1)) AS atc_loss_percent
              FROM lake.gold.atc_loss a
              JOIN lake.gold.dim_feeder f ON f.feeder_id = a.feeder_id
              JOIN lake.gold.dim_ibc i ON i.ibc_id = a.ibc_id
              WHERE a.level = 'feeder'
                AND a.month = DATE '%1$s'
                AND a.atc_loss_percent IS NOT NULL
              ORDER BY a.atc_loss_percent DESC, a.feeder_id
              LIMIT 5"""),
          new Question(
              "Reliability by office, %s: interruptions and minutes without supply per consumer",
              """
              SELECT
                i.name AS ibc,
                r.consumers_served,
                CAST(r.fault_saifi AS DECIMAL(9, 2)) AS fault_saifi,
                CAST(r.fault_saidi_minutes AS DECIMAL(9, 1)) AS fault_saidi_minutes,
                CAST(r.fault_caidi_minutes AS DECIMAL(9, 1)) AS fault_caidi_minutes,
                CAST(r.loadshed_saidi_minutes AS DECIMAL(9, 1)) AS loadshed_saidi_minutes
              FROM lake.gold.reliability_index r
              JOIN lake.gold.dim_ibc i ON i.ibc_id = r.ibc_id
              WHERE r.level = 'ibc'
                AND r.month = DATE '%1$s'
              ORDER BY r.fault_saidi_minutes DESC
              LIMIT 6"""),
          new Question(
              "Recovery and receivables by tariff class, %s",
              """
              SELECT
                tariff_class,
                sum(bills_issued) AS bills,
                sum(billed_rs) AS billed_rs,
                sum(collected_rs) AS collected_rs,
                CAST(100 * sum(collected_rs) / sum(billed_rs) AS DECIMAL(9, 1)) AS recovery_percent,
                sum(receivable_rs) AS receivable_rs,
                sum(due_91_180_rs + due_181_365_rs + due_over_365_rs) AS due_over_90_days_rs
              FROM lake.gold.recovery_ageing
              WHERE month = DATE '%1$s'
              GROUP BY tariff_class
              ORDER BY billed_rs DESC"""),
          new Question(
              "Complaints opened in %s: in time by category",
              """
              SELECT
                category,
                count(*) AS complaints,
                CAST(avg(CASE WHEN response_in_time THEN 100 ELSE 0 END) AS DECIMAL(9, 1)) AS response_in_time_percent,
                CAST(avg(CASE WHEN restoration_in_time THEN 100 ELSE 0 END) AS DECIMAL(9, 1)) AS mended_in_time_percent,
                count_if(link = 'found') AS of_a_known_interruption,
                count_if(restoration_in_time IS NULL) AS not_mended_yet
              FROM lake.gold.complaint_sla
              WHERE month = DATE '%1$s'
              GROUP BY category
              ORDER BY complaints DESC, category"""),
          new Question(
              "Reads that the head-end sent in files, against those of its database",
              """
              SELECT
                CAST(f.read_at + INTERVAL 5 HOURS AS DATE) AS day,
                count(*) AS reads_in_files,
                count(r.meter_id) AS also_in_database,
                count_if(r.energy_kwh = f.kwh) AS equal,
                CAST(sum(f.kwh) AS DECIMAL(18, 1)) AS kwh
              FROM lake.silver.head_end.interval_read f
              LEFT JOIN lake.silver.metering.meter m ON m.serial_no = f.meter
              LEFT JOIN lake.silver.metering.interval_reading r
                ON r.meter_id = m.meter_id
                AND r.read_at = f.read_at
              GROUP BY 1
              ORDER BY 1"""),
          new Question(
              "Lines of files that were not taken in, with their reason",
              """
              SELECT reason, message, count(*) AS lines, max(file) AS the_last_in
              FROM lake.ops.quarantine_head_end
              GROUP BY 1, 2
              ORDER BY 1"""),
          new Question(
              "Work orders of the old platform, which is asked by queries",
              """
              SELECT
                kind,
                count(*) AS orders,
                count_if(closed_at IS NULL) AS open,
                CAST(avg(timestampdiff(MINUTE, opened_at, closed_at)) AS DECIMAL(9, 1)) AS average_minutes
              FROM lake.silver.legacy.work_order
              GROUP BY kind
              ORDER BY kind"""));

  private MartTables() {}

  /** What is asked of a mart; the month is filled in. */
  private record Question(String title, String sql) {}

  /**
   * Asks at the head of the published branch, and returns the tables as text.
   *
   * @param reads how many reads came in files
   * @param broken how many lines of files cannot be taken
   */
  static String read(LakeCatalog catalog, int reads, int broken) {
    String published = catalog.config().reference();
    String hash = catalog.reference(published).orElseThrow().getHash();
    SparkSession spark = LakeSession.open(catalog.config(), hash);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Console console = new Console(new PrintStream(text, true, StandardCharsets.UTF_8));
    for (Question question : QUESTIONS) {
      Dataset<Row> answer = spark.sql(question.sql().formatted(MONTH));
      List<Row> rows = answer.collectAsList();
      if (rows.isEmpty()) {
        throw new LakeException(
            ExitCode.DATA_CHECK,
            "A mart is empty that cannot be: \"%s\" has no row."
                .formatted(question.title().formatted(MONTH)));
      }
      console.say("%n%s", question.title().formatted(month()));
      console.table(Arrays.asList(answer.columns()), rows.stream().map(MartTables::cells).toList());
    }
    requireFiles(spark, reads, broken);
    console.say("%nAlso in lake.gold: %s", String.join(", ", others(spark)));
    return text.toString(StandardCharsets.UTF_8);
  }

  /** What came in files is all there: in silver, or in quarantine with its reason. */
  private static void requireFiles(SparkSession spark, int reads, int broken) {
    Row found =
        spark
            .sql(
                """
                SELECT
                  (SELECT count(*) FROM lake.silver.head_end.interval_read),
                  (SELECT count(*) FROM lake.ops.quarantine_head_end)""")
            .first();
    if (found.getLong(0) != reads || found.getLong(1) != broken) {
      throw new LakeException(
          ExitCode.DATA_CHECK,
          """
          Of %d reads and %d broken lines in files, silver has %d and the quarantine %d.
          Which they are is in bronze.head_end._files and ops.quarantine_head_end: run it with --keep, and ask there."""
              .formatted(reads, broken, found.getLong(0), found.getLong(1)));
    }
  }

  /** The other tables that answer questions: neither dimensions nor what the models keep. */
  private static List<String> others(SparkSession spark) {
    return spark.sql("SHOW TABLES IN lake.gold").collectAsList().stream()
        .map(row -> row.<String>getAs("tableName"))
        .filter(table -> !table.startsWith("dim_") && !table.contains("__"))
        .filter(
            table ->
                QUESTIONS.stream()
                    .noneMatch(
                        it ->
                            it.sql().contains("lake.gold." + table + "\n")
                                || it.sql().contains("lake.gold." + table + " ")))
        .sorted()
        .toList();
  }

  private static String month() {
    return MONTH.toString().substring(0, 7);
  }

  private static List<@Nullable Object> cells(Row row) {
    List<@Nullable Object> cells = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      cells.add(row.get(i));
    }
    return cells;
  }
}
