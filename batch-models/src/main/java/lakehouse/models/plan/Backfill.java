package lakehouse.models.plan;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Partitions to make anew whatever changed, both ends included.
 *
 * @param from the first; empty: from the very first
 * @param to the last; empty: to the very last
 */
public record Backfill(Optional<String> from, Optional<String> to) {
  private static final Pattern FORM = Pattern.compile("(?<from>[^.]*)\\.\\.(?<to>[^.]*)");

  /** Reads {@code FROM..TO}. */
  public static Backfill parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches() || text.strip().equals("..")) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "`%s` names no partitions; write the first and the last, as in 2026-01-01..2026-01-31."
              .formatted(text));
    }
    return new Backfill(end(form.group("from")), end(form.group("to")));
  }

  /** As partitions of a column of that type. */
  public Targets.Span span(String column, Type type) {
    Targets.Span span =
        new Targets.Span(
            from.map(text -> value(column, type, text)).orElse(null),
            to.map(text -> value(column, type, text)).orElse(null));
    if (span.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "In %s nothing lies between the first and the last.".formatted(this));
    }
    return span;
  }

  @Override
  public String toString() {
    return from.orElse("") + ".." + to.orElse("");
  }

  private static Optional<String> end(String text) {
    return Optional.of(text.strip()).filter(value -> !value.isEmpty());
  }

  private static @Nullable Comparable<?> value(String column, Type type, String text) {
    try {
      return switch (type.typeId()) {
        case DATE -> LocalDate.parse(text);
        case INTEGER -> Integer.valueOf(text);
        case LONG -> Long.valueOf(text);
        default -> text;
      };
    } catch (DateTimeException | NumberFormatException e) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "`%s` is no value of the partition column %s, which is a %s."
              .formatted(text, column, type),
          e);
    }
  }
}
