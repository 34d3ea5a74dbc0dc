package lakehouse.load.run;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.commons.io.FileUtils;

/**
 * The folder of a run: what is done so far, the report, and the lake that it is done on.
 *
 * @param path the folder
 */
record RunFolder(Path path) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModules(new Jdk8Module(), new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .build();

  /** The run's state and result. */
  Path record() {
    return path.resolve("run.json");
  }

  /** The report for people. */
  Path report() {
    return path.resolve("report.html");
  }

  /** Platform, warehouse, logs. */
  Path lake() {
    return path.resolve("lake");
  }

  /**
   * Takes the folder for a new run.
   *
   * @throws LakeException if it holds something
   */
  void requireEmpty() throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> files = Files.list(path)) {
        if (files.findAny().isPresent()) {
          throw new LakeException(
              ExitCode.CONFIGURATION,
              """
              %s holds something, perhaps of a run that was broken off; nothing was touched.
              Go on with it by --resume, delete it, or choose another folder with --data."""
                  .formatted(path));
        }
      }
    }
    Files.createDirectories(path);
  }

  /** What an earlier call did. */
  Optional<RunRecord> read() throws IOException {
    return Files.exists(record()) ? Optional.of(read(record())) : Optional.empty();
  }

  /** The result of a run. */
  static RunRecord read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new LakeException(
          ExitCode.CONFIGURATION, "There is no file %s; runs leave run.json.".formatted(file));
    }
    return JSON.readValue(file.toFile(), RunRecord.class);
  }

  /** Replaces what is known of the run, at once. */
  void write(RunRecord run) throws IOException {
    Path aside = path.resolve(".run.json");
    JSON.writeValue(aside.toFile(), run);
    Files.move(
        aside, record(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Deletes the lake; the report stays. */
  void deleteLake() throws IOException {
    FileUtils.deleteDirectory(lake().toFile());
  }
}
