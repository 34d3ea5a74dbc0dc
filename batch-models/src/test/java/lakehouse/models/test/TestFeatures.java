package lakehouse.models.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.model.ModelSql;
import lakehouse.models.run.LakeSession;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/**
 * A row of features is of a month's end: what happens afterwards changes nothing of it. Each input
 * is cut at an instant, as it was known then; what is made of the cut equals what is made of all.
 */
class TestFeatures {
  private static final String FEATURES = "gold.consumer_features";
  private static final LocalDate FIRST = LocalDate.of(2025, 1, 1);
  private static final int DAYS = 420;

  /** What was known by an instant, <code>%1$s</code>, or the day before it, <code>%2$s</code>. */
  private static final Map<String, String> KNOWN =
      Map.of(
          "silver.billing.bill", "SELECT * FROM all_rows WHERE issued_on < DATE '%2$s'",
          "silver.billing.payment", "SELECT * FROM all_rows WHERE paid_at < TIMESTAMP '%1$s'",
          "silver.billing.consumer", "SELECT * FROM all_rows",
          "silver.network.service_point_supply",
              """
              SELECT service_point_id, valid_from,
                CASE WHEN valid_to < TIMESTAMP '%1$s' THEN valid_to END AS valid_to, pmt_id
              FROM all_rows WHERE valid_from < TIMESTAMP '%1$s'""",
          "silver.metering.pmt_meter_day", "SELECT * FROM all_rows WHERE day < DATE '%2$s'",
          "silver.metering.meter_event",
              "SELECT * FROM all_rows WHERE received_at < TIMESTAMP '%1$s'",
          "silver.metering.meter_place",
              """
              SELECT meter_id, valid_from,
                CASE WHEN valid_to < TIMESTAMP '%1$s' THEN valid_to END AS valid_to, ami, service_point_id
              FROM all_rows WHERE valid_from < TIMESTAMP '%1$s'""");

  /** What keeps the months after out of the model, and what would let them in. */
  private static final Map<String, String> LEAKS =
      Map.of(
          "CAST(trunc(to_date(p.paid_at + INTERVAL 5 HOURS), 'MM') AS DATE)", "o.month",
          "AND e.received_at < b.ends_at", "",
          "6 PRECEDING AND 1 PRECEDING", "6 PRECEDING AND 1 FOLLOWING");

  @Test
  void knowNothingOfTheMonthsAfter() {
    long seed = Long.getLong("lakehouse.seed", new Random().nextLong());
    System.out.println("seed " + seed);
    Model model =
        ModelLibrary.load(List.of()).stream()
            .filter(it -> it.name().equals(FEATURES))
            .findFirst()
            .orElseThrow();
    SparkSession spark = LakeSession.open(0);
    try {
      Map<String, List<Row>> rows = rows(new Random(seed));
      assertThat(leaks(spark, model.sql(), rows, 10, 13)).as("seed " + seed).isEmpty();
      LEAKS.forEach(
          (text, leaking) -> {
            assertThat(model.sql()).contains(text);
            assertThat(leaks(spark, model.sql().replace(text, leaking), rows, 12))
                .as("a leak: without " + text + ", seed " + seed)
                .isNotEmpty();
          });
    } finally {
      spark.stop();
    }
  }

  /** Rows of months that had ended, which come out otherwise where the later is known too. */
  private static List<String> leaks(
      SparkSession spark, String sql, Map<String, List<Row>> rows, int... months) {
    List<String> leaks = new ArrayList<>();
    List<String> whole = made(spark, sql, rows, LocalDate.of(2099, 1, 1));
    for (int month : months) {
      LocalDate end = FIRST.plusMonths(month);
      List<String> known =
          made(spark, sql, rows, end).stream().filter(row -> monthOf(row).isBefore(end)).toList();
      assertThat(known).as("rows before " + end).hasSizeGreaterThan(50);
      whole.stream()
          .filter(row -> monthOf(row).isBefore(end))
          .filter(row -> !known.contains(row))
          .forEach(row -> leaks.add(end + ": " + row));
    }
    return leaks;
  }

  private static LocalDate monthOf(String row) {
    return LocalDate.parse(row.substring(1).split(",")[1]);
  }

  private static List<String> made(
      SparkSession spark, String sql, Map<String, List<Row>> rows, LocalDate end) {
    LocalDateTime instant = end.atStartOfDay().minusHours(5);
    rows.forEach(
        (table, all) -> {
          spark
              .createDataFrame(all, StructType.fromDDL(SCHEMAS.get(table)))
              .createOrReplaceTempView("all_rows");
          spark
              .sql(KNOWN.get(table).formatted(instant.toString().replace('T', ' '), end))
              .createOrReplaceTempView(view(table));
        });
    return spark
        .sql(ModelSql.replaceRefs(sql, table -> view(table.toString())))
        .collectAsList()
        .stream()
        .map(Row::toString)
        .toList();
  }

