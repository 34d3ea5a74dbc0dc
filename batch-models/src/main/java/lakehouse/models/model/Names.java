package lakehouse.models.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.iceberg.catalog.TableIdentifier;

/** How tables and columns are spelled in SQL; the only place that quotes. */
public final class Names {
  /** The catalog under which a session knows the lake. */
  public static final String CATALOG = "lake";

  private Names() {}

  /** A column or other single name, quoted. */
  public static String column(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /** Columns, quoted, separated by commas; each behind a qualifier such as {@code "t."}. */
  public static String columns(String qualifier, Collection<String> names) {
    return names.stream().map(n -> qualifier + column(n)).collect(Collectors.joining(", "));
  }

  /** A table of the lake, quoted. */
  public static String table(TableIdentifier table) {
    return CATALOG
        + "."
        + Arrays.stream(table.namespace().levels())
            .map(level -> column(level) + ".")
            .collect(Collectors.joining())
        + column(table.name());
  }

  /**
   * A session's name for a view about a table; others for other tables, however these are named.
   */
  public static String view(String about, TableIdentifier table) {
    byte[] name = table.toString().getBytes(StandardCharsets.UTF_8);
    return about + "_" + UUID.nameUUIDFromBytes(name).toString().replace("-", "");
  }

  /** A string literal. */
  public static String literal(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** A table as it is at another reference than that of the session. */
  public static TableIdentifier at(TableIdentifier table, String reference) {
    return TableIdentifier.of(table.namespace(), table.name() + "@" + reference);
  }

  /** The table that keeps the change sets of a table. */
  public static TableIdentifier changes(TableIdentifier table) {
    return TableIdentifier.of(table.namespace(), table.name() + "__changes");
  }

  /** Whether a table keeps the change sets of another. */
  public static boolean isChanges(TableIdentifier table) {
    return table.name().endsWith("__changes");
  }

  /** The candidate that was most likely meant, or empty if none is near. */
  public static Optional<String> nearest(String written, Collection<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> distance(written, candidate)))
        .filter(candidate -> distance(written, candidate) <= Math.max(2, written.length() / 3));
  }

  /** {@code "; did you mean x?"}, or nothing. */
  public static String suggestion(String written, Collection<String> candidates) {
    return nearest(written, candidates).map(n -> "; did you mean `" + n + "`?").orElse("");
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitution, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
