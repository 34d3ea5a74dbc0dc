package lakehouse.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IngestConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.ModelsConfig;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.publish.RunListener;
import lakehouse.models.publish.WriteAuditPublish;
import lakehouse.models.publish.WriteAuditPublish.Request;
import lakehouse.models.run.LakeSession;
import org.apache.iceberg.catalog.Namespace;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real Nessie in a process of its own with an empty warehouse, and runs of models on it: one for
 * each class of tests, with {@code main} as setup leaves it.
 */
public final class TestLake implements BeforeAllCallback, AfterAllCallback {
  private Path folder;
  private PlatformProcess platform;
  private LakeCatalog catalog;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("lake-test");
    platform = PlatformProcess.start(folder.resolve("data"));
    catalog = LakeCatalog.open(catalogConfig());
    for (String layer : List.of("bronze", "silver", "gold", "ops")) {
      catalog.iceberg().createNamespace(Namespace.of(layer));
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    catalog.close();
    platform.close();
  }

  public CatalogConfig catalogConfig() {
    return platform.catalogConfig();
  }

  /** Ends the catalog as a crash does. */
  public void killCatalog() {
    platform.kill();
  }

  /** Starts the catalog again. */
  public void restartCatalog() {
    platform.restart();
    catalog.close();
    catalog = LakeCatalog.open(catalogConfig());
  }

  /** The catalog at {@code main}, open as long as the lake is. */
  public LakeCatalog catalog() {
    return catalog;
  }

  public Path folder() {
    return folder;
  }

  public LakeConfig config() {
    return new LakeConfig(
        catalogConfig(),
        List.of(),
        new IngestConfig(Duration.ofSeconds(1), 1, folder, Optional.empty()),
        new ModelsConfig(List.of(), 4));
  }

  /** Runs the built-in models and those given by path below a folder of models. */
  public Optional<WriteAuditPublish.Published> run(Request request, List<Model> models) {
    return new WriteAuditPublish(config(), models, RunListener.SILENT).run(request);
  }

  public Optional<WriteAuditPublish.Published> run() {
    return run(new Request(List.of(), false), ModelLibrary.load(List.of()));
  }

  /** The models that a configuration file names, and the built-in ones. */
  public List<Model> models(Path config) {
    return ModelLibrary.load(List.of(config.resolveSibling("models")));
  }

  /** The rows of a query on {@code main}, as text, sorted. */
  public List<String> query(String sql) {
    return query("main", sql);
  }

  /** The rows of a query on a reference, as text, sorted. */
  public List<String> query(String reference, String sql) {
    SparkSession spark = LakeSession.open(catalogConfig(), reference, Optional.empty(), 0);
    try {
      return LakeSession.query(spark, sql).collectAsList().stream()
          .map(Row::toString)
          .sorted()
          .collect(Collectors.toList());
    } finally {
      spark.stop();
    }
  }
}
