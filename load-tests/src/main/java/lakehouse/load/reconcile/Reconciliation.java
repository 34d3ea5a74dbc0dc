package lakehouse.load.reconcile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.catalog.config.TablePattern;
import lakehouse.load.reconcile.TableComparison.CapturedTable;
import org.apache.spark.sql.SparkSession;

/**
 * Compares the captured tables of the sources with the lake, by content: each source at one
 * snapshot of PostgreSQL, the lake at one hash. At rest the lake is silver as it stands; at a
 * position it is what the lake holds of each source up to that very position, whatever changes
 * meanwhile.
 */
final class Reconciliation {
  /** Tables that are compared at once; the work is in PostgreSQL and in Spark's own threads. */
  private static final int TABLES_AT_ONCE = 4;

  private final LakeConfig config;
  private final Request request;

  Reconciliation(LakeConfig config, Request request) {
    this.config = config;
    this.request = request;
  }

  /**
   * What to compare.
   *
   * @param sources names of sources; all if empty
   * @param tables patterns of tables; all if empty
   * @param buckets how many buckets keys fall into
   * @param differenceLimit how many differing keys of a table are named
   * @param patience at a position: how long to wait for it; empty: at rest
   */
  record Request(
      List<String> sources,
      List<String> tables,
      int buckets,
      int differenceLimit,
      Optional<Patience> patience) {
    /** Two bytes of a digest choose the bucket. */
    static final int MOST_BUCKETS = 65_536;

    /** At rest. */
    Request(List<String> sources, List<String> tables, int buckets, int differenceLimit) {
      this(sources, tables, buckets, differenceLimit, Optional.empty());
    }

    Request {
      sources = List.copyOf(sources);
      tables = List.copyOf(tables);
      if (buckets < 1 || buckets > MOST_BUCKETS) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "buckets must be between 1 and %d: %d".formatted(MOST_BUCKETS, buckets));
      }
    }
  }

  /**
   * How long to wait.
   *
   * @param writers for transactions of the source that write
   * @param lake for the lake to come to the position
   */
  record Patience(Duration writers, Duration lake) {}

  /**
   * The place of a source that was compared.
   *
   * @param position of its log; all that was committed before it is in the comparison
   */
  record Place(String source, String systemIdentifier, int timeline, String position) {}

  /**
   * What was compared.
   *
   * @param reference the branch that was read
   * @param hash the catalog commit that was read
   * @param places one for each source; none at rest
   * @param tables one for each table, by source and name
   * @param leftOut tables of the databases that are not captured and sources of other kinds, so
   *     that nothing is said of them
   */
  record Result(
      String reference,
      String hash,
      List<Place> places,
      List<TableReport> tables,
      List<String> leftOut) {
    Result {
      places = List.copyOf(places);
      tables = List.copyOf(tables);
      leftOut = List.copyOf(leftOut);
    }

    /** At rest. */
    Result(String reference, String hash, List<TableReport> tables, List<String> leftOut) {
      this(reference, hash, List.of(), tables, leftOut);
    }

    long equalTables() {
      return tables.stream().filter(TableReport::equal).count();
    }

    boolean equal() {
      return equalTables() == tables.size();
    }
  }

  /**
   * Compares.
   *
   * @param found called with the number of tables, before the first is done
   * @param done called after each table, by any thread
   */
  Result run(Consumer<Integer> found, Consumer<TableReport> done) {
    String reference = config.catalog().reference();
    List<PostgresDigest> open = new ArrayList<>();
    ExecutorService tableThreads = Executors.newFixedThreadPool(TABLES_AT_ONCE);
    ExecutorService postgresThreads = Executors.newFixedThreadPool(TABLES_AT_ONCE);
    try {
      // source ---> (snapshot, position) ---> the lake comes to it ---> one hash
      Map<String, LakePoints.Held> held = new LinkedHashMap<>();
      Map<String, PostgresDigest> opened = new LinkedHashMap<>();
      if (request.patience().isPresent()) {
        held.putAll(
            new LakePoints(config, request.patience().get())
                .take(sources(), point -> open.add(point.postgres())));
        held.forEach((name, it) -> opened.put(name, it.point().postgres()));
      } else {
        for (PostgresConfig source : sources()) {
          PostgresDigest postgres = PostgresDigest.open(source);
          open.add(postgres);
          opened.put(source.name(), postgres);
        }
      }
      String hash = head(reference);
      CompletableFuture<SparkSession> starting =
          CompletableFuture.supplyAsync(() -> LakeSession.open(config.catalog(), hash));
      try (LakeCatalog catalog = LakeCatalog.open(config.catalog(), reference, Optional.of(hash))) {
        List<CapturedTable> captured = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        if (request.sources().isEmpty()) {
          config.sources().stream()
              .filter(source -> !(source instanceof PostgresConfig))
              .map(source -> "%s (kind %s)".formatted(source.name(), source.kind()))
              .forEach(leftOut::add);
        }
        for (PostgresConfig source : sources()) {
          PostgresDigest postgres = Objects.requireNonNull(opened.get(source.name()));
          DatabaseTables tables = postgres.tables();
          List<SourceTable> wanted = captured(source, tables);
          leftOut.addAll(leftOut(source, tables, wanted));
          Optional<LakePoints.Held> place = Optional.ofNullable(held.get(source.name()));
          wanted.stream()
              .filter(this::requested)
              .map(table -> new CapturedTable(source, table, postgres, place))
              .forEach(captured::add);
        }
        requireSome(captured);
        found.accept(captured.size());
        SparkSession spark = starting.join();
        SilverInputs inputs = SilverInputs.read(spark, request.patience().isPresent());
        TableComparison comparison =
            new TableComparison(
                catalog,
                spark,
                inputs,
                postgresThreads,
                request.buckets(),
                request.differenceLimit());
        List<Future<TableReport>> reports = new ArrayList<>();
        for (CapturedTable table : captured) {
          reports.add(
              tableThreads.submit(
                  () -> {
                    TableReport report = comparison.compare(table);
                    done.accept(report);
                    return report;
                  }));
        }
        return new Result(
            reference,
            hash,
            held.entrySet().stream().map(it -> place(it.getKey(), it.getValue())).toList(),
            collected(reports),
            leftOut);
      }
    } finally {
      tableThreads.shutdownNow();
      postgresThreads.shutdownNow();
      open.forEach(PostgresDigest::close);
    }
  }

  private static Place place(String source, LakePoints.Held held) {
    SourcePoint point = held.point();
    return new Place(source, point.systemIdentifier(), point.timeline(), point.position());
  }

  private String head(String reference) {
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      return catalog.requireReference(reference).getHash();
    }
  }

  private List<PostgresConfig> sources() {
    List<String> names = config.sources().stream().map(SourceConfig::name).toList();
    for (SourceConfig source : config.sources()) {
      if (request.sources().contains(source.name()) && !(source instanceof PostgresConfig)) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "Source %s is of kind %s: there is no PostgreSQL database to compare the lake with."
                .formatted(source.name(), source.kind()));
      }
    }
    for (String name : request.sources()) {
      if (!names.contains(name)) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "There is no source %s; the sources are %s.".formatted(name, String.join(", ", names)));
      }
    }
    return config.databases().stream()
        .filter(s -> request.sources().isEmpty() || request.sources().contains(s.name()))
        .toList();
  }

  private List<SourceTable> captured(PostgresConfig source, DatabaseTables tables) {
    if (tables.published().isEmpty()) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          Publication %s of source %s sends no table, or there is no such publication in \
          database %s. `lake doctor` prints the statement that makes it."""
              .formatted(source.publication(), source.name(), source.database()));
    }
    return tables.published().stream()
        .filter(t -> TablePattern.anyMatches(source.tables(), t.schema(), t.name()))
        .filter(t -> !TablePattern.anyMatches(source.exclude(), t.schema(), t.name()))
        .toList();
  }

  private boolean requested(SourceTable table) {
    return request.tables().isEmpty()
        || TablePattern.anyMatches(request.tables(), table.schema(), table.name());
  }

  private static List<String> leftOut(
      PostgresConfig source, DatabaseTables tables, List<SourceTable> captured) {
    Set<String> names = captured.stream().map(SourceTable::shortName).collect(Collectors.toSet());
    return tables.all().stream()
        .filter(name -> !names.contains(name))
        .map(name -> source.name() + "." + name)
        .toList();
  }

  private void requireSome(List<CapturedTable> captured) {
    if (captured.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          request.tables().isEmpty()
              ? "The configured patterns match no published table: there is nothing to compare."
              : "No captured table matches %s: there is nothing to compare."
                  .formatted(String.join(", ", request.tables())));
    }
  }

  private static List<TableReport> collected(List<Future<TableReport>> reports) {
    return reports.stream().map(Reconciliation::joined).toList();
  }

  static <T> T joined(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException("Interrupted while comparing", e);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
