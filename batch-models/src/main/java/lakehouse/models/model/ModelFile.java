package lakehouse.models.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
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
          "restates",
          "on_schema_change");
  private final TableIdentifier table;
  private final HeaderReader read;

  private ModelFile(TableIdentifier table, HeaderReader read) {
    this.table = table;
    this.read = read;
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
    Optional<Model> model = new ModelFile(table, new HeaderReader(origin, problems)).parse(text);
    return problems.size() == before ? model : Optional.empty();
  }

  private Optional<Model> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      read.problem("a model begins with a comment /* … */ that holds its header in YAML");
      return Optional.empty();
    }
    JsonNode header;
    try {
      header = YAML.readTree(form.group("header"));
    } catch (JsonProcessingException e) {
      read.problem("the header is no YAML: " + e.getOriginalMessage());
      return Optional.empty();
    }
    if (header == null || !header.isObject()) {
      read.problem("the header is empty; `description` and `materialized` are needed");
      return Optional.empty();
    }
    read.knownKeys("", header, KEYS);
    String sql = form.group("sql").strip();
    if (sql.endsWith(";")) {
      read.problem("the SELECT ends without a semicolon");
    }
    if (!sql.toUpperCase(Locale.ROOT).matches("(?s)(SELECT|WITH|--|/\\*).*")) {
      read.problem("after the header comes one SELECT");
    }
    ModelSql.unknownPlaceholder(sql)
        .ifPresent(
            unknown ->
                read.problem(
                    "`" + unknown + "` is no placeholder; there is ${ref('schema.table')}"));

    Optional<Materialization> kind = materialization(header);
    List<String> key = HeaderReader.strings(header, "unique_key");
    Optional<String> partition = HeaderReader.text(header, "partition_by");
    Optional<String> reachBy =
        HeaderReader.text(header, "reach_by")
            .or(() -> key.size() == 1 ? Optional.of(key.get(0)) : Optional.empty());
    List<Input> inputs = inputs(header, sql);
    Model.SchemaChange onSchemaChange = schemaChange(header);
    Map<String, String> columns = new LinkedHashMap<>();
    header
        .path("columns")
        .fields()
        .forEachRemaining(entry -> columns.put(entry.getKey(), entry.getValue().asText()));
    List<Audit> audits = new AuditReader(read).audits(header.path("audits"));
    if (HeaderReader.text(header, "description").isEmpty()) {
      read.problem("`description` is missing: what does one row mean?");
    }
    List<String> restates = restates(header, columns, key, kind);
    kind.ifPresent(k -> requirements(k, key, reachBy, partition, inputs));
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Model(
            table,
            read.origin(),
            HeaderReader.text(header, "description").orElse(""),
            kind.get(),
            key,
            reachBy,
            partition,
            new LinkedHashSet<>(HeaderReader.strings(header, "tags")),
            columns,
            inputs,
            audits,
            restates,
            onSchemaChange,
            sql));
  }

  private Optional<Materialization> materialization(JsonNode header) {
    List<String> known = Materialization.OF_FILES.stream().map(Materialization::text).toList();
    Optional<String> text = HeaderReader.text(header, "materialized");
    if (text.isEmpty()) {
      read.problem("`materialized` is missing: one of " + String.join(", ", known));
      return Optional.empty();
    }
    Optional<Materialization> kind = Materialization.ofFile(text.get());
    if (kind.isEmpty()) {
      read.problem(
          "`materialized: %s` is none of %s%s"
              .formatted(
                  text.get(), String.join(", ", known), Names.suggestion(text.get(), known)));
    }
    return kind;
  }

  private List<String> restates(
      JsonNode header,
      Map<String, String> columns,
      List<String> key,
      Optional<Materialization> kind) {
    List<String> restates = HeaderReader.strings(header, "restates");
    if (!restates.isEmpty()
        && (key.isEmpty() || !kind.map(Materialization::keepsChanges).orElse(true))) {
      read.problem(
          "`restates` tells of changed rows by their key: it needs a kind that merges, and a `unique_key`");
    }
    for (String figure : restates) {
      if (!columns.containsKey(figure)) {
        read.problem(
            "`restates` names %s, which is none of the `columns`%s"
                .formatted(figure, Names.suggestion(figure, List.copyOf(columns.keySet()))));
      }
    }
    return restates;
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
          read.problem("`materialized: merge_by_key` needs a `unique_key`");
        }
        if (reachBy.isEmpty() && inputs.stream().anyMatch(input -> input.reach().isPresent())) {
          read.problem("a reach gives values of one column; say which one by `reach_by`");
        }
        if (inputs.stream()
            .flatMap(input -> input.reach().stream())
            .flatMap(reach -> reach.parts().stream())
            .anyMatch(Reach.Span.class::isInstance)) {
          read.problem("a reach of `merge_by_key` gives single values, no {from: …, to: …}");
        }
      }
      case TOUCHED_PARTITIONS -> {
        if (partition.isEmpty()) {
          read.problem("`materialized: touched_partitions` needs `partition_by`");
        }
        if (key.isEmpty()) {
          read.problem(
              "`materialized: touched_partitions` needs a `unique_key`: its change set compares by it");
        }
      }
      case APPEND -> {
        if (inputs.stream().filter(Input::appended).count() != 1) {
          read.problem("`materialized: append` needs exactly one input with `appended: true`");
        }
      }
      case SCD2 -> {
        if (key.isEmpty()) {
          read.problem("`materialized: scd2` needs the log's key as `unique_key`");
        }
        if (inputs.size() != 1 || !isChangeLog(inputs.get(0))) {
          read.problem("`materialized: scd2` reads one table, a change log of bronze");
        }
      }
      case FULL, CURRENT_STATE -> {
        if (inputs.stream().anyMatch(input -> input.reach().isPresent())) {
          read.problem("`materialized: full` computes everything; a reach is of no use");
        }
      }
    }
    if (inputs.stream().anyMatch(input -> input.reach().isPresent() && isChangeLog(input))) {
      read.problem(
          "a change log does not tell former rows, so it has no reach; read its silver table");
    }
    if (kind != Materialization.APPEND && inputs.stream().anyMatch(Input::appended)) {
      read.problem("`appended: true` goes with `materialized: append` only");
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
              TableIdentifier input = Layer.parse(entry.getKey());
              if (!refs.contains(input)) {
                read.problem(
                    "`inputs` tells of %s, which the SELECT does not read%s"
                        .formatted(
                            entry.getKey(),
                            Names.suggestion(
                                entry.getKey(), refs.stream().map(Object::toString).toList())));
                return;
              }
              String where = "inputs." + entry.getKey() + ".";
              read.knownKeys(where, entry.getValue(), List.of("reach", "watches", "appended"));
              inputs.put(
                  input,
                  new Input(
                      input,
                      reach(where + "reach", entry.getValue().path("reach")),
                      HeaderReader.strings(entry.getValue(), "watches"),
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
        read.knownKeys(where + ".", part, List.of("from", "to"));
        parts.add(new Reach.Span(HeaderReader.text(part, "from"), HeaderReader.text(part, "to")));
      } else {
        read.problem("`" + where + "` is an expression, or {from: …, to: …}, or a list of these");
      }
    }
    if (parts.isEmpty()) {
      read.problem("`" + where + "` is empty");
      return Optional.empty();
    }
    return Optional.of(new Reach(parts));
  }

  private Model.SchemaChange schemaChange(JsonNode header) {
    String text = HeaderReader.text(header, "on_schema_change").orElse("append_columns");
    for (Model.SchemaChange change : Model.SchemaChange.values()) {
      if (change.name().toLowerCase(Locale.ROOT).equals(text)) {
        return change;
      }
    }
    read.problem("`on_schema_change: " + text + "` is none of append_columns, fail, ignore");
    return Model.SchemaChange.FAIL;
  }

  /** The table that a path below a folder of models stands for. */
  public static TableIdentifier tableOf(String path) {
    return Layer.parse(path.replaceFirst("\\.sql$", "").replace('/', '.'));
  }
}
