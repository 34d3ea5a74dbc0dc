package lakehouse.models.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import lakehouse.catalog.config.ConfigOption;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.models.run.LakeSession;
import org.apache.spark.SparkException;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.projectnessie.model.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads the lake by SQL: everything at one hash, found once. */
@Command(
    name = "lake query",
    description = "Runs a query on the published lake, or as it was at a tag.",
    footer = {
      "",
      "Tables: bronze.<source>.<table>, silver.<source>.<table>, gold.<mart>, ops.<table>.",
      "  lake query \"SELECT * FROM ops.model_run ORDER BY started_at DESC\" --limit 10",
      "Several queries are answered one after another, all at the same hash."
    })
public final class Query implements Callable<Integer> {
  /** How Iceberg's catalog refuses to write at a hash. */
  private static final String PINNED = "can only mutate tables";

  @Mixin private ConfigOption config;
  @Mixin private Console console;

  @Parameters(paramLabel = "SQL", arity = "1..*", description = "a query, or several")
  private List<String> queries = List.of();

  @Option(
      names = "--at",
      paramLabel = "REFERENCE",
      description =
          "a tag, a branch, or a hash of the published branch (default: as published now)")
  private Optional<String> at = Optional.empty();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "rows to print (default: ${DEFAULT-VALUE}); 0 for all")
  private int limit;

  @Option(names = "--csv", description = "prints CSV")
  private boolean csv;

  @Option(
      names = "--times",
      description =
          "tells how long each query took, Spark's start not included; with --json, as of"
              + " several queries, a list of seconds and rows; not in CSV")
  private boolean times;

  public static void main(String[] args) {
    Program.run(new Query(), args);
  }

  @Override
  public Integer call() {
    LakeConfig lake = config.load();
    Pinned pinned = pin(lake);
    SparkSession spark =
        LakeSession.open(lake.catalog(), pinned.reference(), Optional.of(pinned.hash()), 0);
    try {
      if (console.json()) {
        printAsJson(queries.stream().map(sql -> read(spark, pinned, sql)).toList());
      } else {
        for (int i = 0; i < queries.size(); i++) {
          if (i > 0) {
            System.out.println();
          }
          print(read(spark, pinned, queries.get(i)));
        }
      }
    } finally {
      spark.stop();
    }
    return ExitCode.DONE.value();
  }

  /** A place in the catalog's history. */
  private record Pinned(String reference, String hash) {}

  private Pinned pin(LakeConfig lake) {
    String published = lake.catalog().reference();
    try (LakeCatalog catalog = LakeCatalog.open(lake.catalog())) {
      String wanted = at.orElse(published);
      Optional<Reference> named = catalog.reference(wanted);
      if (named.isPresent()) {
        return new Pinned(wanted, named.get().getHash());
      }
      if (wanted.matches("[0-9a-f]{8,64}")) {
        return new Pinned(published, wanted);
      }
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "The catalog has no branch or tag %s. `lake status` names those there are."
              .formatted(wanted));
    }
  }

  private record Answer(
      List<String> columns, List<List<@Nullable Object>> rows, boolean more, double seconds) {}

  private Answer read(SparkSession spark, Pinned pinned, String sql) {
    long began = System.nanoTime();
    try {
      Dataset<Row> rows = LakeSession.query(spark, sql.strip().replaceAll(";$", ""));
      List<Row> found = limit == 0 ? rows.collectAsList() : rows.takeAsList(limit + 1);
      boolean more = limit != 0 && found.size() > limit;
      List<List<@Nullable Object>> values = new ArrayList<>();
      for (Row row : more ? found.subList(0, limit) : found) {
        List<@Nullable Object> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
          cells.add(Cells.plain(row.get(i)));
        }
        values.add(cells);
      }
      return new Answer(
          Arrays.asList(rows.columns()), values, more, (System.nanoTime() - began) / 1e9);
    } catch (Exception e) {
      if (e instanceof AnalysisException analysis) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "The query is not accepted at %s@%s.\n%s"
                .formatted(
                    pinned.reference(),
                    pinned.hash().substring(0, 12),
                    analysis.getSimpleMessage().strip()),
            e);
      }
      if (String.valueOf(e.getMessage()).contains(PINNED)) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            "lake query only reads. Silver and gold are written by `lake models run`.",
            e);
      }
      if (e instanceof SparkException || e instanceof ArithmeticException) {
        throw new LakeException(
            ExitCode.CONFIGURATION, "The query failed.\n" + Cells.firstCause(e), e);
      }
      throw e;
    }
  }

  /** One document, however many there are. */
  private void printAsJson(List<Answer> answers) {
    console.json(
        times || answers.size() > 1
            ? answers.stream().map(Query::timed).toList()
            : objects(answers.get(0)));
  }

  private static Map<String, Object> timed(Answer answer) {
    Map<String, Object> timed = new LinkedHashMap<>();
    timed.put("seconds", answer.seconds());
    timed.put("rows", objects(answer));
    return timed;
  }

  private static List<Map<String, @Nullable Object>> objects(Answer answer) {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    for (List<@Nullable Object> row : answer.rows()) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      for (int i = 0; i < row.size(); i++) {
        object.put(answer.columns().get(i), row.get(i));
      }
      objects.add(object);
    }
    return objects;
  }

  private void print(Answer answer) {
    if (csv) {
      System.out.println(Cells.csv(answer.columns()));
      answer.rows().forEach(row -> System.out.println(Cells.csv(row)));
      return;
    }
    console.values(answer.columns(), answer.rows());
    console.say(
        answer.more() ? "(the first %d rows; --limit 0 shows all)" : "(%d rows)",
        answer.rows().size());
    if (times) {
      console.say("%.3f s", answer.seconds());
    }
  }
}
