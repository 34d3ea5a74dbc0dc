package lakehouse.catalog.config;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What no key of a table of files can tell by itself. */
final class FileTableChecks {
  private static final List<String> WITH_TOKENS = List.of("string", "boolean", "int", "long");

  private FileTableChecks() {}

  static void check(FilesConfig source, String path, Problems problems) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < source.tables().size(); i++) {
      FileTableConfig table = source.tables().get(i);
      String tablePath = "%s.tables[%d]".formatted(path, i);
      if (!names.add(table.name())) {
        problems.add(tablePath + ".name", "\"%s\" is the name of another table", table.name());
      }
      if (!containsAscii(table.encoding())) {
        problems.add(
            tablePath + ".encoding",
            "\"%s\" is no character set of this machine that contains ASCII; expected one such as"
                + " UTF-8, ISO-8859-1 or windows-1252",
            table.encoding());
      }
      checkColumns(table.columns(), table.key(), tablePath, problems);
    }
    checkMasks(source, path, problems);
    if (source.tables().isEmpty()) {
      problems.add(path + ".tables", "is empty; expected the tables that the files are of");
    }
  }

  /** A mask hides a column that is there, and whose values have one text each. */
  private static void checkMasks(FilesConfig source, String path, Problems problems) {
    for (int i = 0; i < source.masks().size(); i++) {
      MaskConfig mask = source.masks().get(i);
      String maskPath = "%s.masks[%d]".formatted(path, i);
      Optional<FileTableConfig> table =
          source.tables().stream()
              .filter(t -> new TablePattern(mask.table()).matches("public", t.name()))
              .findFirst();
      Optional<ColumnConfig> column =
          table.stream()
              .flatMap(t -> t.columns().stream())
              .filter(c -> c.name().equals(mask.column()))
              .findFirst();
      if (column.isEmpty()) {
        problems.add(
            maskPath, "hides nothing: there is no column %s.%s", mask.table(), mask.column());
      } else if (mask.method() == MaskConfig.Method.REDACT) {
        if (table.get().key().contains(mask.column())) {
          problems.add(maskPath, "redacts a column of the key; expected the method token");
        }
      } else if (!WITH_TOKENS.contains(column.get().type())) {
        problems.add(
            maskPath,
            "the type %s has no token, since one value has many texts; expected one of %s, or the"
                + " method redact",
            column.get().type(),
            WITH_TOKENS);
      }
    }
  }

  /** Columns with a name of their own, sound rules, and a key that is among them. */
  static void checkColumns(
      List<ColumnConfig> columns, List<String> key, String path, Problems problems) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < columns.size(); i++) {
      ColumnConfig column = columns.get(i);
      String columnPath = "%s.columns[%d]".formatted(path, i);
      if (!names.add(column.name().toLowerCase(java.util.Locale.ROOT))) {
        problems.add(columnPath + ".name", "\"%s\" is the name of another column", column.name());
      }
      syntaxError(column.pattern())
          .ifPresent(error -> problems.add(columnPath + ".pattern", "is no pattern: %s", error));
      for (String bound : List.of("min", "max")) {
        String value = bound.equals("min") ? column.min() : column.max();
        if (!value.isEmpty() && !ColumnBound.fits(column.type(), value)) {
          problems.add(
              columnPath + "." + bound,
              "\"%s\" is no bound of the type %s; expected a number, date or timestamp of it",
              value,
              column.type());
        }
      }
    }
    for (String part : key) {
      if (columns.stream().noneMatch(column -> column.name().equals(part))) {
        problems.add(path + ".key", "\"%s\" is none of the columns", part);
      }
    }
  }

  static Optional<String> syntaxError(String pattern) {
    try {
      Pattern.compile(pattern);
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of(e.getDescription());
    }
  }

  private static boolean containsAscii(String name) {
    try {
      byte[] bytes = "\n,\"{a".getBytes(Charset.forName(name));
      return Arrays.equals(bytes, "\n,\"{a".getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException | UnsupportedOperationException unknown) {
      return false;
    }
  }
}
