package lakehouse.models.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Reads a model file: a header in YAML inside the leading comment, and one SELECT. Every problem of
 * the file is found at once.
 */
public final class ModelFile {
  private static final Pattern FORM =
      Pattern.compile("\\A\\s*/\\*(?<header>.*?)\\*/(?<sql>.*)\\z", Pattern.DOTALL);
  private static final YAMLMapper YAML = new YAMLMapper();

  private static final List<String> KEYS =
      List.of(
          "description",
          "materialized",
          "unique_key",
          "reach_by",
          "partition_by",
          "tags",
          "columns",
          "inputs",
          "audits",
          "on_schema_change");
  private static final List<String> AUDITS =
      List.of(
          "not_null",
          "unique",
          "accepted_values",
          "relationship",
          "freshness",
          "row_delta",
          "rows");

  private final TableIdentifier table;
  private final String origin;
  private final List<String> problems;

  private ModelFile(TableIdentifier table, String origin, List<String> problems) {
    this.table = table;
    this.origin = origin;
    this.problems = problems;
  }

  /**
   * Reads a file's text.
   *
   * @param table the table that the file's path stands for
   * @param origin the file, for messages
   * @param problems where problems are added, each a sentence that begins with the file
   * @return the model, or empty if the file has problems
   */
  public static Optional<Model> parse(
      TableIdentifier table, String origin, String text, List<String> problems) {
    int before = problems.size();
    Optional<Model> model = new ModelFile(table, origin, problems).parse(text);
    return problems.size() == before ? model : Optional.empty();
  }

