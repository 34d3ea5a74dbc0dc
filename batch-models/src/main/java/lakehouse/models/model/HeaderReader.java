package lakehouse.models.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads values of a model's header.
 *
 * @param origin the file
 * @param problems where problems are added, each a sentence that begins with the file
 */
record HeaderReader(String origin, List<String> problems) {
  void problem(String sentence) {
    problems.add(origin + ": " + sentence + ".");
  }

  /** Tells of each key that is not among the known ones. */
  void knownKeys(String where, JsonNode node, List<String> known) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                problem("unknown key `" + where + name + "`" + Names.suggestion(name, known));
              }
            });
  }

  /** A text that is not blank. */
  static Optional<String> text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isValueNode() && !value.isNull()
        ? Optional.of(value.asText().strip()).filter(text -> !text.isEmpty())
        : Optional.empty();
  }

  static Optional<Integer> number(JsonNode node, String name) {
    return node.path(name).isInt() ? Optional.of(node.get(name).asInt()) : Optional.empty();
  }

  /** A list of texts, or a single one. */
  static List<String> strings(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (value.isValueNode() && !value.isNull()) {
      return List.of(value.asText());
    }
    List<String> strings = new ArrayList<>();
    value.forEach(element -> strings.add(element.asText()));
    return strings;
  }
}
