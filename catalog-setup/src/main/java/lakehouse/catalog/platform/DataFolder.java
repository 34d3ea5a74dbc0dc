package lakehouse.catalog.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/**
 * The one folder that holds all a lake on one machine keeps: the servers' data, the warehouse, the
 * ingest's state, generated secrets, and where the platform listens. For its owner's eyes only.
 *
 * @param path the folder, absolute
 */
public record DataFolder(Path path) {
  /** The environment variable that names the folder where no option does. */
  public static final String VARIABLE = "LAKE_DATA";

  public DataFolder {
    path = path.toAbsolutePath().normalize();
  }

  /** The option's folder, else the environment's, else {@code .lake} in the working directory. */
  public static DataFolder of(Optional<Path> option) {
    return new DataFolder(
        option
            .or(() -> Optional.ofNullable(System.getenv(VARIABLE)).map(Path::of))
            .orElse(Path.of(".lake")));
  }

  /** PostgreSQL's cluster. */
  public Path postgres() {
    return path.resolve("postgresql");
  }

  /** Nessie's RocksDB. */
  public Path nessie() {
    return path.resolve("nessie");
  }

  /** Tables' data and metadata. */
  public Path warehouse() {
    return path.resolve("warehouse");
  }

  /** Checkpoints and savepoints of the ingest. */
  public Path ingest() {
    return path.resolve("ingest");
  }

  /** Where other systems leave their files. */
  public Path drops() {
    return path.resolve("drops");
  }

  /** The servers' logs. */
  public Path logs() {
    return path.resolve("logs");
  }

  /** Generated passwords and keys, a file each. */
  public Path secrets() {
    return path.resolve("secrets");
  }

  /** Where the platform listens. */
  public Path platformFile() {
    return path.resolve("platform.json");
  }

  /** Locked by the platform that runs on this folder. */
  public Path lockFile() {
    return path.resolve("lock");
  }

  /**
   * The warehouse as Iceberg spells it: {@code file://} and the path as it is. It is not
   * percent-encoded, since Hadoop and Iceberg take locations literally.
   */
  public String warehouseLocation() {
    return "file://" + warehouse();
  }

  /** Makes the folder and those within, readable by their owner alone. */
  public void create() {
    try {
      for (Path folder : new Path[] {path, warehouse(), logs(), secrets()}) {
        if (!Files.isDirectory(folder)) {
          Files.createDirectories(
              folder,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
      }
    } catch (IOException e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          """
          The data folder %s cannot be made (%s).
          Choose another with --data or the environment variable %s."""
              .formatted(path, e, VARIABLE),
          e);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
