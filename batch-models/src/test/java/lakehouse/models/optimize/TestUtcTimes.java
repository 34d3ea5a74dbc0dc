package lakehouse.models.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestUtcTimes {
  /** Around midnights, before and after 1970, and as far as a timestamp goes. */
  private static final String INSTANTS =
      """
      SELECT id, CASE WHEN id % 11 <> 0 THEN timestamp_micros(
        CASE id % 4
          WHEN 0 THEN (id - 2000) * 43200000000L + id % 3 - 1
          WHEN 1 THEN (id - 2000) * 7200000000L - 1
          WHEN 2 THEN (id - 2000) * 2000000000000000L
          ELSE if(id < 2000, -9223372036854775808L, 9223372036854775807L) END) END AS at
      FROM range(4000)
      """;

  /** How a plan spells what takes the place of the calendar. */
  private static final String CALL = "staticinvoke(class lakehouse.models.optimize.UtcTimes, ";

  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = OptimizedSession.open();
    // a table in memory: of a range alone Spark would compute it all while it plans
    spark.sql(INSTANTS).cache().createOrReplaceTempView("moment");
  }

  @AfterEach
  void reset() {
    spark.conf().unset("spark.sql.optimizer.excludedRules");
    spark.conf().set("spark.sql.session.timeZone", "UTC");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unix_date(to_date(at))",
        "unix_date(to_date(at + if(id % 4 = 3, INTERVAL 0 HOURS, INTERVAL 5 HOURS)))",
        "unix_micros(if(id % 4 = 3, at, at - INTERVAL '1 3:20:00.000001' DAY TO SECOND))",
        "unix_date(date_add(to_date(if(id % 4 = 3, at, at + INTERVAL 168 HOURS)), 7))",
      })
  void changesNoValue(String function) {
    String sql = "SELECT %s, id FROM moment ORDER BY id".formatted(function);
    assertThat(plan(sql)).contains(CALL);
    List<Row> with = spark.sql(sql).collectAsList();
    spark.conf().set("spark.sql.codegen.wholeStage", "false");
    spark.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
    try {
      assertThat(spark.sql(sql).collectAsList()).as("without generated code").isEqualTo(with);
    } finally {
      spark.conf().unset("spark.sql.codegen.wholeStage");
      spark.conf().unset("spark.sql.codegen.factoryMode");
    }
    spark.conf().set("spark.sql.optimizer.excludedRules", UtcTimes.class.getName());
    assertThat(plan(sql)).doesNotContain(CALL);
    assertThat(spark.sql(sql).collectAsList()).isEqualTo(with);
  }

  @Test
  void groupsByDays() {
    String sql = "SELECT to_date(at) AS day, count(*) FROM moment GROUP BY to_date(at) ORDER BY 1";
    assertThat(plan(sql)).contains(CALL + "DateType, day, at#");
    List<Row> with = spark.sql(sql).collectAsList();
    spark.conf().set("spark.sql.optimizer.excludedRules", UtcTimes.class.getName());
    assertThat(spark.sql(sql).collectAsList()).hasSizeGreaterThan(1000).isEqualTo(with);
  }

  @Test
  void leavesOtherTimeZonesAlone() {
    spark.conf().set("spark.sql.session.timeZone", "Asia/Karachi");
    assertThat(plan("SELECT to_date(at) FROM moment")).doesNotContain(CALL);
  }

  @Test
  void doesNotMoveBeyondTheLastInstant() {
    assertThatThrownBy(() -> spark.sql("SELECT at + INTERVAL 5 HOURS FROM moment").collectAsList())
        .rootCause()
        .isInstanceOf(ArithmeticException.class);
  }

  private static String plan(String sql) {
    Dataset<Row> rows = spark.sql(sql);
    return rows.queryExecution().optimizedPlan().toString();
  }
}
