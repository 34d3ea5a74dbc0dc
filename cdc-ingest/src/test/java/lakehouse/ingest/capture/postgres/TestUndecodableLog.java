package lakehouse.ingest.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

class TestUndecodableLog {
  private static final String MESSAGE =
      "could not map filenumber \"base/16384/45946\" to relation OID";

  @Test
  void saysThatOnlyAnotherSlotHelps() {
    assertThat(
            UndecodableLog.problem(
                "billing", "lake_billing", error("XX000", "ReorderBufferProcessTXN")))
        .hasValueSatisfying(
            problem -> {
              assertThat(problem.exitCode()).isEqualTo(ExitCode.PREFLIGHT);
              assertThat(problem)
                  .hasMessage(
                      """
                      Source billing: PostgreSQL cannot decode its log behind slot lake_billing: \
                      could not map filenumber "base/16384/45946" to relation OID \
                      (ReorderBufferProcessTXN).
                      It fails at the same place each time, so only another slot helps, \
                      with every table loaded anew: `lake ingest --reload billing`. \
                      The lake holds the source up to its last commit.""");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "57P01, ProcessInterrupts", // a server that stops
    "XX000, ReorderBufferRestoreChanges", // a file that is read short
    "58030, ReorderBufferProcessTXN",
  })
  void leavesAloneWhatMayPass(String state, String routine) {
    assertThat(UndecodableLog.problem("billing", "lake", error(state, routine))).isEmpty();
  }

  @Test
  void leavesAloneWhatIsNotTheServers() {
    assertThat(UndecodableLog.problem("billing", "lake", new IOException(MESSAGE))).isEmpty();
    assertThat(UndecodableLog.problem("billing", "lake", new SQLException(MESSAGE, "XX000")))
        .isEmpty();
    assertThat(
            UndecodableLog.problem(
                "billing", "lake", new PSQLException(MESSAGE, PSQLState.SYSTEM_ERROR)))
        .isEmpty();
  }

  /** As the server reports it: fields, each with the letter that says what it is. */
  private static PSQLException error(String state, String routine) {
    return new PSQLException(
        new ServerErrorMessage(
            Map.of("S", "ERROR", "C", state, "M", MESSAGE, "F", "reorderbuffer.c", "R", routine)
                .entrySet()
                .stream()
                .map(field -> field.getKey() + field.getValue() + "\0")
                .collect(Collectors.joining())));
  }
}
