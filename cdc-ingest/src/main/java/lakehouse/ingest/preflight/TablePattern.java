package lakehouse.ingest.preflight;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern of table names as the configuration has it: {@code schema.table}, where {@code *}
 * stands for any characters and {@code public} may be left out.
 */
final class TablePattern {
  private final Pattern pattern;

  TablePattern(String text) {
    String qualified = text.contains(".") ? text : "public." + text;
    StringBuilder regex = new StringBuilder();
    for (String literal : qualified.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
    }
    this.pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  boolean matches(String schema, String table) {
    return pattern.matcher(schema + "." + table).matches();
  }

  static boolean any(List<String> patterns, String schema, String table) {
    return patterns.stream().anyMatch(text -> new TablePattern(text).matches(schema, table));
  }
}
