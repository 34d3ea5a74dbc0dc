package lakehouse.catalog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

final class TestProgram {
  private final StringWriter err = new StringWriter();

  @Test
  void printsWhatTheUserCanMendAsOneBlockAndExitsWithItsCode() {
    assertThat(execute(() -> failing(new LakeException(ExitCode.DATA_CHECK, "Cause.\nRemedy."))))
        .isEqualTo(4);
    assertThat(err).hasToString("error: Cause.\nRemedy.\n");
  }

  @Test
  void findsTheFailureThatSomethingElseWraps() {
    LakeException cause = new LakeException(ExitCode.CONFLICT, "Moved.");
    assertThat(execute(() -> failing(new IllegalStateException("a pool's wrapper", cause))))
        .isEqualTo(5);
    assertThat(err).hasToString("error: Moved.\n");
  }

  @Test
  void printsADefectWithItsStackTrace() {
    assertThat(execute(() -> failing(new IllegalStateException("ours")))).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("error: this is a defect of the lake")
        .contains("java.lang.IllegalStateException: ours", "at lakehouse.catalog.cli.TestProgram");
  }

  @Test
  void suggestsTheOptionThatWasMeant() {
    assertThat(execute(() -> 0, "--scal", "3")).isEqualTo(2);
    assertThat(err.toString())
        .contains("error: Unknown options: '--scal', '3'", "--scale", "See `lake test --help`.");
  }

  @Test
  void takesHelpAndVersionFromEverywhere() {
    StringWriter out = new StringWriter();
    CommandLine line = Program.commandLine(new Verb(() -> 0)).setOut(new PrintWriter(out));
    assertThat(line.execute("--help")).isZero();
    assertThat(line.execute("--version")).isZero();
    assertThat(out.toString()).contains("Usage: lake test", "Tests.", "lake (from source)");
  }

  @Test
  void alignsTablesForPeople() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Console(new PrintStream(bytes))
        .table(
            List.of("table", "rows", "size", "last", "note"),
            List.of(
                Arrays.asList(
                    "bill", 1234567L, "1.0 GiB", Instant.parse("2026-01-02T03:04:05.6Z"), null),
                Arrays.asList("meter_event", 7, "12 B", Optional.empty(), "new")));

    assertThat(bytes)
        .hasToString(
            """
            table             rows     size  last                  note
            -----------------------------------------------------------
            bill         1,234,567  1.0 GiB  2026-01-02T03:04:05Z  -
            meter_event          7     12 B  -                     new
            """);
  }

  @Test
  void leavesNumbersThatMayBeNamesAsTheyAre() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Console(new PrintStream(bytes))
        .values(
            List.of("consumer_id", "kwh"),
            List.of(Arrays.asList(400002004L, 12.5), Arrays.asList(7L, null)));

    assertThat(bytes)
        .hasToString(
            """
            consumer_id   kwh
            -----------------
              400002004  12.5
                      7     -
            """);
  }

  @Test
  void saysSizesAndTimesAsPeopleDo() {
    assertThat(Console.bytes(1023)).isEqualTo("1023 B");
    assertThat(Console.bytes(3L << 29)).isEqualTo("1.5 GiB");
    assertThat(Console.duration(Duration.ofMillis(1_234))).isEqualTo("1.2 s");
    assertThat(Console.duration(Duration.ofSeconds(100))).isEqualTo("100 s");
    assertThat(Console.duration(Duration.ofSeconds(605))).isEqualTo("10 min 05 s");
    assertThat(Console.duration(Duration.ofHours(50))).isEqualTo("2 days");
  }

  private int execute(Callable<Integer> body, String... args) {
    return Program.commandLine(new Verb(body)).setErr(new PrintWriter(err)).execute(args);
  }

  private static int failing(RuntimeException failure) {
    throw failure;
  }

  @Command(name = "lake test", description = "Tests.")
  private static final class Verb implements Callable<Integer> {
    private final Callable<Integer> body;

    @Option(names = "--scale", description = "A number.")
    private int scale;

    Verb(Callable<Integer> body) {
      this.body = body;
    }

    @Override
    public Integer call() throws Exception {
      return body.call() + scale;
    }
  }
}
