package lakehouse.models.run;

import java.util.Optional;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Model;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;

/** Tells what a model's writer can mend from what is a defect of ours. */
final class ModelFailure {
  /** SQL's class of errors that come from a value: divided by zero, out of range, no number. */
  private static final String DATA_EXCEPTION = "22";

  private ModelFailure() {}

  static RuntimeException of(Model model, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AnalysisException analysis) {
        return new LakeException(
            ExitCode.CONFIGURATION,
            "%s: Spark does not accept the SELECT.\n%s\nNothing was published."
                .formatted(model.origin(), firstLines(analysis.getSimpleMessage())),
            failure);
      }
      if (cause instanceof SparkThrowable error
          && String.valueOf(error.getSqlState()).startsWith(DATA_EXCEPTION)) {
        // the class alone: Spark's message may hold the value
        return new LakeException(
            ExitCode.DATA_CHECK,
            """
            %s: the SELECT fails for a value that it meets (%s%s).
            Nothing was published. Let the SELECT say what is meant there, such as by try_divide or \
            try_cast, or mend the source; then run again."""
                .formatted(model.origin(), error.getErrorClass(), where(error).orElse("")),
            failure);
      }
    }
    return new IllegalStateException("Model " + model.name() + " failed", failure);
  }

  private static Optional<String> where(SparkThrowable error) {
    return error.getQueryContext().length == 0
        ? Optional.empty()
        : Optional.of(" in `" + firstLines(error.getQueryContext()[0].fragment()) + "`");
  }

  private static String firstLines(String message) {
    return message.lines().limit(4).reduce((a, b) -> a + "\n" + b).orElse("");
  }
}
