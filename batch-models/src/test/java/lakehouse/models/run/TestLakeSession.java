package lakehouse.models.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class TestLakeSession {
  @Test
  void compilesOnlyQueriesThatReadMoreThanALittle() {
    SparkSession spark = LakeSession.open(0);
    try {
      assertThat(sum(spark, 10)).isEqualTo(45);
      assertThat(spark.conf().get("spark.sql.codegen.wholeStage")).isEqualTo("false");
      assertThat(sum(spark, 10_000_000)).isEqualTo(49_999_995_000_000L);
      assertThat(spark.conf().get("spark.sql.codegen.wholeStage")).isEqualTo("true");
      assertThat(spark.conf().get("spark.sql.codegen.factoryMode")).isEqualTo("FALLBACK");
    } finally {
      spark.stop();
    }
  }

  private static long sum(SparkSession spark, int rows) {
    return LakeSession.query(spark, "SELECT sum(id) FROM range(%d)".formatted(rows))
        .head()
        .getLong(0);
  }
}
