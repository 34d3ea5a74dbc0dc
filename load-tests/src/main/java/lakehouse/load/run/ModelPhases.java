package lakehouse.load.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lakehouse.load.measure.PostgresDatabase;
import lakehouse.load.programs.CatalogLog;
import lakehouse.load.programs.LakePrograms;
import lakehouse.load.run.RunRecord.Step;

/**
 * The phases that read what was captured: the models, by night too, and who asks and proves them.
 */
final class ModelPhases {
  /** From so many rows on, Spark is given more memory than a small lake needs. */
  private static final long LARGE = 5_000_000;

  /** Up to so many rows, Java's optimising compiler takes more time than it saves. */
  private static final long SMALL = 2_000_000;

  /** What the program takes that asks all questions, besides them. */
  static final String QUERY_PROGRAM = "seconds of start and end";

  private final RunLake lake;
  private final Workload workload;
  private final Scenario scenario;
  private final RunIngest ingest;
  private final CatalogLog log;
  private final Path config;

  ModelPhases(
      RunLake lake,
      Workload workload,
      Scenario scenario,
      RunIngest ingest,
      CatalogLog log,
      Path config) {
    this.lake = lake;
    this.workload = workload;
    this.scenario = scenario;
    this.ingest = ingest;
    this.log = log;
    this.config = config;
  }

  void models(PhaseOutcome outcome) throws Exception {
    outcome.rows(log.captured().rows());
    runModels(outcome, "models", "");
  }

  private double runModels(PhaseOutcome outcome, String logName, String prefix) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("models", "run", "--json", "--config", config.toString()));
    arguments.addAll(workload.modelOptions());
    long began = System.nanoTime();
    String output =
        lake.programs()
            .startWith(javaOptions(), logName, arguments.toArray(String[]::new))
            .await(line -> {});
    double seconds = (System.nanoTime() - began) / 1e9;
    for (JsonNode model : json(output).path("models")) {
      if (!model.path("action").asText().equals("skip")) {
        outcome.step(
            new Step(
                prefix + model.path("model").asText(),
                model.path("seconds").asDouble(),
                model.path("rowsWritten").asLong(),
                Optional.empty()));
      }
    }
    return seconds;
  }

  private String javaOptions() {
    return scenario.data().rows() >= LARGE ? "-Xmx4g" : compiler(scenario);
  }

  /** Options of Java's compilers for a program of Spark's; may be empty. */
  static String compiler(Scenario scenario) {
    return scenario.data().rows() > SMALL ? "" : LakePrograms.LITTLE_DATA;
  }

  void nights(PhaseOutcome outcome) throws Exception {
    ingest.start();
    String source = workload.streamedSource();
    PostgresDatabase database = lake.database(source);
    long total = 0;
    double slowest = 0;
    int count = scenario.nights().orElseThrow().count();
    for (int night = 0; night < count; night++) {
      long began = System.nanoTime();
      long rows = 0;
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement()) {
        for (String sql : workload.night(night)) {
          rows += statement.executeUpdate(sql);
        }
      }
      String name = "night %d: ".formatted(night + 1);
      outcome.step(step(name + "changes", began, rows));
      began = System.nanoTime();
      ingest.awaitPosition(source, database.position());
      outcome.step(step(name + "capture", began, rows));
      double seconds = runModels(outcome, "models-night-" + (night + 1), name);
      outcome.step(new Step(name + "all models", seconds, rows, Optional.empty()));
      slowest = Math.max(slowest, seconds);
      total += rows;
    }
    outcome.rows(total);
    outcome.figure("slowest night's models, s", slowest);
  }

  private static Step step(String name, long beganNanos, long rows) {
    return new Step(name, (System.nanoTime() - beganNanos) / 1e9, rows, Optional.empty());
  }

  /** By one process, so that what is measured is the questions, and not Spark's start for each. */
  void queries(PhaseOutcome outcome) throws Exception {
    List<Workload.Question> questions = workload.questions();
    List<String> arguments =
        new ArrayList<>(List.of("query", "--json", "--times", "--config", config.toString()));
    questions.forEach(question -> arguments.add(question.sql()));
    long began = System.nanoTime();
    JsonNode answers =
        json(
            lake.programs()
                .startWith(javaOptions(), "query", arguments.toArray(String[]::new))
                .await(line -> {}));
    double rest = (System.nanoTime() - began) / 1e9;
    for (int i = 0; i < questions.size(); i++) {
      double seconds = answers.path(i).path("seconds").asDouble();
      outcome.step(
          new Step(
              questions.get(i).name(),
              seconds,
              answers.path(i).path("rows").size(),
              Optional.empty()));
      rest -= seconds;
    }
    outcome.figure(QUERY_PROGRAM, rest);
  }

  void reconcile(PhaseOutcome outcome) throws Exception {
    ingest.start();
    JsonNode report =
        json(
            lake.programs()
                .startWith(
                    javaOptions(),
                    "reconcile",
                    "reconcile",
                    "--json",
                    "--config",
                    config.toString())
                .await(line -> {}));
    long rows = 0;
    for (JsonNode table : report.path("tables")) {
      rows += table.path("rowsInSource").asLong();
      outcome.step(
          new Step(
              table.path("source").asText() + "." + table.path("table").asText(),
              table.path("seconds").asDouble(),
              table.path("rowsInSource").asLong(),
              Optional.empty()));
    }
    outcome.rows(rows);
    outcome.figure("tables", report.path("tables").size());
    outcome.figure("equal tables", report.path("equalTables").asLong());
  }

  // Spark may say a word before
  static JsonNode json(String output) throws IOException {
    String text = output.strip();
    for (int at = 0; at >= 0 && at < text.length(); at = text.indexOf('\n', at) + 1) {
      char first = text.charAt(at);
      if (first == '{' || first == '[') {
        return JsonMapper.builder().build().readTree(text.substring(at));
      }
      if (text.indexOf('\n', at) < 0) {
        break;
      }
    }
    throw new IOException("No JSON in: " + text);
  }
}
