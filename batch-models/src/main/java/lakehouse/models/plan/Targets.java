package lakehouse.models.plan;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import lakehouse.models.model.Names;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that changes can alter: spans that neither overlap nor touch, in their order.
 * Values are those of one column: dates, whole numbers or text.
 */
public final class Targets {
  private final List<Span> spans;

  private Targets(List<Span> spans) {
    this.spans = spans;
  }

  /**
   * A span of partitions.
   *
   * @param from the first, null for no beginning
   * @param to the last, null for no end
   */
  public record Span(@Nullable Comparable<?> from, @Nullable Comparable<?> to) {
    /** A single partition. */
    public static Span at(Comparable<?> value) {
      return new Span(value, value);
    }

    boolean isEmpty() {
      return from != null && to != null && compare(from, to) > 0;
    }
  }

  /** The union of spans, which may overlap. */
  public static Targets of(List<Span> spans) {
    List<Span> sorted =
        spans.stream()
            .filter(span -> !span.isEmpty())
            .sorted(
                Comparator.comparing(Span::from, Comparator.nullsFirst((a, b) -> compare(a, b))))
            .toList();
    List<Span> merged = new ArrayList<>();
    for (Span span : sorted) {
      Span last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last != null && meets(last, span)) {
        merged.set(merged.size() - 1, new Span(last.from(), later(last.to(), span.to())));
      } else {
        merged.add(span);
      }
    }
    return new Targets(List.copyOf(merged));
  }

  /** The union with others. */
  public Targets plus(Targets others) {
    List<Span> all = new ArrayList<>(spans);
    all.addAll(others.spans);
    return of(all);
  }

  /** Whether nothing is reached. */
  public boolean isEmpty() {
    return spans.isEmpty();
  }

  /** The condition that a row is in one of the partitions. */
  public String condition(String column) {
    return conditionOn(Names.column(column));
  }

  /** The condition that the value of an expression is one of the partitions. */
  public String conditionOn(String name) {
    List<String> single = new ArrayList<>();
    List<String> conditions = new ArrayList<>();
    for (Span span : spans) {
      if (span.from() != null && span.from().equals(span.to())) {
        single.add(literal(span.from()));
      } else if (span.from() == null && span.to() == null) {
        return name + " IS NOT NULL";
      } else if (span.from() == null) {
        conditions.add(name + " <= " + literal(span.to()));
      } else if (span.to() == null) {
        conditions.add(name + " >= " + literal(span.from()));
      } else {
        conditions.add(
            "(%s >= %s AND %s <= %s)"
                .formatted(name, literal(span.from()), name, literal(span.to())));
      }
    }
    if (!single.isEmpty()) {
      conditions.add("%s IN (%s)".formatted(name, String.join(", ", single)));
    }
    return conditions.isEmpty() ? "FALSE" : String.join(" OR ", conditions);
  }

  /** For people: the spans, at most a few of them. */
  @Override
  public String toString() {
    int shown = 6;
    List<String> texts = new ArrayList<>();
    for (Span span : spans.subList(0, Math.min(shown, spans.size()))) {
      if (span.from() != null && span.from().equals(span.to())) {
        texts.add(String.valueOf(span.from()));
      } else {
        texts.add(
            Optional.<Object>ofNullable(span.from()).map(Object::toString).orElse("")
                + ".."
                + Optional.<Object>ofNullable(span.to()).map(Object::toString).orElse(""));
      }
    }
    if (spans.size() > shown) {
      texts.add("and %d more".formatted(spans.size() - shown));
    }
    return texts.isEmpty() ? "none" : String.join(", ", texts);
  }

  // Whether the second begins within the first, or right behind it.
  private static boolean meets(Span first, Span second) {
    if (first.to() == null || second.from() == null) {
      return true;
    }
    if (compare(second.from(), first.to()) <= 0) {
      return true;
    }
    if (first.to() instanceof LocalDate end && second.from() instanceof LocalDate begin) {
      return end.plusDays(1).equals(begin);
    }
    return first.to() instanceof Integer end
        && second.from() instanceof Integer begin
        && begin == end + 1;
  }

  private static @Nullable Comparable<?> later(
      @Nullable Comparable<?> a, @Nullable Comparable<?> b) {
    return a == null || b == null ? null : compare(a, b) >= 0 ? a : b;
  }

  @SuppressWarnings("unchecked") // all are values of one column
  private static int compare(Comparable<?> a, Comparable<?> b) {
    return ((Comparable<Object>) a).compareTo(b);
  }

  private static String literal(@Nullable Comparable<?> value) {
    if (value instanceof LocalDate date) {
      return "DATE '" + date + "'";
    }
    if (value instanceof Integer || value instanceof Long) {
      return value.toString();
    }
    return Names.literal(String.valueOf(value));
  }
}
