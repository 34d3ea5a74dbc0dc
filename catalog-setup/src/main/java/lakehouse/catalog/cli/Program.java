package lakehouse.catalog.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs a command-line program as all programs of the lake run: the stable exit codes of {@link
 * ExitCode}, one clean block on standard error for what the user can mend, a stack trace for what
 * is a defect of ours.
 */
public final class Program {
  private static final Logger LOG = LoggerFactory.getLogger(Program.class);

  private Program() {}

  /**
   * Runs the command and ends this process with its exit code. Every {@code main} of ours is this
   * one call.
   *
   * @param command an object with picocli's annotations; a {@link Callable} of the exit code or a
   *     {@link Runnable}
   */
  public static void run(Object command, String[] args) {
    System.exit(execute(command, args));
  }

  /** Runs the command and returns its exit code. */
  public static int execute(Object command, String... args) {
    CommandLine line = commandLine(command);
    try {
      LogEvents.begin(verb(line, args), args);
    } catch (LakeException e) {
      LogEvents.error(line.getErr(), e);
      return e.exitCode().value();
    }
    return line.execute(args);
  }

  private static String verb(CommandLine line, String... args) {
    StringBuilder verb = new StringBuilder(line.getCommandName());
    CommandLine at = line;
    for (String arg : args) {
      at = at.getSubcommands().get(arg);
      if (at == null) {
        break;
      }
      verb.append(' ').append(arg);
    }
    return verb.toString();
  }

  /** The command wired as {@link #run} does, for those who look at it rather than run it. */
  static CommandLine commandLine(Object command) {
    CommandLine line = new CommandLine(command);
    withHelp(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(Program::failed);
    line.setParameterExceptionHandler(Program::misused);
    return line;
  }

  private static void withHelp(CommandLine line) {
    line.getCommandSpec().mixinStandardHelpOptions(true);
    line.addMixin("log", new LogEvents());
    line.getCommandSpec().versionProvider(new Version());
    line.getCommandSpec().usageMessage().width(100).autoWidth(false);
    line.getSubcommands().values().forEach(Program::withHelp);
  }

  private static int failed(Exception failure, CommandLine line, ParseResult arguments) {
    PrintWriter err = line.getErr();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LakeException known) {
        LOG.debug("Ends with {}", known.exitCode(), failure);
        LogEvents.error(err, known);
        return known.exitCode().value();
      }
    }
    if (LogEvents.json()) {
      LOG.error("This is a defect of the lake; please report it.", failure);
      return ExitCode.BUG.value();
    }
    err.println("error: this is a defect of the lake; please report it with what follows.");
    failure.printStackTrace(err);
    err.flush();
    return ExitCode.BUG.value();
  }

  private static int misused(ParameterException misuse, String[] args) {
    CommandLine line = misuse.getCommandLine();
    PrintWriter err = line.getErr();
    if (LogEvents.json()) {
      LogEvents.error(
          misuse.getMessage() + " See " + line.getCommandSpec().qualifiedName() + " --help.",
          ExitCode.CONFIGURATION);
      return ExitCode.CONFIGURATION.value();
    }
    err.println("error: " + misuse.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(misuse, err)) {
      err.println();
      line.usage(err);
    } else {
      err.printf("See `%s --help`.%n", line.getCommandSpec().qualifiedName());
    }
    err.flush();
    return ExitCode.CONFIGURATION.value();
  }

  private static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Program.class.getPackage().getImplementationVersion();
      return new String[] {"lake " + (version == null ? "(from source)" : version)};
    }
  }
}
