package lakehouse.load.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDemoFolder {
  @TempDir private Path folder;

  @Test
  void deletesWhatAKilledDemoLeft() throws IOException {
    Path path = folder.resolve("a demo");
    DemoFolder first = DemoFolder.make(path);
    Files.createDirectories(path.resolve("nessie/deep"));
    Files.writeString(path.resolve("nessie/deep/file"), "old");
    DemoFolder second = DemoFolder.make(path);
    assertThat(path.resolve("nessie")).doesNotExist();
    assertThat(second.data()).isEqualTo(first.data());
    second.delete();
    assertThat(path).doesNotExist();
  }

  @Test
  void touchesNothingThatIsNotADemos() throws IOException {
    Files.writeString(folder.resolve("precious"), "mine");
    assertThatThrownBy(() -> DemoFolder.make(folder))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
        .hasMessageContaining("holds something, and not of a demo; nothing was touched");
    assertThat(folder.resolve("precious")).hasContent("mine");
  }

  @Test
  void deletesNothingThatWasKept() {
    DemoFolder.make(folder.resolve("kept")).keep();
    assertThatThrownBy(() -> DemoFolder.make(folder.resolve("kept")))
        .isInstanceOf(LakeException.class)
        .hasMessageContaining("holds a demo that was kept; nothing was touched");
  }

  @Test
  void countsTheFilesOfTables() throws IOException {
    DemoFolder demo = DemoFolder.make(folder.resolve("demo"));
    Files.createDirectories(demo.data().warehouse().resolve("t/data"));
    Files.writeString(demo.data().warehouse().resolve("t/data/a.parquet"), "12345");
    Files.writeString(demo.data().warehouse().resolve("t/v1.metadata.json"), "{}");
    assertThat(demo.warehouseSize()).isEqualTo(new DemoFolder.Size(1, 5));
  }
}
