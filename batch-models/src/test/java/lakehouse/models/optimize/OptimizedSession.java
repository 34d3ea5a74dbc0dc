package lakehouse.models.optimize;

import org.apache.spark.sql.SparkSession;

/** A session without a lake whose optimizer is taught as the lake's are. */
final class OptimizedSession {
  private OptimizedSession() {}

  static SparkSession open() {
    return SparkSession.builder()
        .master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.extensions", LakeExtensions.class.getName())
        .getOrCreate();
  }
}
