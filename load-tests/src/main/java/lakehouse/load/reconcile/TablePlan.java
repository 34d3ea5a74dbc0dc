package lakehouse.load.reconcile;

import static lakehouse.load.reconcile.CanonicalForm.UNFIT;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.load.reconcile.SourceTable.SourceColumn;
import org.apache.spark.sql.types.StructType;

/**
 * What of one table is compared, and how: the digests of both sides are made by the same plan.
 *
 * @param table the source's table
 * @param columns the compared columns, in the source's order
 * @param key the columns that tell rows apart; empty where rows are a bag
 * @param unfit the lake's column with the texts of values that its types cannot hold; empty if it
 *     has none
 * @param notes what the reader of a verdict has to know
 * @param incomparable columns whose types have no form in common: nothing is proven while there are
 *     any
 */
record TablePlan(
    SourceTable table,
    List<ComparedColumn> columns,
    List<ComparedColumn> key,
    Optional<String> unfit,
    List<String> notes,
    List<String> incomparable) {
  TablePlan {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    notes = List.copyOf(notes);
    incomparable = List.copyOf(incomparable);
  }

  /**
   * A column that is compared.
   *
   * @param name its name in the source
   * @param lakeName its name in the lake; empty where the lake has none yet, and all is null
   */
  record ComparedColumn(String name, Optional<String> lakeName, CanonicalForm form) {
    /** The value's canonical text, null for null. */
    String postgres() {
      String column = SqlName.quoted(name);
      return orUnfit(form.postgres(column), "'%s' || %s".formatted(UNFIT, printed(column)));
    }

    /** The value as it stands in the row's digest. */
    String postgresDelimited() {
      String column = SqlName.quoted(name);
      return orUnfit(
          form.postgresDelimited(column),
          "'%1$s' || length(%2$s) || ':' || %2$s || '%3$s'"
              .formatted(UNFIT, printed(column), CanonicalForm.END));
    }

    private String orUnfit(String fit, String otherwise) {
      return form.unfit(SqlName.quoted(name))
          .map(unfit -> "CASE WHEN %s THEN %s ELSE %s END".formatted(unfit, otherwise, fit))
          .orElse(fit);
    }

    private static String printed(String column) {
      return "format('%%s', %s)".formatted(column);
    }

    /** A canonical text as a person would read it. */
    String readable(String canonical) {
      return canonical.startsWith(String.valueOf(UNFIT)) && form.unfit(name).isPresent()
          ? canonical.substring(1)
          : form.readable(canonical);
    }
  }

  /**
   * What the lake says of the table.
   *
   * @param columns the columns of silver
   * @param captured the names of the columns that bronze has of the source
   * @param key the key's columns
   * @param masks the masked columns
   */
  record LakeTable(
      StructType columns,
      List<String> captured,
      List<String> key,
      Map<String, MaskConfig.Method> masks) {}

  static TablePlan of(SourceTable source, LakeTable lake) {
    List<ComparedColumn> columns = new ArrayList<>();
    List<String> incomparable = new ArrayList<>();
    List<String> redacted = new ArrayList<>();
    List<String> tokens = new ArrayList<>();
    List<String> absent = new ArrayList<>();
    for (SourceColumn column : source.columns()) {
      String name = column.name();
      MaskConfig.Method mask = lake.masks().get(name);
      Optional<String> lakeName = newestVersion(name, lake.columns());
      if (mask == MaskConfig.Method.REDACT) {
        redacted.add(name);
      } else if (mask == MaskConfig.Method.TOKEN || lakeName.isEmpty()) {
        (mask == MaskConfig.Method.TOKEN ? tokens : absent).add(name);
        columns.add(new ComparedColumn(name, lakeName, ScalarForm.PRESENCE));
      } else {
        var lakeType = lake.columns().apply(lakeName.get()).dataType();
        CanonicalForm.of(column.type(), lakeType)
            .ifPresentOrElse(
                form -> columns.add(new ComparedColumn(name, lakeName, form)),
                () ->
                    incomparable.add(
                        "%s (%s in PostgreSQL, %s in silver)"
                            .formatted(name, column.type(), lakeType.simpleString())));
      }
    }
    List<String> notes = new ArrayList<>();
    note(notes, "redacted, so left out", redacted);
    note(notes, "tokens in the lake, so only nulls are compared", tokens);
    note(notes, "not in silver yet, so compared as null", absent);
    note(notes, "no longer in PostgreSQL, so left out", dropped(source, lake));
    List<ComparedColumn> key = key(lake, columns);
    if (lake.key().isEmpty()) {
      notes.add("no key, so compared as a bag of rows");
    } else if (key.isEmpty()) {
      notes.add("the key is hidden or gone, so compared as a bag of rows");
    } else if (key.size() < lake.key().size()) {
      notes.add("a part of the key is hidden or gone: differences name the rest of it");
    }
    Optional<String> unfit =
        List.of(lake.columns().fieldNames()).contains(ChangeColumns.UNREPRESENTABLE)
            ? Optional.of(ChangeColumns.UNREPRESENTABLE)
            : Optional.empty();
    return new TablePlan(source, columns, key, unfit, notes, incomparable);
  }

  private static void note(List<String> notes, String what, List<String> columns) {
    if (!columns.isEmpty()) {
      notes.add(what + ": " + String.join(", ", columns));
    }
  }

  /**
   * Names of the columns to read from the lake, each once, in the order of {@link #columns}; then
   * {@link #unfit}.
   */
  List<String> lakeColumns() {
    return Stream.concat(
            columns.stream().flatMap(column -> column.lakeName().stream()), unfit.stream())
        .toList();
  }

  private static List<ComparedColumn> key(LakeTable lake, List<ComparedColumn> columns) {
    return columns.stream()
        .filter(column -> lake.key().contains(column.name()))
        .filter(column -> column.form() != ScalarForm.PRESENCE)
        .toList();
  }

  private static List<String> dropped(SourceTable source, LakeTable lake) {
    List<String> present = source.columns().stream().map(SourceColumn::name).toList();
    return lake.captured().stream()
        .filter(name -> !present.contains(name))
        .filter(name -> !present.contains(VERSION.matcher(name).replaceFirst("")))
        .toList();
  }

  // A change of type that the lake cannot follow goes on in a column `<name>__v2`, then `__v3`.
  private static final Pattern VERSION = Pattern.compile("__v(\\d+)$");

  private static Optional<String> newestVersion(String name, StructType columns) {
    Map<Integer, String> versions =
        Stream.of(columns.fieldNames())
            .filter(field -> VERSION.matcher(field).replaceFirst("").equals(name))
            .collect(Collectors.toMap(TablePlan::version, field -> field));
    if (List.of(columns.fieldNames()).contains(name)) {
      versions.put(1, name);
    }
    return versions.entrySet().stream().max(Map.Entry.comparingByKey()).map(Map.Entry::getValue);
  }

  private static int version(String field) {
    Matcher matcher = VERSION.matcher(field);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 1;
  }
}
