package lakehouse.ingest.preflight;

import java.util.List;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SslMode;

/** A source as a test has it configured. */
final class GivenSource {
  private GivenSource() {}

  static PostgresConfig of(
      CaptureEngineName engine, List<String> tables, List<String> exclude, MaskConfig... masks) {
    return new PostgresConfig(
        "test",
        engine,
        "localhost",
        5432,
        "test",
        "lake",
        new Secret("x"),
        SslMode.PREFER,
        "",
        "lake_test",
        "lake",
        tables,
        exclude,
        List.of(masks));
  }
}
