package lakehouse.models.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestLaid {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LakeSession.open(0);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT /*+ REPARTITION(day) */ * FROM reading | true",
        "SELECT day, meter FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) WHERE meter > 3 | true",
        "SELECT *, max(meter) OVER (PARTITION BY day, meter) FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) | true",
        "SELECT *, max(meter) OVER (PARTITION BY meter) FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) | false",
        "SELECT /*+ MERGE(n) */ l.* FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) l LEFT JOIN reading n ON n.meter = l.meter | false",
        "SELECT /*+ BROADCAST(n) */ l.* FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) l LEFT JOIN reading n ON n.meter = l.meter | true",
        "SELECT meter, explode(sequence(0, 2)) AS day FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) | false",
        "SELECT day AS on, meter FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) | false",
        "SELECT meter AS day FROM (SELECT /*+ REPARTITION(day) */ * FROM reading) | false",
        "SELECT day, meter FROM (SELECT /*+ REPARTITION(day, meter) */ * FROM reading) | false",
        "WITH laid AS (SELECT /*+ REPARTITION(day) */ * FROM reading) SELECT day, meter FROM laid | true",
        "SELECT day, count(*) FROM reading GROUP BY day, meter | false",
        "SELECT day, count(*) FROM reading GROUP BY day | false",
        "SELECT day, meter FROM reading | false",
        "SELECT /*+ REPARTITION(2) */ * FROM reading | false",
      })
  void isToldOfAQuery(String sql, boolean byDay) {
    spark.range(100).selectExpr("id AS meter", "id % 7 AS day").createOrReplaceTempView("reading");
    for (boolean adaptive : new boolean[] {false, true}) {
      spark.conf().set("spark.sql.adaptive.enabled", adaptive);
      assertThat(Laid.by(spark.sql(sql), "day")).as("adaptive: %s", adaptive).isEqualTo(byDay);
    }
  }
}
