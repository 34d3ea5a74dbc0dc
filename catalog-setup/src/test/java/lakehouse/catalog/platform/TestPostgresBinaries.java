package lakehouse.catalog.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other tests find the programs unpacked by an earlier run; here they never are. */
final class TestPostgresBinaries {
  @TempDir private Path temporary;

  @Test
  void unpacksProgramsThatRunAndOnlyOnce() throws Exception {
    Path cache = temporary.resolve("a cache");

    PostgresBinaries binaries = PostgresBinaries.unpacked(cache);

    for (String program : new String[] {"postgres", "initdb", "pg_ctl"}) {
      Process process =
          new ProcessBuilder(binaries.program(program).toString(), "--version").start();
      assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
          .startsWith(program + " (PostgreSQL) 16.");
      assertThat(process.waitFor()).isZero();
    }
    FileTime made = Files.getLastModifiedTime(binaries.program("postgres"));
    assertThat(PostgresBinaries.unpacked(cache)).isEqualTo(binaries);
    assertThat(Files.getLastModifiedTime(binaries.program("postgres"))).isEqualTo(made);
    try (Stream<Path> left = Files.list(cache)) {
      assertThat(left).containsExactly(binaries.home());
    }
  }
}
