package lakehouse.models.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TestImpliedTimes {
  private static final List<String> FUNCTIONS =
      List.of(
          "to_date(at)",
          "to_date(at + INTERVAL 5 HOURS)",
          "to_date(at - INTERVAL '1 3:20:00' DAY TO SECOND)",
          "to_date(local + INTERVAL 90 MINUTES)",
          "CAST(trunc(to_date(at + INTERVAL 5 HOURS), 'MM') AS DATE)",
          "trunc(day, 'YEAR')",
          "date_add(to_date(at), 7)",
          "date_sub(trunc(day, 'month'), 1)");

  @TempDir static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = OptimizedSession.open();
    // days around the turn of a leap year, with instants right at midnight and at 19:00
    spark
        .sql(
            """
            SELECT id, at, CAST(at AS TIMESTAMP_NTZ) AS local, CAST(at AS DATE) AS day
            FROM (
              SELECT id, CASE WHEN id % 50 <> 0
                THEN timestamp_micros(1700000000000000 + (id div 4) * 7 * 3600000000 + (id % 4) - 1 - 2 * 800000000000) END AS at
              FROM range(8000))
            """)
        .coalesce(1)
        .write()
        .parquet(folder.resolve("rows").toString());
    spark.read().parquet(folder.resolve("rows").toString()).createOrReplaceTempView("reading");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "to_date(at) IN (DATE '2024-01-02', DATE '2024-02-05') | at >= 2024-01-02 00:00:00 | at <= 2024-02-05 23:59:59.999999",
        "to_date(at + INTERVAL 5 HOURS) = DATE '2024-01-02' | at >= 2024-01-01 19:00:00 | at <= 2024-01-02 18:59:59.999999",
        "DATE '2024-01-02' <= to_date(at - INTERVAL 1 HOUR) | at >= 2024-01-02 01:00:00 | isnotnull(at",
        "to_date(at + INTERVAL 1 DAY) < DATE '2024-01-02' | at <= 2023-12-31 23:59:59.999999 | isnotnull(at",
        "trunc(to_date(at), 'YEAR') >= DATE '2024-01-01' | at >= 2024-01-01 00:00:00 | , YEAR) >= 2024-01-01",
        "to_date(local) IN (DATE '2024-01-02', DATE '2024-01-03') | local >= 2024-01-02 00:00:00 | local <= 2024-01-03 23:59:59.999999",
        "trunc(day, 'MM') = DATE '2024-02-01' | day >= 2024-02-01 | day <= 2024-02-29",
        "to_date(at) IN (DATE '2024-01-02', DATE '2024-01-03', DATE '2024-03-01') | at >= 2024-03-01 00:00:00 | at <= 2024-01-03 23:59:59.999999",
        "to_date(at + INTERVAL 5 HOURS) = DATE '2024-01-02' OR at IS NULL | at <= 2024-01-02 18:59:59.999999 | isnull(at",
      })
  void tellsOfTheColumn(String condition, String one, String other) {
    assertThat(plan(condition)).contains(one).contains(other);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "weekday(to_date(at)) = 3",
        "to_date(at) IN (DATE '2024-01-02', DATE '2024-03-01') OR id = 4",
        "date_add(to_date(at), CAST(id AS INT)) = DATE '2024-01-02'",
        "trunc(day, 'WEEK') = DATE '2024-01-01'",
        "day <> DATE '2024-01-02'",
      })
  void saysNothingWhereNothingFollows(String condition) {
    assertThat(plan(condition)).doesNotContain(">=").doesNotContain("<=");
  }

  @Test
  void takesNearDaysTogetherWhereTheyAreMany() {
    List<TimeSpan> days = IntStream.range(0, 100).map(i -> i * i).mapToObj(TimeSpan::at).toList();
    List<TimeSpan> joined = TimeSpan.joined(days, 16);
    assertThat(joined).hasSize(16).contains(TimeSpan.at(99 * 99));
    assertThat(joined.get(0)).isEqualTo(new TimeSpan(0, 84 * 84));
    assertThat(days)
        .allMatch(
            day -> joined.stream().anyMatch(s -> s.from() <= day.from() && day.to() <= s.to()));
    assertThat(TimeSpan.joined(List.of(TimeSpan.at(4), TimeSpan.at(3)), 16))
        .containsExactly(new TimeSpan(3, 4));
  }

  @RepeatedTest(10)
  void changesNoAnswer() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String condition =
        IntStream.range(0, 1 + random.nextInt(3))
            .mapToObj(i -> comparison(random))
            .collect(Collectors.joining(random.nextBoolean() ? " AND " : " OR "));
    spark.conf().set("spark.sql.optimizer.excludedRules", ImpliedTimes.class.getName());
    List<String> without = ids(condition);
    assertThat(plan("to_date(at + INTERVAL 5 HOURS) = DATE '2024-01-02'"))
        .as("a plan without the rule")
        .doesNotContain("at >= 2024-01-01 19:00:00");
    spark.conf().unset("spark.sql.optimizer.excludedRules");
    assertThat(ids(condition)).as("seed %d: %s", seed, condition).isEqualTo(without);
  }

  private static String comparison(Random random) {
    String function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
    String day = "DATE '" + LocalDate.of(2023, 10, 1).plusDays(random.nextInt(300)) + "'";
    if (function.contains("trunc") && random.nextBoolean()) {
      day = "trunc(" + day + ", 'MM')";
    }
    return switch (random.nextInt(4)) {
      case 0 -> "%s IN (%s, date_add(%s, 1), date_add(%s, 40))".formatted(function, day, day, day);
      case 1 -> "%s <= %s".formatted(day, function);
      default ->
          "%s %s %s"
              .formatted(function, List.of("=", ">", "<", ">=", "<=").get(random.nextInt(5)), day);
    };
  }

  private static List<String> ids(String condition) {
    return where(condition).select("id").orderBy("id").collectAsList().stream()
        .map(Row::toString)
        .toList();
  }

  private static String plan(String condition) {
    return where(condition).queryExecution().optimizedPlan().toString().replaceAll("#\\d+", "");
  }

  private static Dataset<Row> where(String condition) {
    return spark.sql("SELECT * FROM reading WHERE " + condition);
  }
}
