package lakehouse.load.demo;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.commit.CatalogCommit;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.catalog.platform.PlatformSecrets;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.CatalogLog.Captured;
import lakehouse.load.programs.LakePrograms;
import lakehouse.load.programs.LakePrograms.Running;
import lakehouse.load.reconcile.ReconcileReport;
import lakehouse.load.utility.DatabaseServer;
import lakehouse.load.utility.HeadEndDrops;
import lakehouse.load.utility.LegacyPlatform;
import lakehouse.load.utility.LiveCounts;
import lakehouse.load.utility.LiveOperation;
import lakehouse.load.utility.LiveWorkload;
import lakehouse.load.utility.SeedResult;
import lakehouse.load.utility.UtilityDatabase;
import lakehouse.load.utility.UtilityDatabases;
import lakehouse.load.utility.UtilityGenerator;
import lakehouse.load.utility.UtilitySize;
import org.jspecify.annotations.Nullable;

/** One demo, step by step. */
final class DemoRun {
  static final int STEPS = 9;

  private static final LocalDate LAST_DAY = UtilityGenerator.DEFAULT_AS_OF.minusDays(1);

  private final Request request;
  private final DemoFolder folder;
  private final LakePrograms programs;
  private final Steps steps;
  private final BooleanSupplier stopped;

  private @Nullable PlatformFile platform;
  private @Nullable Running setup;
  private @Nullable Running ingest;
  private @Nullable CompletableFuture<String> marts;
  private @Nullable SeedResult seeded;
  private @Nullable LiveCounts changed;
  private Captured loaded = new Captured(0, 0);
  private Captured captured = new Captured(0, 0);
  private int tables;
  private long catalogCommits;
  private int reads;
  private int files;
  private int workOrders;
  private String proof = "";
  private String leftOut = "";
  private String results = "";

  /**
   * What the demo is about.
   *
   * @param size of the utility
   * @param seed the same seed invents the same utility
   * @param rounds of live changes
   */
  record Request(UtilitySize size, long seed, int rounds) {}

  DemoRun(
      Request request,
      DemoFolder folder,
      LakePrograms programs,
      Steps steps,
      BooleanSupplier stopped) {
    this.request = request;
    this.folder = folder;
    this.programs = programs;
    this.steps = steps;
    this.stopped = stopped;
  }

  void run() throws Exception {
    // platform ---> databases ---> catalog ---> initial load ---> models
    steps.run("platform", this::startPlatform);
    steps.run("databases", this::fillDatabases);
    steps.run("catalog", this::setUpCatalog);
    steps.run("initial load", this::load);
    steps.run("models", now -> models(now, "models-1"));
    // live changes ---> bronze ---> models again ---> proof ---> marts
    steps.run("live changes", this::change);
    steps.run("models again", now -> models(now, "models-2"));
    steps.run("proof", this::prove);
    steps.run("results", this::read);
  }

  private String startPlatform(Consumer<String> now) throws InterruptedException {
    Running up = programs.start("up", "up");
    now.accept("starting PostgreSQL and Nessie");
    Optional<PlatformFile> file;
    do {
      Thread.sleep(100);
      up.requireAlive();
      file =
          PlatformFile.read(folder.data())
              .filter(f -> f.state() == PlatformFile.State.RUNNING && f.pid() == up.pid());
    } while (file.isEmpty());
    platform = file.get();
    // the catalog needs none of the databases, so it is set up while they are filled
    PlatformSecrets secrets = new PlatformSecrets(folder.data());
    Arrays.stream(UtilityDatabase.values()).forEach(it -> secrets.ensure(it.roleName()));
    setup = programs.start("setup", "setup", "apply");
    return "PostgreSQL, the Nessie catalog and a warehouse are up";
  }

  private String fillDatabases(Consumer<String> now) throws SQLException, InterruptedException {
    PlatformSecrets secrets = new PlatformSecrets(folder.data());
    now.accept("creating five databases");
    new UtilityDatabases(server()).create(database -> secrets.ensure(database.roleName()));
    legacy().create(secrets.ensure(LegacyPlatform.ROLE));
    seeded =
        new UtilityGenerator(request.seed(), request.size(), UtilityGenerator.DEFAULT_AS_OF)
            .seed(
                server(),
                Runtime.getRuntime().availableProcessors(),
                (done, parts, rows) ->
                    now.accept("part %d of %d, %s rows".formatted(done, parts, grouped(rows))));
    workOrders = legacy().fill();
    drops().dropTariffs();
    reads = drops().dropReads(LAST_DAY.minusDays(1));
    files = 2;
    return "5 databases, %d tables, %s rows; %d files"
        .formatted(seeded.rows().size() + 1, grouped(seeded.totalRows() + workOrders), files);
  }

  private String setUpCatalog(Consumer<String> now) throws InterruptedException {
    now.accept("lake setup apply");
    requireNonNull(setup).await(line -> {});
    return "namespaces and the tables of the audit trail are made";
  }

