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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.PostgresConfig;
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

/** Compares a table of a source with the lake, by digests first and by keys where these differ. */
final class TableComparison {
  private final LakeCatalog catalog;
  private final SparkSession spark;
  private final SilverInputs inputs;
  private final ExecutorService postgresThreads;
  private final int buckets;
  private final int differenceLimit;

  /**
   * @param catalog at the hash that is read
   * @param buckets how many buckets keys fall into
   * @param differenceLimit how many differing keys of a table are named
   */
  TableComparison(
      LakeCatalog catalog,
      SparkSession spark,
      SilverInputs inputs,
      ExecutorService postgresThreads,
      int buckets,
      int differenceLimit) {
    this.catalog = catalog;
    this.spark = spark;
    this.inputs = inputs;
    this.postgresThreads = postgresThreads;
    this.buckets = buckets;
    this.differenceLimit = differenceLimit;
  }

  /**
   * A captured table.
   *
   * @param postgres the snapshot of its database
   * @param held what the lake holds of the source up to that snapshot; empty: at rest
   */
  record CapturedTable(
      PostgresConfig source,
      SourceTable table,
      PostgresDigest postgres,
      Optional<LakePoints.Held> held) {}

  /** Compares a table. */
  TableReport compare(CapturedTable captured) {
    long started = System.nanoTime();
    SourceTable table = captured.table();
    TableIdentifier silver =
        Layer.SILVER.table(captured.source().name(), table.schema(), table.name());
    Optional<Table> bronze = bronze(captured);
    boolean modelled = catalog.iceberg().tableExists(silver);
    if (bronze.isEmpty() || (captured.held().isEmpty() && !modelled)) {
      return report(
          captured,
          List.of("the lake has no such table: not captured yet, or not modelled"),
          Verdict.NOT_IN_SILVER,
          started);
    }
    if (captured.held().isPresent()
        && !captured.held().get().state().loaded().contains(table.schema() + "." + table.name())) {
      return report(
          captured,
          List.of("the lake does not hold the table whole yet: its load goes on"),
          Verdict.NOT_IN_SILVER,
          started);
    }
    Optional<Dataset<Row>> current =
        modelled ? Optional.of(spark.table(LakeSession.name(silver))) : Optional.empty();
    List<String> key = key(bronze.get());
    BronzeFold.Folded folded =
        captured
            .held()
            .map(
                held ->
                    new BronzeFold(
                            spark,
                            bronze.get(),
                            LakeSession.name(bronzeName(captured)),
                            key,
                            held.cut())
                        .fold(current, inputs.consumed(silver, bronzeName(captured))))
            .orElseGet(() -> new BronzeFold.Folded(current.orElseThrow(), ""));
    Dataset<Row> rows = folded.rows();
    TablePlan plan = TablePlan.of(table, lakeTable(captured, bronze.get(), key, rows));
    if (!plan.incomparable().isEmpty()) {
      List<String> notes = new ArrayList<>(plan.notes());
      plan.incomparable().forEach(column -> notes.add("cannot be compared: " + column));
      return report(captured, notes, Verdict.NOT_COMPARABLE, started);
    }
    SparkDigest lake = new SparkDigest(any -> rows);
    Future<TableDigest> inPostgres =
        postgresThreads.submit(() -> captured.postgres().digest(plan, buckets));
    TableDigest inLake = lake.digest(plan, buckets);
    TableDigest inSource = Reconciliation.joined(inPostgres);
    DifferenceSearch.Found found =
        new DifferenceSearch(plan, captured.postgres(), lake, buckets)
            .find(inSource, inLake, differenceLimit);
    return new TableReport(
        captured.source().name(),
        table.shortName(),
        inSource.rows(),
        inLake.rows(),
        inSource.equals(inLake) ? Verdict.EQUAL : Verdict.DIFFERENT,
        seconds(started),
        plan.notes(),
        found.differences(),
        found.complete(),
        inSource.digest(),
        inLake.digest(),
        folded.basis());
  }

  private static TableReport report(
      CapturedTable captured, List<String> notes, Verdict verdict, long started) {
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

  private static TableIdentifier bronzeName(CapturedTable captured) {
    SourceTable table = captured.table();
    return Layer.BRONZE.table(captured.source().name(), table.schema(), table.name());
  }

  private Optional<Table> bronze(CapturedTable captured) {
    try {
      return Optional.of(catalog.iceberg().loadTable(bronzeName(captured)));
    } catch (NoSuchTableException e) {
      return Optional.empty();
    }
  }

  private static List<String> key(Table bronze) {
    return json(
        bronze.properties().getOrDefault(ChangeColumns.KEY_PROPERTY, ""),
        new TypeReference<List<String>>() {},
        List.of());
  }

  private static TablePlan.LakeTable lakeTable(
      CapturedTable captured, Table bronze, List<String> key, Dataset<Row> silver) {
    List<String> columns =
        bronze.schema().columns().stream()
            .map(field -> field.name())
            .filter(name -> !ChangeColumns.contains(name))
            .toList();
    return new TablePlan.LakeTable(silver.schema(), columns, key, masks(captured, bronze));
  }

  // What was masked when it was captured is masked, whatever the configuration says today.
  private static Map<String, MaskConfig.Method> masks(CapturedTable captured, Table bronze) {
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
}
