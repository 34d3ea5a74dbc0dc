package lakehouse.load.reconcile;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A pattern of tables, {@code schema.table} with {@code *}; {@code public} may be left out. */
record TablePattern(String text) {
  boolean matches(String schema, String table) {
    String whole = text.contains(".") ? text : "public." + text;
    String expression =
        Arrays.stream(whole.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return Pattern.compile(expression, Pattern.DOTALL).matcher(schema + "." + table).matches();
  }

  static boolean anyMatches(List<String> patterns, String schema, String table) {
    return patterns.stream().anyMatch(text -> new TablePattern(text).matches(schema, table));
  }
}
