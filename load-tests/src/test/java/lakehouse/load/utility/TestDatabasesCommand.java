package lakehouse.load.utility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.cli.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDatabasesCommand {

  @TempDir private Path data;

  @Test
  void tellsAMisusedCommandFromAMissingServer() {
    assertThat(run()).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(run("destroy")).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(run("seed", "--scale", "much")).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(run("seed", "--data", data.toString())).isEqualTo(ExitCode.PREFLIGHT);
    assertThat(
            run(
                "create",
                "--data",
                data.toString(),
                "--admin-url",
                "jdbc:postgresql://127.0.0.1:1/postgres"))
        .isEqualTo(ExitCode.PREFLIGHT);
    assertThat(run("change", "--help")).isEqualTo(ExitCode.DONE);
  }

  @Test
  void refusesAnAddressThatIsNoPostgres() {
    assertThatThrownBy(() -> DatabaseServer.at("jdbc:mysql://db/x"))
        .isInstanceOf(LakeException.class)
        .hasMessage(
            "An admin URL must look like jdbc:postgresql://host:port/postgres?user=postgres");
  }

  @Test
  void neverShowsWhatMightBeAPassword() {
    assertThat(DatabaseServer.at("jdbc:postgresql://db:5432/postgres?user=a&password=b"))
        .hasToString("jdbc:postgresql://db:5432/postgres");
  }

  private static ExitCode run(String... args) {
    int code = Program.execute(new DatabasesCommand(), args);
    for (ExitCode known : ExitCode.values()) {
      if (known.value() == code) {
        return known;
      }
    }
    throw new AssertionError("No such exit code: " + code);
  }
}
