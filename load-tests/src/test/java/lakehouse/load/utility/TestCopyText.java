package lakehouse.load.utility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TestCopyText {

  private final CopyText rows = new CopyText();

  @Test
  void separatesColumnsAndEndsRows() {
    rows.number(1).nothing().bool(true).endRow();
    rows.number(-20).text("x").bool(false).endRow();

    assertThat(written()).isEqualTo("1\t\\N\tt\n-20\tx\tf\n");
    assertThat(rows.rows()).isEqualTo(2);
  }

  @Test
  void escapesWhatCopyWouldTakeForItsOwn() {
    rows.text("a\tb\nc\\d\r بجلی").endRow();

    assertThat(written()).isEqualTo("a\\tb\\nc\\\\d\\r بجلی\n");
  }

  @Test
  void writesDecimalsFromIntegers() {
    rows.decimal(0, 3).decimal(7, 3).decimal(-12_345, 2).decimal(1_000_000, 6).endRow();

    assertThat(written()).isEqualTo("0.000\t0.007\t-123.45\t1.000000\n");
  }

  @Test
  void writesTheLargestNumbers() {
    rows.number(Long.MAX_VALUE).number(1_000_000_000_000_000_000L).endRow();

    assertThat(written()).isEqualTo("9223372036854775807\t1000000000000000000\n");
  }

  @Test
  void writesDaysTimesAndInstants() {
    rows.date(LocalDate.of(2026, 2, 28).toEpochDay())
        .time(18 * 60 + 30)
        .instant(Instant.parse("2025-12-31T19:04:09Z").getEpochSecond())
        .instant(-1)
        .endRow();

    assertThat(written())
        .isEqualTo("2026-02-28\t18:30:00\t2025-12-31 19:04:09+00\t1969-12-31 23:59:59+00\n");
  }

  private String written() {
    return new String(Arrays.copyOf(rows.array(), rows.length()), StandardCharsets.UTF_8);
  }
}
