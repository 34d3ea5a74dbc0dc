package lakehouse.load.marts;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import lakehouse.load.utility.Planted;

/** The lines of a utility's manifest as tables of schema {@code planted}, one for each kind. */
final class ManifestInDuckDb {

  private ManifestInDuckDb() {}

  static void write(Connection duck, List<Planted> lines) throws SQLException {
    try (Statement statement = duck.createStatement()) {
      statement.execute("CREATE SCHEMA planted");
      for (Class<?> kind : Planted.class.getPermittedSubclasses()) {
        String columns =
            Arrays.stream(kind.getRecordComponents())
                .map(it -> snakeCase(it.getName()) + " " + type(it.getType()))
                .collect(Collectors.joining(", "));
        statement.execute("CREATE TABLE %s (%s)".formatted(table(kind), columns));
      }
    }
    Map<Class<?>, List<Planted>> byKind =
        lines.stream().collect(Collectors.groupingBy(Planted::getClass));
    for (Map.Entry<Class<?>, List<Planted>> kind : byKind.entrySet()) {
      String places =
          Arrays.stream(kind.getKey().getRecordComponents())
              .map(it -> "?")
              .collect(Collectors.joining(", "));
      try (PreparedStatement insert =
          duck.prepareStatement(
              "INSERT INTO %s VALUES (%s)".formatted(table(kind.getKey()), places))) {
        for (Planted line : kind.getValue()) {
          List<Object> values = new ArrayList<>(line.values().values());
          for (int i = 0; i < values.size(); i++) {
            insert.setObject(i + 1, values.get(i));
          }
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }
  }

  private static String table(Class<?> kind) {
    return "planted." + snakeCase(kind.getSimpleName());
  }

  private static String type(Class<?> type) {
    if (type == long.class || type == int.class) {
      return "BIGINT";
    }
    return type == LocalDate.class ? "DATE" : "VARCHAR";
  }

  private static String snakeCase(String name) {
    return name.replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
