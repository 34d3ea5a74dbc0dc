package lakehouse.load.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.catalog.config.TablePattern;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.load.reconcile.TableReport.Verdict;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Compares the captured tables of the sources with silver, by content: each source at one snapshot
 * of PostgreSQL, the lake at one hash.
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
   */
  record Request(List<String> sources, List<String> tables, int buckets, int differenceLimit) {
    /** Two bytes of a digest choose the bucket. */
    static final int MOST_BUCKETS = 65_536;

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
   * What was compared.
   *
   * @param reference the branch that was read
   * @param hash the catalog commit that was read
   * @param tables one for each table, by source and name
   * @param leftOut tables of the databases that are not captured and sources of other kinds, so
   *     that nothing is said of them
   */
  record Result(String reference, String hash, List<TableReport> tables, List<String> leftOut) {
    Result {
      tables = List.copyOf(tables);
      leftOut = List.copyOf(leftOut);
    }

    long equalTables() {
      return tables.stream().filter(TableReport::equal).count();
    }

    boolean equal() {
      return equalTables() == tables.size();
    }
  }

  /** A captured table, before it is compared. */
  private record Captured(PostgresConfig source, SourceTable table, PostgresDigest postgres) {}

  /**
   * Compares.
   *
   * @param found called with the number of tables, before the first is done
   * @param done called after each table, by any thread
   */
  Result run(Consumer<Integer> found, Consumer<TableReport> done) {
    String reference = config.catalog().reference();
    String hash = head(reference);
    CompletableFuture<SparkSession> starting =
        CompletableFuture.supplyAsync(() -> LakeSession.open(config.catalog(), hash));
    List<PostgresDigest> open = new ArrayList<>();
    ExecutorService tableThreads = Executors.newFixedThreadPool(TABLES_AT_ONCE);
    ExecutorService postgresThreads = Executors.newFixedThreadPool(TABLES_AT_ONCE);
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog(), reference, Optional.of(hash))) {
      List<Captured> captured = new ArrayList<>();
      List<String> leftOut = new ArrayList<>();
      if (request.sources().isEmpty()) {
        config.sources().stream()
            .filter(source -> !(source instanceof PostgresConfig))
            .map(source -> "%s (kind %s)".formatted(source.name(), source.kind()))
            .forEach(leftOut::add);
      }
      for (PostgresConfig source : sources()) {
        PostgresDigest postgres = PostgresDigest.open(source);
        open.add(postgres);
        DatabaseTables tables = postgres.tables();
        List<SourceTable> wanted = captured(source, tables);
        leftOut.addAll(leftOut(source, tables, wanted));
        wanted.stream()
            .filter(this::requested)
            .map(table -> new Captured(source, table, postgres))
            .forEach(captured::add);
      }
      requireSome(captured);
      found.accept(captured.size());
      SparkSession spark = starting.join();
      List<Future<TableReport>> reports = new ArrayList<>();
      for (Captured table : captured) {
        reports.add(
            tableThreads.submit(
                () -> {
                  TableReport report = compare(table, catalog, spark, postgresThreads);
                  done.accept(report);
                  return report;
                }));
      }
      return new Result(reference, hash, collected(reports), leftOut);
    } finally {
      tableThreads.shutdownNow();
      postgresThreads.shutdownNow();
      open.forEach(PostgresDigest::close);
    }
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

  private void requireSome(List<Captured> captured) {
    if (captured.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          request.tables().isEmpty()
              ? "The configured patterns match no published table: there is nothing to compare."
              : "No captured table matches %s: there is nothing to compare."
                  .formatted(String.join(", ", request.tables())));
    }
  }

  private TableReport compare(
      Captured captured, LakeCatalog catalog, SparkSession spark, ExecutorService postgresThreads) {
    long started = System.nanoTime();
    SourceTable table = captured.table();
    TableIdentifier silver =
        Layer.SILVER.table(captured.source().name(), table.schema(), table.name());
    Optional<Table> bronze = bronze(captured, catalog);
    if (bronze.isEmpty() || !catalog.iceberg().tableExists(silver)) {
      return report(
          captured,
          List.of("the lake has no such table: not captured yet, or not modelled"),
          Verdict.NOT_IN_SILVER,
          started);
    }
    Dataset<Row> rows = spark.table(LakeSession.name(silver));
    TablePlan plan = TablePlan.of(table, lakeTable(captured, bronze.get(), rows));
    if (!plan.incomparable().isEmpty()) {
      List<String> notes = new ArrayList<>(plan.notes());
      plan.incomparable().forEach(column -> notes.add("cannot be compared: " + column));
      return report(captured, notes, Verdict.NOT_COMPARABLE, started);
    }
    SparkDigest lake = new SparkDigest(any -> rows);
    Future<TableDigest> inPostgres =
        postgresThreads.submit(() -> captured.postgres().digest(plan, request.buckets()));
    TableDigest inLake = lake.digest(plan, request.buckets());
    TableDigest inSource = joined(inPostgres);
    DifferenceSearch.Found found =
        new DifferenceSearch(plan, captured.postgres(), lake, request.buckets())
            .find(inSource, inLake, request.differenceLimit());
    return new TableReport(
        captured.source().name(),
        table.shortName(),
        inSource.rows(),
        inLake.rows(),
        inSource.equals(inLake) ? Verdict.EQUAL : Verdict.DIFFERENT,
        seconds(started),
        plan.notes(),
        found.differences(),
        found.complete());
  }

  private static TableReport report(
      Captured captured, List<String> notes, Verdict verdict, long started) {
    return new TableReport(
        captured.source().name(),
        captured.table().shortName(),
        0,
        0,
        verdict,
        seconds(started),
        notes,
        List.of(),
        true);
  }

  private static Optional<Table> bronze(Captured captured, LakeCatalog catalog) {
    SourceTable table = captured.table();
    try {
      return Optional.of(
          catalog
              .iceberg()
              .loadTable(
                  Layer.BRONZE.table(captured.source().name(), table.schema(), table.name())));
    } catch (NoSuchTableException e) {
      return Optional.empty();
    }
  }

  private static TablePlan.LakeTable lakeTable(
      Captured captured, Table bronze, Dataset<Row> silver) {
    List<String> columns =
        bronze.schema().columns().stream()
            .map(field -> field.name())
            .filter(name -> !ChangeColumns.contains(name))
            .toList();
    List<String> key =
        json(
            bronze.properties().getOrDefault(ChangeColumns.KEY_PROPERTY, ""),
            new TypeReference<List<String>>() {},
            List.of());
    return new TablePlan.LakeTable(silver.schema(), columns, key, masks(captured, bronze));
  }

  // What was masked when it was captured is masked, whatever the configuration says today.
  private static Map<String, MaskConfig.Method> masks(Captured captured, Table bronze) {
    Map<String, MaskConfig.Method> masks =
        captured.source().masks().stream()
            .filter(
                mask ->
                    new TablePattern(mask.table())
                        .matches(captured.table().schema(), captured.table().name()))
            .collect(
                Collectors.toMap(
                    MaskConfig::column,
                    MaskConfig::method,
                    (first, second) -> first,
                    LinkedHashMap::new));
    json(
            bronze.properties().getOrDefault(ChangeColumns.MASKS_PROPERTY, ""),
            new TypeReference<Map<String, String>>() {},
            Map.<String, String>of())
        .forEach(
            (column, method) ->
                masks.put(column, MaskConfig.Method.valueOf(method.toUpperCase(Locale.ROOT))));
    return masks;
  }

  private static <T> T json(String text, TypeReference<T> type, T whenEmpty) {
    try {
      return text.isBlank() ? whenEmpty : new ObjectMapper().readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A table property of bronze is not JSON: " + text, e);
    }
  }

  private static double seconds(long startedNanos) {
    return (System.nanoTime() - startedNanos) / 1e9;
  }

  private static List<TableReport> collected(List<Future<TableReport>> reports) {
    return reports.stream().map(Reconciliation::joined).toList();
  }

  private static <T> T joined(Future<T> future) {
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
