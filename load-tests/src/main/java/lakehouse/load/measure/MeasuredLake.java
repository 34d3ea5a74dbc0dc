package lakehouse.load.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.platform.DataFolder;
import lakehouse.catalog.platform.PlatformFile;
import lakehouse.load.programs.LakePrograms;
import lakehouse.load.programs.LakePrograms.Running;
import org.apache.commons.io.FileUtils;

/**
 * A lake made for one measurement, on an embedded platform in a folder of its own. Closing it stops
 * its programs, also at the end of this process.
 */
public final class MeasuredLake implements AutoCloseable {
  private final DataFolder data;
  private final LakePrograms programs;

  private MeasuredLake(DataFolder data, LakePrograms programs) {
    this.data = data;
    this.programs = programs;
  }

  /**
   * Takes the folder.
   *
   * @param folder not there yet, or empty; {@code .lake/load-test} without one
   * @throws LakeException if the folder holds something
   */
  public static MeasuredLake in(Optional<Path> folder) throws IOException {
    Path path = folder.orElse(LakePrograms.home().resolve(".lake").resolve("load-test"));
    requireEmpty(path.toAbsolutePath());
    return at(path);
  }

  /** Takes a folder with whatever an earlier run left in it. */
  public static MeasuredLake at(Path folder) {
    Path home = LakePrograms.home();
    DataFolder data = new DataFolder(folder.toAbsolutePath());
    data.create();
    LakePrograms programs = new LakePrograms(home.resolve("lake"), data, "");
    Runtime.getRuntime().addShutdownHook(new Thread(programs::close, "load-test-stop"));
    return new MeasuredLake(data, programs);
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new LakeException(
            ExitCode.CONFIGURATION,
            """
            %s holds something, perhaps of a load test that failed; nothing was touched.
            Delete it, or choose another folder with --data."""
                .formatted(folder));
      }
    }
  }

  /** Its folder. */
  public DataFolder data() {
    return data;
  }

  /** Its programs. */
  public LakePrograms programs() {
    return programs;
  }

  /** Starts the platform and sets the catalog up. */
  public PlatformFile start() throws InterruptedException {
    Running up = programs.start("up", "up");
    Optional<PlatformFile> file;
    do {
      Thread.sleep(100);
      up.requireAlive();
      file =
          PlatformFile.read(data)
              .filter(f -> f.state() == PlatformFile.State.RUNNING && f.pid() == up.pid());
    } while (file.isEmpty());
    programs.run(line -> {}, "setup", "setup", "apply");
    return file.get();
  }

  /** Writes a configuration of one source, which is a database of the platform. */
  public Path configure(String source, String engine, String database, String publication)
      throws IOException {
    return Files.writeString(
        data.path().resolve(source + ".yaml"),
        """
        catalog:
          uri: ${platform:nessie-uri}
          warehouse: ${platform:warehouse}
        ingest:
          state-folder: %s
        sources:
          - name: %s
            engine: %s
            host: ${platform:postgres-host}
            port: ${platform:postgres-port}
            database: %s
            user: postgres
            password: ${platform:secret:postgres}
            publication: %s
        """
            .formatted(data.ingest(), source, engine, database, publication));
  }

  @Override
  public void close() {
    programs.close();
  }

  /** Stops its programs and deletes it; a run that failed leaves its logs instead. */
  public void delete() throws IOException {
    close();
    FileUtils.deleteDirectory(data.path().toFile());
  }
}