  private static String view(String table) {
    return "known_" + TableIdentifier.parse(table).name();
  }

  private static final Map<String, String> SCHEMAS =
      Map.of(
          "silver.billing.bill",
              "bill_id BIGINT, consumer_id BIGINT, issued_on DATE, due_on DATE, period_from DATE,"
                  + " period_to DATE, units_kwh DECIMAL(10,0), amount_rs DECIMAL(14,2), status STRING",
          "silver.billing.payment", "bill_id BIGINT, paid_at TIMESTAMP, amount_rs DECIMAL(14,2)",
          "silver.billing.consumer",
              "consumer_id BIGINT, service_point_id BIGINT, connected_on DATE",
          "silver.network.service_point_supply",
              "service_point_id BIGINT, valid_from TIMESTAMP, valid_to TIMESTAMP, pmt_id INT",
          "silver.metering.pmt_meter_day",
              "pmt_id INT, meter_id BIGINT, part STRING, day DATE, energy_kwh DECIMAL(30,18)",
          "silver.metering.meter_event",
              "event_id BIGINT, meter_id BIGINT, kind STRING, occurred_at TIMESTAMP,"
                  + " received_at TIMESTAMP",
          "silver.metering.meter_place",
              "meter_id BIGINT, valid_from TIMESTAMP, valid_to TIMESTAMP, ami BOOLEAN,"
                  + " service_point_id BIGINT");

  /** Eight consumers below two PMTs through fourteen months, with all that can come late. */
  private static Map<String, List<Row>> rows(Random random) {
    Map<String, List<Row>> rows = new LinkedHashMap<>();
    SCHEMAS.keySet().forEach(table -> rows.put(table, new ArrayList<>()));
    long id = 0;
    for (long consumer = 1; consumer <= 8; consumer++) {
      rows.get("silver.billing.consumer")
          .add(RowFactory.create(consumer, consumer, Date.valueOf(FIRST)));
      Timestamp moved = instant(random.nextInt(DAYS), random);
      Timestamp hung = instant(-100, random);
      rows.get("silver.network.service_point_supply")
          .add(RowFactory.create(consumer, hung, moved, 1 + (int) (consumer % 2)));
      rows.get("silver.network.service_point_supply")
          .add(RowFactory.create(consumer, moved, null, 2 - (int) (consumer % 2)));
      rows.get("silver.metering.meter_place")
          .add(RowFactory.create(consumer, hung, moved, true, consumer));
      rows.get("silver.metering.meter_place")
          .add(RowFactory.create(consumer + 100, moved, null, true, consumer));
      for (int day = 5 + random.nextInt(15); day < DAYS - 30; day += 28 + random.nextInt(5)) {
        LocalDate to = FIRST.plusDays(day + 30);
        long bill = ++id;
        rows.get("silver.billing.bill")
            .add(
                RowFactory.create(
                    bill,
                    consumer,
                    Date.valueOf(to.plusDays(random.nextInt(9))),
                    Date.valueOf(to.plusDays(12 + random.nextInt(20))),
                    Date.valueOf(to.minusDays(30)),
                    Date.valueOf(to),
                    BigDecimal.valueOf(50 + random.nextInt(400)),
                    BigDecimal.valueOf(1000 + random.nextInt(9000)),
                    "issued"));
        rows.get("silver.billing.payment")
            .add(
                RowFactory.create(
                    bill,
                    instant(day + 35 + random.nextInt(80), random),
                    BigDecimal.valueOf(1 + random.nextInt(9000))));
      }
      // so many, and so late, that some are under way at the end of any month
      for (int n = 0; n < 150; n++) {
        int day = random.nextInt(DAYS);
        Timestamp occurred = instant(day, random);
        rows.get("silver.metering.meter_event")
            .add(
                RowFactory.create(
                    ++id,
                    random.nextBoolean() ? consumer : consumer + 100,
                    "cover_open",
                    occurred,
                    new Timestamp(occurred.getTime() + random.nextInt(20 * 86_400) * 1000L)));
      }
    }
    for (int pmt = 1; pmt <= 2; pmt++) {
      for (int day = 0; day < DAYS; day++) {
        rows.get("silver.metering.pmt_meter_day")
            .add(
                RowFactory.create(
                    pmt,
                    900L + pmt,
                    "pmt",
                    Date.valueOf(FIRST.plusDays(day)),
                    BigDecimal.valueOf(random.nextInt(100_000), 3)));
      }
    }
    return rows;
  }

  private static Timestamp instant(int day, Random random) {
    return Timestamp.from(
        FIRST
            .plusDays(day)
            .atStartOfDay()
            .plusSeconds(random.nextInt(86_400))
            .toInstant(ZoneOffset.UTC));
  }
}
