package lakehouse.ingest.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestScratchFolder {
  @TempDir Path state;

  @Test
  void leavesNothingBehind() throws Exception {
    Path folder;
    try (ScratchFolder scratch = ScratchFolder.take(state).orElseThrow()) {
      folder = Files.createDirectories(scratch.path().resolve("buffers")).getParent();
      Files.writeString(folder.resolve("library.jar"), "bytes");
    }

    assertThat(folder).doesNotExist();
  }

  @Test
  void isNoneWhereItCannotBe() throws Exception {
    Files.writeString(state.resolve(".scratch"), "no folder");

    assertThat(ScratchFolder.take(state)).isEmpty();
  }

  @Test
  void deletesWhatNobodyHoldsAndNothingElse() throws Exception {
    Path killed = Files.createDirectories(state.resolve(".scratch/of-a-killed-process"));
    Files.writeString(killed.resolve("library.jar"), "bytes");
    Files.writeString(killed.resolve("lock"), "");
    Files.writeString(state.resolve(".scratch/stray"), "no folder");

    try (ScratchFolder beside = ScratchFolder.take(state).orElseThrow()) {
      assertThat(killed).doesNotExist();
      Files.writeString(beside.path().resolve("library.jar"), "bytes");

      try (ScratchFolder scratch = ScratchFolder.take(state).orElseThrow()) {
        assertThat(scratch.path()).isDirectory().isNotEqualTo(beside.path());
        assertThat(beside.path().resolve("library.jar")).exists();
      }
    }
  }
}
