package lakehouse.catalog.config;

import java.util.List;
import java.util.stream.Collectors;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;

/** A configuration that cannot be used; tells all that is wrong with it at once. */
public final class ConfigException extends LakeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  ConfigException(String file, List<Problem> problems) {
    super(
        ExitCode.CONFIGURATION,
        problems.stream()
            .map(problem -> "  " + problem.toString().replace("\n", "\n  "))
            .collect(
                Collectors.joining(
                    "\n",
                    "%s has %s:\n"
                        .formatted(
                            file,
                            problems.size() == 1 ? "a problem" : problems.size() + " problems"),
                    "\nThe keys and their meaning: `lake config schema`.")));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, in the file's order. */
  public List<Problem> problems() {
    return problems;
  }
}
