package lakehouse.catalog.config;

import java.nio.file.Path;
import java.util.List;

/**
 * How models run.
 *
 * @param paths folders of further models, beside the built-in ones
 * @param parallelism how many models run at once; each uses the session's cores
 */
public record ModelsConfig(
    @Key(value = "Folders of further models, beside the built-in ones.", defaultValue = "[]")
        List<Path> paths,
    @Key(
            value = "How many models run at once; each uses the session's cores.",
            defaultValue = "2",
            max = 64)
        int parallelism) {
  public ModelsConfig {
    paths = List.copyOf(paths);
  }
}
