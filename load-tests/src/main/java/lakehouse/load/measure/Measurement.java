package lakehouse.load.measure;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import lakehouse.catalog.cli.Console;
import picocli.CommandLine.Option;

/** What every measurement is told: where its lake is made, and where its figures go. */
public final class Measurement {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "write the figures there too, for programs")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "where the platform of the test is made; not there yet, or empty, and deleted at the end"
              + " (default: .lake/load-test)")
  private Optional<Path> folder = Optional.empty();

  /** Takes the folder for a lake; see {@link MeasuredLake#in}. */
  public MeasuredLake lake() throws IOException {
    return MeasuredLake.in(folder);
  }

  /** Writes the figures to the file, if there is to be one. */
  public void write(Object figures) throws IOException {
    if (json.isPresent()) {
      try (PrintStream out =
          new PrintStream(Files.newOutputStream(json.get()), false, StandardCharsets.UTF_8)) {
        new Console(out).json(figures);
      }
    }
  }
}
