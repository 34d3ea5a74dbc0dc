package lakehouse.load.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.load.programs.LakePrograms.Running;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestLakePrograms {
  @TempDir private Path folder;

  private DataFolder data;
  private Path launcher;

  @BeforeEach
  void writeLauncher() throws IOException {
    data = new DataFolder(folder.resolve("the data"));
    data.create();
    launcher = folder.resolve("a lake");
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        case $1 in
          say) shift; echo "$LAKE_DATA: $*" ;;
          options) echo "$LAKE_JAVA_OPTIONS" ;;
          fail) echo "much before"; echo "error: no"; echo "because"; exit 4 ;;
          crash) kill -9 $$ ;;
          stay) trap 'echo "$2" >>../stopped; exit 0' TERM
                echo up
                while :; do sleep 0.05; done ;;
        esac
        """);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void runsAVerbOnTheDataFolderAndReturnsWhatItPrinted() throws Exception {
    try (LakePrograms programs = new LakePrograms(launcher, data, "-Dlight=yes")) {
      assertThat(programs.run(line -> {}, "say", "say", "one two", "three"))
          .isEqualTo(data + ": one two three\n");
      assertThat(programs.run(line -> {}, "options", "options")).isEqualTo("-Dlight=yes\n");
      assertThat(data.logs().resolve("say.log")).hasContent(data + ": one two three");
    }
  }

  @Test
  void passesOnTheExitCodeAndTheError() {
    try (LakePrograms programs = new LakePrograms(launcher, data, "-Dlight=yes")) {
      assertThatThrownBy(() -> programs.run(line -> {}, "fail", "fail", "now"))
          .isInstanceOfSatisfying(
              LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_CHECK))
          .hasMessage(
              """
              `lake fail now` failed, with exit code 4. What it said:

                error: no
                because

              All of it is in %s."""
                  .formatted(data.logs().resolve("fail.log")));
      assertThatThrownBy(() -> programs.run(line -> {}, "crash", "crash"))
          .isInstanceOfSatisfying(
              LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.BUG))
          .hasMessageContaining("exit code 137");
    }
  }

  @Test
  void stopsTheYoungestFirstAndWaitsUntilAllAreGone() throws IOException {
    LakePrograms programs = new LakePrograms(launcher, data, "-Dlight=yes");
    Running first = programs.start("first", "stay", "first");
    Running second = programs.start("second", "stay", "second");
    Awaitility.await()
        .until(
            () ->
                Files.readString(data.logs().resolve("first.log")).equals("up\n")
                    && Files.readString(data.logs().resolve("second.log")).equals("up\n"));
    first.requireAlive();
    programs.close();
    assertThat(folder.resolve("stopped")).hasContent("second\nfirst");
    assertThat(ProcessHandle.of(first.pid())).isEmpty();
    assertThat(ProcessHandle.of(second.pid())).isEmpty();
    assertThatThrownBy(first::requireAlive)
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("`lake stay first` has ended by itself");
    assertThatThrownBy(() -> programs.start("third", "say"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The programs are being stopped");
  }
}
