package lakehouse.models.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.apache.iceberg.catalog.TableIdentifier;

/** Finds the model files: the built-in ones, and those of further folders, which win by name. */
public final class ModelLibrary {
  /** Where the built-in models are: the origin of each begins with it. */
  public static final String BUILT_IN = "models";

  private ModelLibrary() {}

  /**
   * Reads all models.
   *
   * @param folders folders of further models, with {@code silver/} and {@code gold/} in them
   * @throws LakeException with every problem of every file
   */
  public static List<Model> load(List<Path> folders) {
    Map<TableIdentifier, Model> models = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    readBuiltIn(models, problems);
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        problems.add("models.paths: there is no folder " + folder + ".");
      } else {
        readFolder(folder, folder.toString(), models, problems);
      }
    }
    if (!problems.isEmpty()) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "The models have %d %s:\n- %s"
              .formatted(
                  problems.size(),
                  problems.size() == 1 ? "problem" : "problems",
                  String.join("\n- ", problems)));
    }
    return List.copyOf(models.values());
  }

  /** Reads the models of one folder alone. */
  public static List<Model> loadFolder(Path folder) {
    Map<TableIdentifier, Model> models = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    readFolder(folder, folder.toString(), models, problems);
    if (!problems.isEmpty()) {
      throw new LakeException(ExitCode.CONFIGURATION, String.join("\n", problems));
    }
    return List.copyOf(models.values());
  }

  // Beside this very class, in a folder or a jar: another entry of the class path may have a folder
  // of the same name.
  private static void readBuiltIn(Map<TableIdentifier, Model> models, List<String> problems) {
    try {
      Path home =
          Path.of(ModelLibrary.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(home)) {
        readFolder(home.resolve(BUILT_IN), BUILT_IN, models, problems);
        return;
      }
      try (FileSystem jar = FileSystems.newFileSystem(home)) {
        readFolder(jar.getPath("/" + BUILT_IN), BUILT_IN, models, problems);
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readFolder(
      Path folder, String shown, Map<TableIdentifier, Model> models, List<String> problems) {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".sql")).sorted().toList()) {
        String relative = folder.relativize(path).toString().replace('\\', '/');
        String origin = shown + "/" + relative;
        if (!relative.matches("(silver|gold)/.+")) {
          problems.add(origin + ": models lie in `silver/` or `gold/`.");
          continue;
        }
        ModelFile.parse(ModelFile.tableOf(relative), origin, Files.readString(path), problems)
            .ifPresent(model -> models.put(model.table(), model));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
