package lakehouse.ingest.state;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints and savepoints of a source that are kept on this machine, in a folder for each
 * run: {@code <state folder>/<source>/<run>}.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private Checkpoints() {}

  /**
   * A complete checkpoint or savepoint.
   *
   * @param path its folder, as Flink takes it
   * @param checkpointId its number within the run
   */
  public record Found(String path, long checkpointId) {}

  /** The newest one of a run, or empty if there is none that can be read. */
  public static Optional<Found> newest(String sourceFolder, String run) {
    Path folder = Path.of(sourceFolder, run);
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    List<Path> candidates;
    try (Stream<Path> files = Files.walk(folder)) {
      candidates = files.filter(file -> file.getFileName().toString().equals("_metadata")).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return candidates.stream()
        .flatMap(file -> read(file).stream())
        .max(Comparator.comparingLong(Found::checkpointId));
  }

  /** The checkpoint or savepoint in a folder, or empty if there is none that can be read. */
  public static Optional<Found> read(String folder) {
    return read(Path.of(folder.replaceFirst("^file:(//)?", ""), "_metadata"));
  }

  private static Optional<Found> read(Path metadata) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
      long id =
          org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(
                  in, Checkpoints.class.getClassLoader(), metadata.toString())
              .getCheckpointId();
      return Optional.of(new Found(metadata.getParent().toString(), id));
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} is no complete checkpoint", metadata, e);
      return Optional.empty();
    }
  }
}
