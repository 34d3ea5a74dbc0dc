package lakehouse.catalog.config;

import java.nio.file.Path;
import java.util.List;

/**
 * How models run.
 *
 * @param paths folders of further models, beside the built-in ones
 * @param parallelism how many models run at once; each uses the session's cores
 * @param keepPublications how many publications keep their tag
 * @param keepFailedRuns how many runs that an audit stopped keep their branch
 */
public record ModelsConfig(
    @Key(value = "Folders of further models, beside the built-in ones.", defaultValue = "[]")
        List<Path> paths,
    @Key(
            value = "How many models run at once; each uses the session's cores.",
            defaultValue = "2",
            max = 64)
        int parallelism,
    @Key(
            value = "How many publications keep their tag, by which they can be read again.",
            defaultValue = "400")
        int keepPublications,
    @Key(
            value = "How many runs that an audit stopped keep their branch.",
            defaultValue = "20",
            min = 0)
        int keepFailedRuns) {
  public ModelsConfig {
    paths = List.copyOf(paths);
  }

  /** With the default retention. */
  public ModelsConfig(List<Path> paths, int parallelism) {
    this(paths, parallelism, 400, 20);
  }
}
