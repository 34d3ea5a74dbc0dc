package lakehouse.models.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.table.Layer;

/** Reads the rules in a model's header. */
final class AuditReader {
  private static final List<String> KINDS =
      List.of(
          "not_null",
          "unique",
          "accepted_values",
          "relationship",
          "freshness",
          "row_delta",
          "rows");

  private final HeaderReader read;

  AuditReader(HeaderReader read) {
    this.read = read;
  }

  List<Audit> audits(JsonNode nodes) {
    List<Audit> audits = new ArrayList<>();
    int n = 0;
    for (JsonNode node : nodes) {
      String where = "audits[" + n++ + "]";
      Optional<Severity> severity = severity(where, node);
      Optional<String> kind = KINDS.stream().filter(node::has).findFirst();
      if (kind.isEmpty()) {
        read.problem(
            "`%s` is none of %s%s".formatted(where, String.join(", ", KINDS), suggestion(node)));
        continue;
      }
      severity.flatMap(s -> audit(where, kind.get(), node, s)).ifPresent(audits::add);
    }
    if (audits.stream().map(Audit::name).distinct().count() != audits.size()) {
      read.problem("two audits have the same name");
    }
    return audits;
  }

  private static String suggestion(JsonNode node) {
    List<String> written = new ArrayList<>();
    node.fieldNames().forEachRemaining(written::add);
    return written.stream()
        .map(name -> Names.suggestion(name, KINDS))
        .filter(s -> !s.isEmpty())
        .findFirst()
        .orElse("");
  }

  private Optional<Audit> audit(String where, String kind, JsonNode node, Severity severity) {
    read.knownKeys(
        where + ".",
        node,
        kind.equals("rows") ? List.of("name", kind, "severity") : List.of(kind, "severity"));
    JsonNode value = node.get(kind);
    String path = where + "." + kind;
    return switch (kind) {
      case "not_null" -> columns(path, node, kind).map(c -> new Audit.NotNull(c, severity));
      case "unique" -> columns(path, node, kind).map(c -> new Audit.Unique(c, severity));
      case "accepted_values" -> acceptedValues(path, value, severity);
      case "relationship" -> relationship(path, value, severity);
      case "freshness" -> freshness(path, value, severity);
      case "row_delta" -> rowDelta(path, value, severity);
      default -> badRows(where, node, value, severity);
    };
  }

  private Optional<List<String>> columns(String path, JsonNode node, String kind) {
    List<String> columns = HeaderReader.strings(node, kind);
    return columns.isEmpty() ? missing(path, "is a list of columns") : Optional.of(columns);
  }

  private Optional<Audit> acceptedValues(String path, JsonNode value, Severity severity) {
    read.knownKeys(path + ".", value, List.of("column", "values"));
    List<String> values = HeaderReader.strings(value, "values");
    if (!value.hasNonNull("column") || values.isEmpty()) {
      return missing(path, "needs `column` and `values`");
    }
    return Optional.of(new Audit.AcceptedValues(value.get("column").asText(), values, severity));
  }

  private Optional<Audit> relationship(String path, JsonNode value, Severity severity) {
    read.knownKeys(path + ".", value, List.of("column", "to", "field"));
    if (!value.hasNonNull("column") || !value.hasNonNull("to")) {
      return missing(path, "needs `column` and `to`");
    }
    String column = value.get("column").asText();
    return Optional.of(
        new Audit.Relationship(
            column,
            Layer.parse(value.get("to").asText()),
            value.path("field").asText(column),
            severity));
  }

  private Optional<Audit> freshness(String path, JsonNode value, Severity severity) {
    read.knownKeys(path + ".", value, List.of("column", "within_hours"));
    int hours = value.path("within_hours").asInt();
    if (!value.hasNonNull("column") || hours <= 0) {
      return missing(path, "needs `column` and `within_hours`");
    }
    return Optional.of(new Audit.Freshness(value.get("column").asText(), hours, severity));
  }

  private Optional<Audit> rowDelta(String path, JsonNode value, Severity severity) {
    read.knownKeys(path + ".", value, List.of("min_percent", "max_percent"));
    Optional<Integer> min = HeaderReader.number(value, "min_percent");
    Optional<Integer> max = HeaderReader.number(value, "max_percent");
    return min.isEmpty() && max.isEmpty()
        ? missing(path, "needs `min_percent`, `max_percent` or both, as whole numbers")
        : Optional.of(new Audit.RowDelta(min, max, severity));
  }

  private Optional<Audit> badRows(String where, JsonNode node, JsonNode value, Severity severity) {
    return HeaderReader.text(node, "name").isEmpty()
        ? missing(where, "needs a `name`")
        : Optional.of(new Audit.BadRows(node.get("name").asText(), value.asText(), severity));
  }

  private <T> Optional<T> missing(String path, String what) {
    read.problem("`" + path + "` " + what);
    return Optional.empty();
  }

  private Optional<Severity> severity(String where, JsonNode node) {
    String text = HeaderReader.text(node, "severity").orElse("error");
    Optional<Severity> severity =
        Arrays.stream(Severity.values()).filter(s -> s.text().equals(text)).findFirst();
    if (severity.isEmpty()) {
      read.problem("`" + where + ".severity: " + text + "` is neither error nor warn");
    }
    return severity;
  }
}