  private Optional<Model> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      problem("a model begins with a comment /* … */ that holds its header in YAML");
      return Optional.empty();
    }
    JsonNode header;
    try {
      header = YAML.readTree(form.group("header"));
    } catch (JsonProcessingException e) {
      problem("the header is no YAML: " + e.getOriginalMessage());
      return Optional.empty();
    }
    if (header == null || !header.isObject()) {
      problem("the header is empty; `description` and `materialized` are needed");
      return Optional.empty();
    }
    knownKeys("", header, KEYS);
    String sql = form.group("sql").strip();
    if (sql.endsWith(";")) {
      problem("the SELECT ends without a semicolon");
    }
    if (!sql.toUpperCase(Locale.ROOT).matches("(?s)(SELECT|WITH|--|/\\*).*")) {
      problem("after the header comes one SELECT");
    }
    ModelSql.unknownPlaceholder(sql)
        .ifPresent(
            unknown ->
                problem("`" + unknown + "` is no placeholder; there is ${ref('schema.table')}"));

    Optional<Materialization> kind = materialization(header);
    List<String> key = strings(header, "unique_key");
    Optional<String> partition = text(header, "partition_by");
    Optional<String> reachBy =
        text(header, "reach_by")
            .or(() -> key.size() == 1 ? Optional.of(key.get(0)) : Optional.empty());
    List<Input> inputs = inputs(header, sql);
    Model.SchemaChange onSchemaChange = schemaChange(header);
    Map<String, String> columns = new LinkedHashMap<>();
    header
        .path("columns")
        .fields()
        .forEachRemaining(entry -> columns.put(entry.getKey(), entry.getValue().asText()));
    List<Audit> audits = audits(header);
    if (text(header, "description").isEmpty()) {
      problem("`description` is missing: what does one row mean?");
    }
    kind.ifPresent(k -> requirements(k, key, reachBy, partition, inputs));
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Model(
            table,
            origin,
            text(header, "description").orElse(""),
            kind.get(),
            key,
            reachBy,
            partition,
            new LinkedHashSet<>(strings(header, "tags")),
            columns,
            inputs,
            audits,
            onSchemaChange,
            sql));
  }

  private Optional<Materialization> materialization(JsonNode header) {
    List<String> known = Materialization.OF_FILES.stream().map(Materialization::text).toList();
    Optional<String> text = text(header, "materialized");
    if (text.isEmpty()) {
      problem("`materialized` is missing: one of " + String.join(", ", known));
      return Optional.empty();
    }
    Optional<Materialization> kind = Materialization.ofFile(text.get());
    if (kind.isEmpty()) {
      problem(
          "`materialized: %s` is none of %s%s"
              .formatted(
                  text.get(), String.join(", ", known), Names.suggestion(text.get(), known)));
    }
    return kind;
  }

  private void requirements(
      Materialization kind,
      List<String> key,
      Optional<String> reachBy,
      Optional<String> partition,
      List<Input> inputs) {
    switch (kind) {
      case MERGE_BY_KEY -> {
        if (key.isEmpty()) {
          problem("`materialized: merge_by_key` needs a `unique_key`");
        }
        if (reachBy.isEmpty() && inputs.stream().anyMatch(input -> input.reach().isPresent())) {
          problem("a reach gives values of one column; say which one by `reach_by`");
        }
        if (inputs.stream()
            .flatMap(input -> input.reach().stream())
            .flatMap(reach -> reach.parts().stream())
            .anyMatch(Reach.Span.class::isInstance)) {
          problem("a reach of `merge_by_key` gives single values, no {from: …, to: …}");
        }
      }
      case TOUCHED_PARTITIONS -> {
        if (partition.isEmpty()) {
          problem("`materialized: touched_partitions` needs `partition_by`");
        }
        if (key.isEmpty()) {
          problem(
              "`materialized: touched_partitions` needs a `unique_key`: its change set compares by it");
        }
      }
      case APPEND -> {
        if (inputs.stream().filter(Input::appended).count() != 1) {
          problem("`materialized: append` needs exactly one input with `appended: true`");
        }
      }
      case SCD2 -> {
        if (key.isEmpty()) {
          problem("`materialized: scd2` needs the log's key as `unique_key`");
        }
        if (inputs.size() != 1 || !isChangeLog(inputs.get(0))) {
          problem("`materialized: scd2` reads one table, a change log of bronze");
        }
      }
      case FULL, CURRENT_STATE -> {
        if (inputs.stream().anyMatch(input -> input.reach().isPresent())) {
          problem("`materialized: full` computes everything; a reach is of no use");
        }
      }
    }
    if (inputs.stream().anyMatch(input -> input.reach().isPresent() && isChangeLog(input))) {
      problem("a change log does not tell former rows, so it has no reach; read its silver table");
    }
    if (kind != Materialization.APPEND && inputs.stream().anyMatch(Input::appended)) {
      problem("`appended: true` goes with `materialized: append` only");
    }
  }

  private static boolean isChangeLog(Input input) {
    return Layer.BRONZE.namespace().level(0).equals(input.table().namespace().level(0));
  }

  private List<Input> inputs(JsonNode header, String sql) {
    Set<TableIdentifier> refs = ModelSql.refs(sql);
    Map<TableIdentifier, Input> inputs = new LinkedHashMap<>();
    refs.forEach(ref -> inputs.put(ref, Input.of(ref)));
    header
        .path("inputs")
        .fields()
        .forEachRemaining(
            entry -> {
              TableIdentifier input = TableIdentifier.parse(entry.getKey());
              if (!refs.contains(input)) {
                problem(
                    "`inputs` tells of %s, which the SELECT does not read%s"
                        .formatted(
                            entry.getKey(),
                            Names.suggestion(
                                entry.getKey(), refs.stream().map(Object::toString).toList())));
                return;
              }
              String where = "inputs." + entry.getKey() + ".";
              knownKeys(where, entry.getValue(), List.of("reach", "watches", "appended"));
              inputs.put(
                  input,
                  new Input(
                      input,
                      reach(where + "reach", entry.getValue().path("reach")),
                      strings(entry.getValue(), "watches"),
                      entry.getValue().path("appended").asBoolean()));
            });
    return List.copyOf(inputs.values());
  }

  private Optional<Reach> reach(String where, JsonNode node) {
    if (node.isMissingNode()) {
      return Optional.empty();
    }
    List<Reach.Part> parts = new ArrayList<>();
    for (JsonNode part : node.isArray() ? node : List.of(node)) {
      if (part.isTextual()) {
        parts.add(new Reach.At(part.asText()));
      } else if (part.isObject() && (part.has("from") || part.has("to"))) {
        knownKeys(where + ".", part, List.of("from", "to"));
        parts.add(new Reach.Span(text(part, "from"), text(part, "to")));
      } else {
        problem("`" + where + "` is an expression, or {from: …, to: …}, or a list of these");
      }
    }
    if (parts.isEmpty()) {
      problem("`" + where + "` is empty");
      return Optional.empty();
    }
    return Optional.of(new Reach(parts));
  }

  private List<Audit> audits(JsonNode header) {
    List<Audit> audits = new ArrayList<>();
    int n = 0;
    for (JsonNode node : header.path("audits")) {
      String where = "audits[" + n++ + "]";
      Optional<Severity> severity = severity(where, node);
      Optional<String> kind = AUDITS.stream().filter(node::has).findFirst();
      if (kind.isEmpty()) {
        List<String> written = new ArrayList<>();
        node.fieldNames().forEachRemaining(written::add);
        problem(
            "`%s` is none of %s%s"
                .formatted(
                    where,
                    String.join(", ", AUDITS),
                    written.stream()
                        .map(name -> Names.suggestion(name, AUDITS))
                        .filter(s -> !s.isEmpty())
                        .findFirst()
                        .orElse("")));
        continue;
      }
      severity.flatMap(s -> audit(where, kind.get(), node, s)).ifPresent(audits::add);
    }
    if (audits.stream().map(Audit::name).distinct().count() != audits.size()) {
      problem("two audits have the same name");
    }
    return audits;
  }

  private Optional<Audit> audit(String where, String kind, JsonNode node, Severity severity) {
    JsonNode value = node.get(kind);
    switch (kind) {
      case "not_null":
      case "unique":
        knownKeys(where + ".", node, List.of(kind, "severity"));
        List<String> columns = strings(node, kind);
        if (columns.isEmpty()) {
          problem("`" + where + "." + kind + "` is a list of columns");
          return Optional.empty();
        }
        return Optional.of(
            kind.equals("unique")
                ? new Audit.Unique(columns, severity)
                : new Audit.NotNull(columns, severity));
      case "accepted_values":
        knownKeys(where + ".", node, List.of(kind, "severity"));
        knownKeys(where + "." + kind + ".", value, List.of("column", "values"));
        if (!value.hasNonNull("column") || strings(value, "values").isEmpty()) {
          problem("`" + where + "." + kind + "` needs `column` and `values`");
          return Optional.empty();
        }
        return Optional.of(
            new Audit.AcceptedValues(
                value.get("column").asText(), strings(value, "values"), severity));
      case "relationship":
        knownKeys(where + ".", node, List.of(kind, "severity"));
        knownKeys(where + "." + kind + ".", value, List.of("column", "to", "field"));
        if (!value.hasNonNull("column") || !value.hasNonNull("to")) {
          problem("`" + where + "." + kind + "` needs `column` and `to`");
          return Optional.empty();
        }
        String column = value.get("column").asText();
        return Optional.of(
            new Audit.Relationship(
                column,
                TableIdentifier.parse(value.get("to").asText()),
                value.path("field").asText(column),
                severity));
      case "freshness":
        knownKeys(where + ".", node, List.of(kind, "severity"));
        knownKeys(where + "." + kind + ".", value, List.of("column", "within_hours"));
        if (!value.hasNonNull("column") || value.path("within_hours").asInt() <= 0) {
          problem("`" + where + "." + kind + "` needs `column` and `within_hours`");
          return Optional.empty();
        }
        return Optional.of(
            new Audit.Freshness(
                value.get("column").asText(), value.get("within_hours").asInt(), severity));
      case "row_delta":
        knownKeys(where + ".", node, List.of(kind, "severity"));
        knownKeys(where + "." + kind + ".", value, List.of("min_percent", "max_percent"));
        Optional<Integer> min = number(value, "min_percent");
        Optional<Integer> max = number(value, "max_percent");
        if (min.isEmpty() && max.isEmpty()) {
          problem(
              "`"
                  + where
                  + "."
                  + kind
                  + "` needs `min_percent`, `max_percent` or both, as whole numbers");
          return Optional.empty();
        }
        return Optional.of(new Audit.RowDelta(min, max, severity));
      default:
        knownKeys(where + ".", node, List.of("name", "rows", "severity"));
        if (text(node, "name").isEmpty()) {
          problem("`" + where + "` needs a `name`");
          return Optional.empty();
        }
        return Optional.of(new Audit.BadRows(node.get("name").asText(), value.asText(), severity));
    }
  }

  private Optional<Severity> severity(String where, JsonNode node) {
    String text = text(node, "severity").orElse("error");
    Optional<Severity> severity =
        Arrays.stream(Severity.values()).filter(s -> s.text().equals(text)).findFirst();
    if (severity.isEmpty()) {
      problem("`" + where + ".severity: " + text + "` is neither error nor warn");
    }
    return severity;
  }

  private Model.SchemaChange schemaChange(JsonNode header) {
    String text = text(header, "on_schema_change").orElse("append_columns");
    for (Model.SchemaChange change : Model.SchemaChange.values()) {
      if (change.name().toLowerCase(Locale.ROOT).equals(text)) {
        return change;
      }
    }
    problem("`on_schema_change: " + text + "` is none of append_columns, fail, ignore");
    return Model.SchemaChange.FAIL;
  }

  private void knownKeys(String where, JsonNode node, List<String> known) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                problem("unknown key `" + where + name + "`" + Names.suggestion(name, known));
              }
            });
  }

  private static Optional<String> text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isValueNode() && !value.isNull()
        ? Optional.of(value.asText().strip()).filter(text -> !text.isEmpty())
        : Optional.empty();
  }

  private static Optional<Integer> number(JsonNode node, String name) {
    return node.path(name).isInt() ? Optional.of(node.get(name).asInt()) : Optional.empty();
  }

  private static List<String> strings(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (value.isValueNode() && !value.isNull()) {
      return List.of(value.asText());
    }
    List<String> strings = new ArrayList<>();
    value.forEach(element -> strings.add(element.asText()));
    return strings;
  }

  private void problem(String sentence) {
    problems.add(origin + ": " + sentence + ".");
  }

  /** The table that a path below a folder of models stands for. */
  public static TableIdentifier tableOf(String path) {
    String[] parts = path.replaceFirst("\\.sql$", "").split("/");
    return TableIdentifier.of(parts);
  }
}
