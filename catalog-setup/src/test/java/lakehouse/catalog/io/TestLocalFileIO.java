package lakehouse.catalog.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestLocalFileIO {
  @TempDir private Path temporary;

  private final LocalFileIO files = new LocalFileIO();
  private Path folder;
  private Path elsewhere;

  @BeforeEach
  void makeFolders() throws IOException {
    folder = Files.createDirectories(temporary.resolve("a folder"));
    elsewhere = Files.createDirectories(temporary.resolve("elsewhere"));
    Files.writeString(folder.resolve("a%20b"), "four");
    Files.writeString(elsewhere.resolve("linked"), "");
  }

  @Test
  void listsWhatIsBelowAFolder() throws Exception {
    Files.createDirectories(folder.resolve("deep/er"));
    Path deep = Files.writeString(folder.resolve("deep/er/c"), "");
    Instant then = Instant.ofEpochMilli(1_600_000_000_123L);
    Files.setLastModifiedTime(folder.resolve("a%20b"), FileTime.from(then));

    assertThat(files.listPrefix("file://" + folder + "/"))
        .extracting(FileInfo::location)
        .containsExactlyInAnyOrder("file://" + folder + "/a%20b", "file://" + deep);
    assertThat(files.listPrefix("file:" + folder + "/a%20b"))
        .singleElement()
        .satisfies(file -> assertThat(file.size()).isEqualTo(4))
        .satisfies(file -> assertThat(file.createdAtMillis()).isEqualTo(then.toEpochMilli()));
    assertThat(files.listPrefix("file://" + folder + "/none")).isEmpty();
  }

  @Test
  void followsLinksToListAndNotToDelete() throws Exception {
    Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    Files.createSymbolicLink(folder.resolve("dangling"), temporary.resolve("none"));
    Path asLink = Files.createSymbolicLink(temporary.resolve("as link"), folder);

    assertThat(files.listPrefix("file://" + asLink))
        .extracting(FileInfo::location)
        .containsExactlyInAnyOrder(
            "file://" + asLink + "/a%20b", "file://" + asLink + "/link/linked");

    files.deletePrefix("file://" + folder);
    assertThat(folder.resolve("a%20b")).doesNotExist();
    assertThat(elsewhere.resolve("linked")).exists();
  }

  @Test
  void failsAtWhatItCannotListUnlessItIsNotAskedFor() throws Exception {
    Files.createDirectories(folder.resolve(".staging"));
    Files.createSymbolicLink(folder.resolve(".staging/endless"), folder);

    assertThatThrownBy(() -> files.listPrefix("file://" + folder))
        .isInstanceOf(RuntimeIOException.class)
        .hasCauseInstanceOf(FileSystemLoopException.class);
    assertThat(files.list("file://" + folder, path -> !path.endsWith(".staging"))).hasSize(1);
  }

  @Test
  void tellsAFolderOfTheLocalFileSystem() {
    assertThat(LocalFileIO.isNoFolder("file://" + folder)).isFalse();
    assertThat(LocalFileIO.isNoFolder("file://" + folder + "/a%20b")).isTrue();
    assertThat(LocalFileIO.isNoFolder("file:" + temporary + "/none")).isTrue();
    assertThat(LocalFileIO.isNoFolder("s3://bucket/none")).isFalse();
  }
}
