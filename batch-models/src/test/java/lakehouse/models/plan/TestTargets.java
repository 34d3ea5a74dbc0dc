package lakehouse.models.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.Arrays;
import lakehouse.models.plan.Targets.Span;
import org.junit.jupiter.api.Test;

class TestTargets {
  @Test
  void joinsSpansThatOverlapOrTouch() {
    Targets targets =
        targets(
            at("2026-01-05"), span("2026-01-01", "2026-01-03"), at("2026-01-04"), at("2026-02-01"));
    assertThat(targets).hasToString("2026-01-01..2026-01-05, 2026-02-01");
    assertThat(targets.condition("day"))
        .isEqualTo(
            "(`day` >= DATE '2026-01-01' AND `day` <= DATE '2026-01-05') OR `day` IN (DATE '2026-02-01')");
  }

  @Test
  void keepsOpenEnds() {
    assertThat(
            targets(span("2026-01-01", null), at("2025-06-01"), span("2026-03-01", "2026-04-01")))
        .hasToString("2025-06-01, 2026-01-01..");
    assertThat(targets(span(null, "2026-01-01"), span("2025-01-01", "2026-02-01")).condition("day"))
        .isEqualTo("`day` <= DATE '2026-02-01'");
    assertThat(targets(span(null, null), at("2025-06-01")).condition("day"))
        .isEqualTo("`day` IS NOT NULL");
  }

  @Test
  void leavesOutSpansThatEndBeforeTheyBegin() {
    assertThat(targets(span("2026-01-02", "2026-01-01")).isEmpty()).isTrue();
    assertThat(targets().condition("day")).isEqualTo("FALSE");
    assertThat(targets()).hasToString("none");
  }

  @Test
  void quotesTextAndShortensLongLists() {
    assertThat(Targets.of(Arrays.asList(Span.at("b'c"), Span.at("a"))).condition("k"))
        .isEqualTo("`k` IN ('a', 'b\\'c')");
    assertThat(
            targets(
                at("2026-01-01"),
                at("2026-01-03"),
                at("2026-01-05"),
                at("2026-01-07"),
                at("2026-01-09"),
                at("2026-01-11"),
                at("2026-01-13")))
        .hasToString(
            "2026-01-01, 2026-01-03, 2026-01-05, 2026-01-07, 2026-01-09, 2026-01-11, and 1 more");
  }

  private static Targets targets(Span... spans) {
    return Targets.of(Arrays.asList(spans));
  }

  private static Span at(String day) {
    return Span.at(LocalDate.parse(day));
  }

  private static Span span(
      @org.jspecify.annotations.Nullable String from,
      @org.jspecify.annotations.Nullable String to) {
    return new Span(
        from == null ? null : LocalDate.parse(from), to == null ? null : LocalDate.parse(to));
  }
}
