package lakehouse.models.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lakehouse.catalog.table.OpsTables;
import lakehouse.models.model.Audit;
import lakehouse.models.model.Input;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import lakehouse.models.model.Names;
import lakehouse.models.ops.OpsRows;
import lakehouse.models.plan.LakeState;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/** Writes a static site about the models: graph, columns, lineage, last runs and audits. */
public final class Site {
  private static final int RUNS = 10;

  private final ModelGraph graph;
  private final LakeState state;
  private final Map<String, List<Record>> runs;
  private final Map<String, List<Record>> audits;

  /**
   * @param graph the models
   * @param state the tables as they are published
   * @param ops the audit trail
   */
  public Site(ModelGraph graph, LakeState state, OpsRows ops) {
    this.graph = graph;
    this.state = state;
    this.runs = latestFirst(ops.read(OpsTables.MODEL_RUN), "started_at");
    this.audits = latestFirst(ops.read(OpsTables.AUDIT_RESULT), "checked_at");
  }

  /**
   * Writes the site.
   *
   * @param folder where to; made if it is not there
   * @return the page to begin with
   */
  public Path write(Path folder) {
    try {
      Files.createDirectories(folder);
      for (Model model : graph.models()) {
        Files.writeString(folder.resolve(page(model.table())), page(model), UTF_8);
      }
      return Files.writeString(folder.resolve("index.html"), index(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The name of a table's page. */
  static String page(TableIdentifier table) {
    String plain = table.toString().replaceAll("[^A-Za-z0-9_.-]", "-");
    return (plain.equals(table.toString()) ? plain : Names.view(plain, table)) + ".html";
  }

  private String index() {
    List<List<String>> rows = new ArrayList<>();
    for (Model model : graph.models()) {
      Optional<Record> last = of(runs, model).stream().findFirst();
      rows.add(
          List.of(
              link(model.table()),
              Html.text(model.materialization().text()),
              last.map(run -> Html.status(text(run, "status"))).orElse("not run yet"),
              last.map(run -> Html.text(text(run, "finished_at"))).orElse(""),
              Html.text(model.description())));
    }
    return Html.page(
        "Models",
        "<h1>Models</h1>\n<div class=\"graph\">%s</div>\n%s"
            .formatted(
                GraphSvg.draw(graph),
                Html.table(List.of("table", "kind", "last run", "at", "a row is"), rows)));
  }

  private String page(Model model) {
    return Html.page(
        model.name(),
        String.join(
            "\n",
            "<p>%s</p>".formatted(Html.link("index.html", "All models")),
            "<h1>%s</h1>".formatted(Html.text(model.name())),
            "<p>%s</p>".formatted(Html.text(model.description())),
            facts(model),
            "<h2>Columns</h2>",
            columns(model),
            "<h2>Made from</h2>",
            inputs(model),
            "<h2>Goes into</h2>",
            "<p>%s</p>".formatted(dependants(model)),
            "<h2>Audits</h2>",
            audits(model),
            "<h2>Last runs</h2>",
            runs(model),
            model.sql().isEmpty()
                ? ""
                : "<h2>SELECT</h2>\n<pre>%s</pre>".formatted(Html.text(model.sql()))));
  }

  private static String facts(Model model) {
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("Kind", Html.code(model.materialization().text())));
    if (!model.uniqueKey().isEmpty()) {
      facts.add(List.of("Key", Html.code(String.join(", ", model.uniqueKey()))));
    }
    model.partitionBy().ifPresent(by -> facts.add(List.of("Partitioned by", Html.code(by))));
    if (!model.tags().isEmpty()) {
      facts.add(List.of("Tags", Html.text(String.join(", ", model.tags()))));
    }
    facts.add(List.of("Written in", Html.code(model.origin())));
    return Html.table(List.of("", ""), facts);
  }

  private String columns(Model model) {
    Optional<Table> table = state.table(model.table());
    List<List<String>> rows = new ArrayList<>();
    if (table.isPresent()) {
      for (Types.NestedField field : table.get().schema().columns()) {
        rows.add(
            List.of(
                Html.code(field.name()),
                Html.text(field.type().toString()),
                Html.text(model.columns().getOrDefault(field.name(), ""))));
      }
    } else {
      model
          .columns()
          .forEach((name, meaning) -> rows.add(List.of(Html.code(name), "", Html.text(meaning))));
    }
    return Html.table(List.of("column", "type", "meaning"), rows);
  }

  private String inputs(Model model) {
    List<List<String>> rows = new ArrayList<>();
    for (Input input : model.inputs()) {
      rows.add(
          List.of(
              link(input.table()),
              Html.text(
                  input.appended()
                      ? "its new rows are added"
                      : input.reach().isPresent()
                          ? "a change makes anew what it reaches"
                          : "any change makes all anew")));
    }
    return Html.table(List.of("table", "changes"), rows);
  }

  private String dependants(Model model) {
    String links =
        graph.models().stream()
            .filter(m -> m.inputs().stream().anyMatch(i -> i.table().equals(model.table())))
            .map(m -> link(m.table()))
            .collect(Collectors.joining(", "));
    return links.isEmpty() ? "No other model." : links;
  }

  private String audits(Model model) {
    List<List<String>> rows = new ArrayList<>();
    for (Audit audit : model.audits()) {
      Optional<Record> last =
          of(audits, model).stream()
              .filter(result -> audit.name().equals(result.getField("audit")))
              .findFirst();
      rows.add(
          List.of(
              Html.text(audit.name()),
              Html.text(audit.severity().text()),
              last.map(result -> Html.status(text(result, "status"))).orElse("not checked yet"),
              last.map(result -> Html.text(text(result, "failed_rows"))).orElse(""),
              last.map(result -> Html.code(text(result, "query").strip())).orElse("")));
    }
    return Html.table(List.of("rule", "severity", "last", "bad rows", "found by"), rows);
  }

  private String runs(Model model) {
    List<List<String>> rows = new ArrayList<>();
    for (Record run : of(runs, model).stream().limit(RUNS).toList()) {
      rows.add(
          List.of(
              Html.text(text(run, "run_id")),
              Html.status(text(run, "status")),
              Html.text(text(run, "started_at")),
              Html.text(text(run, "finished_at")),
              Html.text(text(run, "rows_written")),
              Html.text(text(run, "message"))));
    }
    return Html.table(List.of("run", "status", "began", "ended", "rows written", ""), rows);
  }

  private String link(TableIdentifier table) {
    return graph.model(table).isPresent()
        ? Html.link(page(table), table.toString())
        : Html.text(table.toString());
  }

  private static List<Record> of(Map<String, List<Record>> rows, Model model) {
    return rows.getOrDefault(model.name(), List.of());
  }

  private static String text(Record row, String field) {
    Object value = row.getField(field);
    return value == null ? "" : value.toString();
  }

  private static Map<String, List<Record>> latestFirst(List<Record> rows, String time) {
    Comparator<Record> order = Comparator.comparing(row -> text(row, time));
    return rows.stream()
        .sorted(order.reversed())
        .collect(Collectors.groupingBy(row -> text(row, "model")));
  }
}
