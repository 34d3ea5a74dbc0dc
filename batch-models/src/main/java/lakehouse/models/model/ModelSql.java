package lakehouse.models.model;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lakehouse.catalog.table.Layer;
import org.apache.iceberg.catalog.TableIdentifier;

/** The placeholders in a model's SELECT. */
public final class ModelSql {
  private static final Pattern REF = Pattern.compile("\\$\\{\\s*ref\\(\\s*'([^']*)'\\s*\\)\\s*}");
  private static final Pattern ANY = Pattern.compile("\\$\\{[^}]*}");

  private ModelSql() {}

  /** The tables that <code>${ref('…')}</code> names, in their order. */
  public static Set<TableIdentifier> refs(String sql) {
    Set<TableIdentifier> refs = new LinkedHashSet<>();
    Matcher matcher = REF.matcher(sql);
    while (matcher.find()) {
      refs.add(Layer.parse(matcher.group(1)));
    }
    return refs;
  }

  /** The SELECT with each reference replaced by what the table is called in the session. */
  public static String replaceRefs(String sql, Function<TableIdentifier, String> names) {
    return REF.matcher(sql)
        .replaceAll(match -> Matcher.quoteReplacement(names.apply(Layer.parse(match.group(1)))));
  }

  /** The first placeholder that is none, or empty. */
  public static java.util.Optional<String> unknownPlaceholder(String sql) {
    return ANY.matcher(REF.matcher(sql).replaceAll("")).results().map(m -> m.group()).findFirst();
  }
}
