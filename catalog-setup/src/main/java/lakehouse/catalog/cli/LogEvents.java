package lakehouse.catalog.cli;

import java.io.PrintWriter;
import java.util.UUID;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configurator;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import picocli.CommandLine.Option;

/**
 * How a program of ours logs to standard error: lines for people, or, on request, one JSON object
 * for each event and nothing else. Each event of a program carries its {@link #VERB} and {@link
 * #INVOCATION}; the other fields named here join events to the audit trail. A picocli mixin.
 */
public final class LogEvents {
  /** The program with its subcommand, such as {@code lake models run}. */
  public static final String VERB = "verb";

  /** Tells this run of a program from all others; the catalog commits that it makes carry it. */
  public static final String INVOCATION = "invocation";

  /** The source: {@code source} of {@code ops.ingest_commit} and {@code ops.quarantine}. */
  public static final String SOURCE = "source";

  /** The run of a capture or of models: {@code run} or {@code run_id} in {@code ops}. */
  public static final String RUN = "run";

  /** The position that was committed: {@code to_position} of {@code ops.ingest_commit}. */
  public static final String POSITION = "position";

  /** The epoch of the position. */
  public static final String EPOCH = "epoch";

  /** The model: {@code model} of {@code ops.model_run}. */
  public static final String MODEL = "model";

  /** What a program ends with; with its last event. */
  public static final String EXIT_CODE = "exit_code";

  /** Chooses the appender in log4j2.xml. */
  private static final String FORMAT_PROPERTY = "lakehouse.log-format";

  private static final String VARIABLE = "LAKE_LOG_FORMAT";
  private static final String OPTION = "--log-format";
  private static final String INVOCATION_PROPERTY = "lakehouse.invocation";

  private enum Format {
    TEXT,
    JSON
  }

  @SuppressWarnings("UnusedVariable") // read before the command line is parsed
  @Option(
      names = OPTION,
      paramLabel = "FORMAT",
      description = "of the log: text, or json for one event a line (default: $LAKE_LOG_FORMAT)")
  private Format format;

  /** Reads what was asked for; before anything else of a program. */
  static void begin(String verb, String[] arguments) {
    String asked = asked(arguments);
    boolean json = asked.equals("json");
    System.setProperty(FORMAT_PROPERTY, json ? "json" : "text");
    if (System.getProperty(INVOCATION_PROPERTY) == null) {
      System.setProperty(INVOCATION_PROPERTY, UUID.randomUUID().toString());
    }
    MDC.put(VERB, verb);
    MDC.put(INVOCATION, invocation());
    if (json) {
      LoggerContext.getContext(false).reconfigure();
    } else if (!asked.equals("text")) {
      throw new LakeException(
          ExitCode.CONFIGURATION,
          "There is no log format \"%s\"; expected text or json, by %s or %s."
              .formatted(asked, OPTION, VARIABLE));
    }
  }

  /** From here on a logger tells of errors alone: what it warns of is meant. */
  public static void errorsOnly(String logger) {
    Configurator.setLevel(logger, Level.ERROR);
  }

  private static String asked(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith(OPTION + "=")) {
        return arguments[i].substring(OPTION.length() + 1);
      } else if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
        return arguments[i + 1];
      }
    }
    String variable = System.getenv(VARIABLE);
    return variable == null || variable.isBlank() ? "text" : variable;
  }

  /** This run of the program. */
  public static String invocation() {
    return System.getProperty(INVOCATION_PROPERTY, "unknown");
  }

  /** Whether the log is JSON. */
  public static boolean json() {
    return "json".equals(System.getProperty(FORMAT_PROPERTY));
  }

  /** Tells of an end that the user can mend: a block on standard error, or an event of the log. */
  static void error(PrintWriter err, LakeException failure) {
    String message = failure.getMessage().stripTrailing();
    if (!json()) {
      err.println("error: " + message);
      err.flush();
      return;
    }
    error(message, failure.exitCode());
  }

  /** Tells of a failure by an event of the log. */
  public static void error(String message, ExitCode exitCode) {
    try (MDC.MDCCloseable unused =
        MDC.putCloseable(EXIT_CODE, Integer.toString(exitCode.value()))) {
      LoggerFactory.getLogger(LogEvents.class).error("{}", message);
    }
  }
}
