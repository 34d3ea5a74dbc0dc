package lakehouse.catalog.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What a program of ours prints: tables for people, JSON for programs. A picocli mixin that brings
 * the option {@code --json}; results go to standard output, progress to standard error.
 */
public final class Console {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModules(new JavaTimeModule(), new Jdk8Module())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .propertyNamingStrategy(PropertyNamingStrategies.LOWER_CAMEL_CASE)
          .build();

  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  @Option(names = "--json", description = "prints JSON for programs instead of text for people")
  private boolean json;

  private final PrintStream out;

  /** On this process's standard output. */
  public Console() {
    this(System.out);
  }

  /** On another output. */
  public Console(PrintStream out) {
    this.out = out;
  }

  /** Whether JSON was asked for: then nothing else may be printed. */
  public boolean json() {
    return json;
  }

  /** Whether somebody is watching at a terminal. */
  public static boolean interactive() {
    return System.console() != null;
  }

  /** Prints a line for people; nothing where JSON was asked for. */
  public void say(String format, Object... arguments) {
    if (!json) {
      out.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    }
  }

  /** Prints a value as JSON: records, collections, times. */
  public void json(Object value) {
    try {
      out.println(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Prints a table for people; nothing where JSON was asked for. Numbers are aligned to the right
   * and grouped, times are in UTC to the second, what is absent is a dash.
   */
  public void table(List<String> header, List<? extends List<? extends @Nullable Object>> rows) {
    table(header, rows, Console::cell);
  }

  /** A table of data: no digits are grouped, since a number may be a name. */
  public void values(List<String> header, List<? extends List<? extends @Nullable Object>> rows) {
    table(header, rows, value -> value instanceof Number ? value.toString() : cell(value));
  }

  private void table(
      List<String> header,
      List<? extends List<? extends @Nullable Object>> rows,
      Function<@Nullable Object, String> text) {
    if (json) {
      return;
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(header);
    rows.forEach(row -> cells.add(row.stream().<String>map(text::apply).toList()));
    List<String> lines = new ArrayList<>();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < header.size(); column++) {
        int width = width(cells, column);
        String padding = " ".repeat(width - row.get(column).length());
        line.append(isNumeric(rows, column) ? padding + row.get(column) : row.get(column) + padding)
            .append("  ");
      }
      lines.add(line.toString().stripTrailing());
    }
    lines.add(1, "-".repeat(lines.stream().mapToInt(String::length).max().orElse(0)));
    lines.forEach(out::println);
  }

  /** Progress of a long task, shown as it fits the place. */
  public Progress progress(String task, long total, String unit) {
    return Progress.start(task, total, unit);
  }

  /** A size for people. */
  public static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (Math.abs(amount) >= 1024 && unit < BYTE_UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, BYTE_UNITS[unit]);
  }

  /** A time span for people. */
  public static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    } else if (seconds < 120) {
      return seconds + " s";
    } else if (seconds < 7_200) {
      return "%d min %02d s".formatted(seconds / 60, seconds % 60);
    }
    return seconds < 172_800
        ? "%d h %02d min".formatted(seconds / 3_600, seconds / 60 % 60)
        : "%d days".formatted(seconds / 86_400);
  }

  private static String cell(@Nullable Object value) {
    if (value == null || value.equals("")) {
      return "-";
    } else if (value instanceof Optional<?> optional) {
      return cell(optional.orElse(null));
    } else if (value instanceof Integer || value instanceof Long) {
      return String.format(Locale.ROOT, "%,d", ((Number) value).longValue());
    } else if (value instanceof Instant instant) {
      return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    } else if (value instanceof Duration duration) {
      return duration(duration);
    }
    return value.toString();
  }

  private static int width(List<List<String>> cells, int column) {
    return cells.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private static boolean isNumeric(
      List<? extends List<? extends @Nullable Object>> rows, int column) {
    return !rows.isEmpty()
        && rows.stream()
            .map(row -> row.get(column))
            .map(value -> value instanceof Optional<?> optional ? optional.orElse(null) : value)
            .allMatch(value -> value == null || value instanceof Number || isAmount(value));
  }

  private static boolean isAmount(Object value) {
    return value instanceof Duration
        || value.toString().matches("-?\\d[\\d,.]* ([KMGT]i)?B|\\d[\\d,.]*%?");
  }
}
