package lakehouse.ingest.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lakehouse.catalog.config.ColumnConfig;
import lakehouse.catalog.config.FileTableConfig;
import lakehouse.catalog.config.FileTableConfig.FileFormat;
import lakehouse.ingest.capture.ContractColumn;
import lakehouse.ingest.capture.RejectedValueException;
import lakehouse.ingest.capture.RejectionRule;
import org.apache.flink.table.data.GenericRowData;
import org.junit.jupiter.api.Test;

class TestLines {
  @Test
  void partsLinesWithoutHoldingLongOnes() throws IOException {
    assertThat(lines("a\r\nbb\n\nc", 10, false)).containsExactly("a@0", "bb@3", "@6", "c@7");
    String longest = "x".repeat(200_000);
    assertThat(lines("a\n" + longest + "\nb\n" + "y".repeat(11) + "\nc", 10, false))
        .containsExactly(
            "a@0", "too long: 200001@2", "b@200003", "too long: 12@200005", "c@200017");
    assertThat(lines(longest, 10, false)).containsExactly("too long: 200000@0");
  }

  @Test
  void letsQuotesHoldLineEndsOnlyWhereAskedTo() throws IOException {
    assertThat(lines("\"a\nb\",1\nc", 20, true)).containsExactly("\"a\nb\",1@0", "c@8");
    assertThat(lines("\"a\nb", 20, false)).containsExactly("\"a@0", "b@3");
    // a quote that is never closed takes no more with it than a line may have
    assertThat(lines("\"a\n" + "b".repeat(100_000) + "\nc\n", 20, true))
        .containsExactly("too long: 3@0", "too long: 100001@3", "c@100004");
  }

  @Test
  void takesEveryValueOfACsvLineOrNone() throws Exception {
    CsvLines csv = new CsvLines(table(FileFormat.CSV));
    csv.header(bytes("n,name,more"), 0, 11);

    GenericRowData row = decode(csv, "7,\"a \"\"b\"\", c\",x");
    assertThat(row.getField(0)).hasToString("a \"b\", c");
    assertThat(row.getField(1)).isEqualTo(7);
    assertThat(row.getField(2)).hasToString("{\"more\":\"x\"}");
    assertThat(decode(csv, "7,,").getField(0)).isNull();
    for (String bad : List.of("7,a", "7,a,x,y", "7,a,x\r8,b,y", "7,\"a,x", "7,\"a\"b,x")) {
      assertThatThrownBy(() -> decode(csv, bad))
          .as(bad)
          .isInstanceOf(RejectedValueException.class)
          .hasMessageStartingWith("the line ");
    }
  }

  @Test
  void rejectsWhatATypeDoesNotHold() throws Exception {
    ContractColumn decimal = column("decimal(5,2)");
    assertThat(decimal.of("1e2")).hasToString("100.00");
    for (String bad : List.of("1.234", "1000", "1e999999999", "1e-999999999", "x", "", "0x1")) {
      assertThatThrownBy(() -> decimal.of(bad)).as(bad).hasMessage("column c is no decimal(5,2)");
    }
    assertThat(column("int").of("-2147483648")).isEqualTo(Integer.MIN_VALUE);
    assertThatThrownBy(() -> column("int").of("2147483648")).hasMessage("column c is no int");
    assertThat(column("long").of("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThatThrownBy(() -> column("long").of("9223372036854775808"))
        .hasMessage("column c is no long");
    assertThatThrownBy(() -> column("double").of("1e999")).hasMessage("column c is no double");
    assertThatThrownBy(() -> column("double").of("1d")).hasMessage("column c is no double");
    assertThat(column("timestamptz").of("2026-07-01T05:00:00.123456+05:00"))
        .hasToString("2026-07-01T00:00:00.123456");
    assertThatThrownBy(() -> column("timestamp").of("2026-07-01T00:00:00.123456789"))
        .hasMessage("column c is no timestamp");
    assertThatThrownBy(() -> column("date").of("2026-02-30")).hasMessage("column c is no date");
  }

  @Test
  void rejectsHalvesOfCharacters() throws Exception {
    JsonLines lines = new JsonLines(table(FileFormat.JSON_LINES));
    assertThat(decode(lines, "{\"n\": 1, \"name\": \"\\ud83d\\ude00\"}").getString(0))
        .hasToString("\ud83d\ude00");
    for (String text : List.of("\\ud83d", "\\ude00", "\\ud83dx", "\\ude00\\ud83d")) {
      for (String column : List.of("name", "other")) {
        assertThatThrownBy(
                () -> decode(lines, "{\"n\": 1, \"%s\": \"%s\"}".formatted(column, text)))
            .as(column + " " + text)
            .isInstanceOfSatisfying(
                RejectedValueException.class,
                e -> assertThat(e.rule()).isEqualTo(RejectionRule.ENCODING));
      }
    }
  }

  private static ContractColumn column(String type) {
    return new ContractColumn(new ColumnConfig("c", type, false, "", "", ""), false, null);
  }

  private static FileTable table(FileFormat format) {
    return new FileTable(
        new FileTableConfig(
            "t",
            "*",
            format,
            true,
            ",",
            false,
            "UTF-8",
            1 << 20,
            List.of(),
            List.of(
                new ColumnConfig("name", "string", false, "", "", ""),
                new ColumnConfig("n", "int", true, "", "", ""))),
        List.of());
  }

  private static GenericRowData decode(LineDecoder decoder, String line)
      throws RejectedValueException {
    byte[] bytes = bytes(line);
    return decoder.decode(bytes, 0, bytes.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> lines(String text, int maxBytes, boolean quotes) throws IOException {
    List<String> found = new ArrayList<>();
    try (LineReader lines =
        new LineReader(new ByteArrayInputStream(bytes(text)), maxBytes, quotes)) {
      while (lines.next()) {
        found.add(
            (lines.tooLong()
                    ? "too long: " + lines.lineBytes()
                    : new String(
                        lines.bytes(), lines.offset(), lines.length(), StandardCharsets.UTF_8))
                + "@"
                + lines.position());
      }
    }
    return found;
  }
}
