package lakehouse.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.iceberg.types.Types;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TestBackfill {
  @Test
  void readsBothEndsByThePartitionsType() {
    assertThat(Backfill.parse("2026-01-01..2026-01-31").span("day", Types.DateType.get()))
        .isEqualTo(new Targets.Span(LocalDate.of(2026, 1, 1), LocalDate.of(2026, 1, 31)));
    assertThat(Backfill.parse("7..").span("region", Types.IntegerType.get()))
        .isEqualTo(new Targets.Span(7, null));
    assertThat(Backfill.parse(".. m").span("letter", Types.StringType.get()))
        .isEqualTo(new Targets.Span(null, "m"));
  }

  @Test
  void saysWhatIsWrong() {
    for (String none : List.of("..", "2026-01-01", "a...b")) {
      assertRefused(() -> Backfill.parse(none))
          .hasMessage(
              "`%s` names no partitions; write the first and the last, as in"
                  + " 2026-01-01..2026-01-31.",
              none);
    }
    assertRefused(() -> Backfill.parse("2026-02-30..").span("day", Types.DateType.get()))
        .hasMessage("`2026-02-30` is no value of the partition column day, which is a date.");
    assertRefused(() -> Backfill.parse("2..1").span("region", Types.IntegerType.get()))
        .hasMessage("In 2..1 nothing lies between the first and the last.");
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
  }
}