  private String load(Consumer<String> now) throws Exception {
    now.accept("starting one Flink job for each source");
    ingest = programs.start("ingest", "ingest", "--checkpoint-interval", "PT2S");
    try (LakeCatalog catalog = catalog();
        CatalogCommit states = new CatalogCommit(catalog)) {
      tables = progress(states, catalog).awaitLoaded(ingest, files, now);
      loaded = new CatalogLog(catalog).captured();
      return "%d tables, %s rows in bronze by %s catalog commits"
          .formatted(tables, grouped(loaded.rows()), grouped(loaded.commits()));
    }
  }

  private String models(Consumer<String> now, String log) throws InterruptedException {
    return lastLine(programs.run(now, log, "models", "run"));
  }

  private String change(Consumer<String> now) throws Exception {
    now.accept("changing all four databases while they are captured");
    LiveCounts counts =
        new LiveWorkload(server(), request.seed()).run(request.rounds(), Duration.ZERO, stopped);
    changed = counts;
    try (LakeCatalog catalog = catalog();
        CatalogCommit states = new CatalogCommit(catalog)) {
      long round = states.state(LegacyPlatform.DATABASE).orElseThrow().position();
      workOrders += legacy().change();
      reads += drops().dropReads(LAST_DAY);
      files++;
      progress(states, catalog).awaitCurrent(requireNonNull(ingest), round, files, now);
      captured = new CatalogLog(catalog).captured().since(loaded);
      return "%s rows changed by %s transactions, captured by %s commits"
          .formatted(
              grouped(counts.totalRows()),
              grouped(counts.transactions()),
              grouped(captured.commits()));
    }
  }

  private String prove(Consumer<String> now) throws InterruptedException {
    now.accept("comparing PostgreSQL with silver, value for value");
    Running reconcile = programs.start("reconcile", "reconcile", "--at-rest");
    // both only read, so the marts are asked meanwhile
    marts = CompletableFuture.supplyAsync(this::askMarts);
    String output = reconcile.await(now);
    proof = lastLine(output);
    output
        .lines()
        .filter(line -> line.startsWith(ReconcileReport.LEFT_OUT))
        .findFirst()
        .ifPresent(line -> leftOut = "\n            " + line);
    return proof;
  }

  private String askMarts() {
    try (LakeCatalog catalog = catalog()) {
      return MartTables.read(catalog, reads, HeadEndDrops.BROKEN_LINES * (files - 1));
    }
  }

  private String read(Consumer<String> now) throws Exception {
    now.accept("asking the marts");
    results = requireNonNull(marts).get();
    try (LakeCatalog catalog = catalog()) {
      catalogCommits = new CatalogLog(catalog).commits();
    }
    return "the marts, as they are published";
  }

  /** The marts, the figures and the proof. */
  String summary() {
    LiveCounts changes = requireNonNull(changed);
    DemoFolder.Size size = folder.warehouseSize();
    String operations =
        Arrays.stream(LiveOperation.values())
            .filter(operation -> changes.of(operation) > 0)
            .map(
                operation ->
                    "%s %s"
                        .formatted(
                            grouped(changes.of(operation)),
                            operation.name().toLowerCase(Locale.ROOT).replace('_', ' ')))
            .collect(Collectors.joining(", "));
    List<Steps.Timing> timings = steps.timings();
    Duration total =
        timings.stream().map(Steps.Timing::duration).reduce(Duration.ZERO, Duration::plus);
    return """

        %s
        read        %s rows of %d tables by the initial load
        changed     %s
        captured    %s changes of the captured tables by %s catalog commits
        beside      %s work orders of a database that is asked by queries, %d files
        catalog     %s commits on main, by setup, ingest and models
        warehouse   %s files, %s
        time        %s
        check       %s
        """
        .formatted(
            results.stripTrailing() + "\n",
            grouped(loaded.rows()),
            tables,
            operations,
            grouped(captured.rows()),
            grouped(captured.commits()),
            grouped(workOrders),
            files,
            grouped(catalogCommits),
            grouped(size.files()),
            Console.bytes(size.bytes()),
            Console.duration(total),
            proof + leftOut);
  }

  private DatabaseServer server() {
    return DatabaseServer.of(requireNonNull(platform), folder.data());
  }

  private LakeCatalog catalog() {
    return LakeCatalog.open(requireNonNull(platform).catalogConfig());
  }

  private CaptureProgress progress(CatalogCommit states, LakeCatalog catalog) {
    return new CaptureProgress(
        requireNonNull(platform), folder.data(), states, new CatalogLog(catalog));
  }

  private LegacyPlatform legacy() {
    return new LegacyPlatform(server());
  }

  private HeadEndDrops drops() {
    return new HeadEndDrops(server(), folder.data().drops());
  }

  private static String lastLine(String output) {
    return LakePrograms.lastLine(output)
        .orElseThrow(
            () -> new LakeException(ExitCode.BUG, "A program of the lake printed nothing."));
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
