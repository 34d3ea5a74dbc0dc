package lakehouse.models.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class TestLakeSession {
  /** What Spark marks a stage with whose code is generated. */
  private static final String GENERATED = "*(1)";

  @Test
  void compilesOnlyQueriesThatReadMoreThanALittle() {
    SparkSession spark = LakeSession.open(0);
    try {
      assertThat(sum(spark, 10)).isEqualTo(45);
      assertThat(spark.conf().get("spark.sql.codegen.wholeStage")).isEqualTo("false");
      assertThat(sum(spark, 10_000_000)).isEqualTo(49_999_995_000_000L);
      assertThat(spark.conf().get("spark.sql.codegen.wholeStage")).isEqualTo("true");
      assertThat(spark.conf().get("spark.sql.codegen.factoryMode")).isEqualTo("FALLBACK");
      assertThat(sum(spark, 10)).isEqualTo(45);
      assertThat(spark.conf().get("spark.sql.codegen.wholeStage")).isEqualTo("false");
    } finally {
      spark.stop();
    }
  }

  @Test
  void generatesCodeForALargeQueryOfATinyRun() {
    SparkSession tiny = LakeSession.open(0);
    try {
      SparkSession coded = LakeSession.withCode(tiny);
      assertThat(plan(tiny)).doesNotContain(GENERATED);
      assertThat(plan(coded)).contains(GENERATED);
      assertThat(LakeSession.withCode(coded)).isSameAs(coded);
    } finally {
      tiny.stop();
    }
  }

  private static String plan(SparkSession spark) {
    return spark.range(10).selectExpr("sum(id)").queryExecution().executedPlan().toString();
  }

  private static long sum(SparkSession spark, int rows) {
    return LakeSession.query(spark, "SELECT sum(id) FROM range(%d)".formatted(rows))
        .head()
        .getLong(0);
  }
}
