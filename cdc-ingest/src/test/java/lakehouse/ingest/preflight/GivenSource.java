package lakehouse.ingest.preflight;

import java.util.List;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SourceConfig;

/** A source as a test has it configured. */
final class GivenSource {
  private GivenSource() {}

  static SourceConfig of(
      CaptureEngineName engine, List<String> tables, List<String> exclude, MaskConfig... masks) {
    return new SourceConfig(
        "test",
        engine,
        "localhost",
        5432,
        "test",
        "lake",
        new Secret("x"),
        "lake_test",
        "lake",
        tables,
        exclude,
        List.of(masks));
  }
}
