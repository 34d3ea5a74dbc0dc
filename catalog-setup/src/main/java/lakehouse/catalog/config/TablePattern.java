package lakehouse.catalog.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern of a source's tables: {@code schema.table}, where {@code *} stands for any characters
 * and {@code public} may be left out. What stands in double quotes is taken as it is, blanks, dots
 * and stars too; a double quote within is written twice. Upper and lower case are told apart, in
 * quotes or not.
 */
public final class TablePattern {
  /** What a pattern looks like. */
  static final String FORM = "(\"([^\"]|\"\")*\"|[^\\s.\"])+(\\.(\"([^\"]|\"\")*\"|[^\\s.\"])+)?";

  /** What a pattern without a star looks like. */
  static final String FORM_OF_ONE =
      "(\"([^\"]|\"\")*\"|[^\\s.*\"])+(\\.(\"([^\"]|\"\")*\"|[^\\s.*\"])+)?";

  private final Part schema;
  private final Part table;

  /** The schema's or the table's part: as a regular expression, and as plain text. */
  private record Part(Pattern pattern, String text, boolean wildcard) {
    boolean matches(String name) {
      return pattern.matcher(name).matches();
    }
  }

  public TablePattern(String text) {
    List<Part> parts = parts(text);
    this.schema = parts.size() > 1 ? parts.get(0) : parts("public").get(0);
    this.table = parts.get(parts.size() - 1);
  }

  /** Whether the table is meant. */
  public boolean matches(String schema, String table) {
    return this.schema.matches(schema) && this.table.matches(table);
  }

  /** Whether it may mean many tables. */
  public boolean wildcard() {
    return schema.wildcard() || table.wildcard();
  }

  /** The table's part, without quotes. */
  public String table() {
    return table.text();
  }

  /** Whether any of the patterns means the table. */
  public static boolean anyMatches(List<String> patterns, String schema, String table) {
    return patterns.stream().anyMatch(text -> new TablePattern(text).matches(schema, table));
  }

  private static List<Part> parts(String pattern) {
    List<Part> parts = new ArrayList<>();
    StringBuilder regex = new StringBuilder();
    StringBuilder text = new StringBuilder();
    boolean wildcard = false;
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      boolean doubled = quoted && c == '"' && pattern.startsWith("\"\"", i);
      if (c == '"' && !doubled) {
        quoted = !quoted;
      } else if (c == '.' && !quoted) {
        parts.add(new Part(compiled(regex), text.toString(), wildcard));
        regex.setLength(0);
        text.setLength(0);
        wildcard = false;
      } else {
        boolean star = c == '*' && !quoted;
        wildcard |= star;
        regex.append(star ? ".*" : Pattern.quote(String.valueOf(c)));
        text.append(c);
        i += doubled ? 1 : 0;
      }
    }
    parts.add(new Part(compiled(regex), text.toString(), wildcard));
    return parts;
  }

  private static Pattern compiled(StringBuilder regex) {
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
