package lakehouse.models.test;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.models.model.Input;
import lakehouse.models.model.Materialization;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelSql;
import lakehouse.models.model.Names;
import lakehouse.models.run.History;
import lakehouse.models.run.LakeSession;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Runs the tests of models in a session that has no lake: the given rows are views. */
public final class ModelTestRunner {
  private static final Map<String, String> LOG_DEFAULTS =
      Map.of(
          ChangeColumns.EPOCH, "1",
          ChangeColumns.SEQ, "1L",
          ChangeColumns.CAPTURED_AT, "CAST(NULL AS TIMESTAMP)",
          ChangeColumns.UNCHANGED, "CAST(NULL AS ARRAY<STRING>)",
          ChangeColumns.UNREPRESENTABLE, "CAST(NULL AS MAP<STRING, STRING>)");

  private final SparkSession spark;
  private final Map<TableIdentifier, Model> models;

  private ModelTestRunner(SparkSession spark, List<Model> models) {
    this.spark = spark;
    this.models = models.stream().collect(toMap(Model::table, Function.identity()));
  }

  /**
   * What came of one test.
   *
   * @param columns what the SELECT makes
   * @param differences rows that are missing or not expected; none if it passed
   */
  public record Result(String model, String test, List<String> columns, List<String> differences) {
    /** Whether the model made what was expected. */
    public boolean passed() {
      return differences.isEmpty();
    }
  }

  /** The folder of the built-in models' tests, in the project. */
  public static Path builtInTests() {
    String home = System.getenv("LAKE_HOME");
    Path project = home == null ? Path.of("").toAbsolutePath() : Path.of(home);
    for (String below :
        List.of("batch-models/src/test/resources/models", "src/test/resources/models")) {
      if (Files.isDirectory(project.resolve(below))) {
        return project.resolve(below);
      }
    }
    throw new LakeException(
        ExitCode.CONFIGURATION,
        "There are no tests of the built-in models below %s; name a folder by --tests."
            .formatted(project));
  }

  /**
   * Runs tests.
   *
   * @param models all models
   * @param folders where test files are, each {@code *.yaml}
   * @param select names of the models to test; empty for all that have tests
   */
  public static List<Result> run(List<Model> models, List<Path> folders, List<String> select) {
    return run(models, folders, select, 0);
  }

  /** As if there were so many bytes to be read. */
  static List<Result> run(List<Model> models, List<Path> folders, List<String> select, long bytes) {
    List<ModelTest> tests = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.walk(folder)) {
        files
            .filter(file -> file.toString().endsWith(".yaml"))
            .sorted()
            .forEach(file -> tests.addAll(ModelTestFile.read(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    SparkSession spark = LakeSession.open(bytes);
    try {
      ModelTestRunner runner = new ModelTestRunner(spark, models);
      return tests.stream()
          .filter(test -> select.isEmpty() || select.contains(test.model().toString()))
          .map(runner::run)
          .toList();
    } finally {
      spark.stop();
    }
  }

  private Result run(ModelTest test) {
    Model model =
        Optional.ofNullable(models.get(test.model()))
            .orElseThrow(
                () ->
                    new LakeException(
                        ExitCode.CONFIGURATION,
                        "There is no model %s to test%s."
                            .formatted(
                                test.model(),
                                Names.suggestion(
                                    test.model().toString(),
                                    models.keySet().stream().map(Object::toString).toList()))));
    for (Input input : model.inputs()) {
      if (!test.given().containsKey(input.table())) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "Test '%s' of %s gives no rows of %s."
                .formatted(test.name(), model.name(), input.table()));
      }
    }
    test.given().forEach((table, rows) -> given(rows).createOrReplaceTempView(view(table)));
    try {
      Dataset<Row> made =
          model.materialization() == Materialization.SCD2
              ? new History(spark, model, model.uniqueKey(), log(model)).all()
              : spark.sql(ModelSql.replaceRefs(model.sql(), ModelTestRunner::view));
      return new Result(
          model.name(), test.name(), List.of(made.columns()), differences(made, test.expected()));
    } catch (Exception e) {
      if (e instanceof AnalysisException analysis) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "%s: Spark does not accept the SELECT.\n%s"
                .formatted(model.origin(), analysis.getSimpleMessage()),
            e);
      }
      throw e;
    }
  }

  // A log of which a test gives the columns that matter to it.
  private Dataset<Row> log(Model model) {
    Dataset<Row> log = spark.table(view(model.inputs().get(0).table()));
    for (Map.Entry<String, String> column : LOG_DEFAULTS.entrySet()) {
      if (!List.of(log.columns()).contains(column.getKey())) {
        log = log.withColumn(column.getKey(), functions.expr(column.getValue()));
      }
    }
    return log;
  }

  private static List<String> differences(Dataset<Row> made, ModelTest.Rows expected) {
    Column[] columns =
        IntStream.range(0, expected.columns().size())
            .mapToObj(i -> functions.col(Names.column(expected.name(i))))
            .toArray(Column[]::new);
    Dataset<Row> actual = made.select(columns);
    StructField[] fields = actual.schema().fields();
    Dataset<Row> wanted =
        texts(made.sparkSession(), expected)
            .select(
                IntStream.range(0, fields.length)
                    .mapToObj(
                        i ->
                            functions
                                .col(Names.column(fields[i].name()))
                                .cast(fields[i].dataType())
                                .as(fields[i].name()))
                    .toArray(Column[]::new));
    List<String> unexpected = rows(actual);
    List<String> missing = new ArrayList<>();
    for (String row : rows(wanted)) {
      if (!unexpected.remove(row)) {
        missing.add(row);
      }
    }
    List<String> differences = new ArrayList<>();
    missing.forEach(row -> differences.add("missing:    " + row));
    unexpected.forEach(row -> differences.add("unexpected: " + row));
    return differences;
  }

  private static List<String> rows(Dataset<Row> rows) {
    List<String> texts = new ArrayList<>();
    rows.collectAsList().forEach(row -> texts.add(row.toString()));
    return texts;
  }

  private Dataset<Row> given(ModelTest.Rows rows) {
    Dataset<Row> texts = texts(spark, rows);
    Column[] columns =
        IntStream.range(0, rows.columns().size())
            .mapToObj(
                i -> functions.col(Names.column(rows.name(i))).cast(rows.type(i)).as(rows.name(i)))
            .toArray(Column[]::new);
    return texts.select(columns);
  }

  private static Dataset<Row> texts(SparkSession spark, ModelTest.Rows rows) {
    StructType schema = new StructType();
    for (int i = 0; i < rows.columns().size(); i++) {
      schema = schema.add(rows.name(i), DataTypes.StringType);
    }
    return spark.createDataFrame(
        rows.rows().stream().map(row -> RowFactory.create(row.toArray())).toList(), schema);
  }

  private static String view(TableIdentifier table) {
    return Names.view("given", table);
  }
}
