package lakehouse.catalog.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.IngestConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.ModelsConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.catalog.config.SslMode;
import lakehouse.catalog.platform.PlatformProcess;
import lakehouse.catalog.table.OpsTables;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ITCatalogSetup {
  @TempDir private static Path temporary;

  private static PlatformProcess platform;

  @BeforeAll
  static void start() {
    platform = PlatformProcess.start(temporary.resolve("a lake"));
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void makesWhatIsMissingAndNothingTwice() {
    LakeConfig config = config("main", "billing", "network");
    assertThat(plan(config))
        .containsExactly(
            "create namespace bronze",
            "create namespace silver",
            "create namespace gold",
            "create namespace ops",
            "create namespace bronze.billing",
            "create namespace silver.billing",
            "create namespace bronze.network",
            "create namespace silver.network",
            "create table ops.ingest_commit (11 columns)",
            "create table ops.model_run (13 columns)",
            "create table ops.model_input (7 columns)",
            "create table ops.audit_result (8 columns)",
            "create table ops.restatement (8 columns)");

    assertThat(CatalogSetup.apply(config)).isEqualTo(13);
    assertThat(plan(config)).isEmpty();
    String hash = hash("main");
    assertThat(CatalogSetup.apply(config)).isZero();
    assertThat(hash("main")).isEqualTo(hash);

    assertThat(plan(config("main", "billing", "network", "service")))
        .containsExactly("create namespace bronze.service", "create namespace silver.service");
    canBeMergedInto("main");
    addsColumnsOfALaterVersion(config);
    refusesATableOfAnotherShape(config);
  }

  @Test
  void makesTheConfiguredBranch() {
    LakeConfig config = config("published", "billing");
    assertThat(plan(config)).startsWith("create branch published from main");

    CatalogSetup.apply(config);

    assertThat(plan(config)).isEmpty();
  }

  @Test
  void saysThatTheCatalogIsSilent() {
    LakeConfig there = config("main");
    LakeConfig silent =
        new LakeConfig(
            new CatalogConfig(
                URI.create("http://127.0.0.1:1/api/v2"), "main", "file:///nowhere", Map.of()),
            List.of(),
            there.ingest(),
            there.models());

    assertThatThrownBy(() -> plan(silent))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
        .hasMessageContaining("The catalog does not answer at http://127.0.0.1:1/api/v2");
  }

  /** Nessie merges only what has a common ancestor: a branch of a catalog that was set up has. */
  private void canBeMergedInto(String branch) {
    try (LakeCatalog main = LakeCatalog.open(platform.catalogConfig())) {
      CatalogBranches branches = new CatalogBranches(main);
      branches.create("run", branch, hash(branch));
      try (LakeCatalog run = LakeCatalog.open(platform.catalogConfig(), "run", Optional.empty())) {
        run.iceberg().createNamespace(Namespace.of("gold", "extra"));
      }
      String merged = branches.merge("run", branch, "Publish");
      assertThat(merged).isEqualTo(hash(branch));
      branches.delete("run");
    }
  }

  private void addsColumnsOfALaterVersion(LakeConfig config) {
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      catalog
          .iceberg()
          .loadTable(OpsTables.AUDIT_RESULT.table())
          .updateSchema()
          .deleteColumn("query")
          .commit();
      assertThat(plan(config)).containsExactly("add to table ops.audit_result the columns [query]");
      CatalogSetup.apply(config);
      Table table = catalog.iceberg().loadTable(OpsTables.AUDIT_RESULT.table());
      assertThat(table.schema().findField("query").type()).isEqualTo(Types.StringType.get());
      assertThat(table.properties()).containsEntry("gc.enabled", "false").containsKey("comment");
    }
  }

  private void refusesATableOfAnotherShape(LakeConfig config) {
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      catalog
          .iceberg()
          .loadTable(OpsTables.MODEL_INPUT.table())
          .updateSchema()
          .deleteColumn("snapshot_id")
          .addColumn("snapshot_id", Types.StringType.get())
          .commit();
    }
    assertThatThrownBy(() -> plan(config))
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("has the column snapshot_id as string, and the lake needs long");
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      catalog.iceberg().dropTable(OpsTables.MODEL_INPUT.table(), false);
    }
  }

  private static List<String> plan(LakeConfig config) {
    return SetupPlan.of(config, CatalogState.read(config.catalog())).steps().stream()
        .map(SetupStep::description)
        .toList();
  }

  private static String hash(String branch) {
    try (LakeCatalog catalog = LakeCatalog.open(platform.catalogConfig())) {
      return catalog.reference(branch).orElseThrow().getHash();
    }
  }

  private static LakeConfig config(String reference, String... sources) {
    CatalogConfig catalog = platform.catalogConfig();
    return new LakeConfig(
        new CatalogConfig(catalog.uri(), reference, catalog.warehouse(), Map.of()),
        List.of(sources).stream().<SourceConfig>map(ITCatalogSetup::source).toList(),
        new IngestConfig(Duration.ofSeconds(1), 1 << 20, temporary, Optional.empty()),
        new ModelsConfig(List.of(), 1));
  }

  private static PostgresConfig source(String name) {
    return new PostgresConfig(
        name,
        CaptureEngineName.FLINK_CDC,
        platform.host(),
        platform.port(),
        name,
        "lake_" + name,
        new Secret("none"),
        SslMode.PREFER,
        "",
        "lake_" + name,
        "lake",
        List.of("*"),
        List.of(),
        List.of());
  }
}
