package lakehouse.load.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import lakehouse.catalog.cli.Console;
import lakehouse.catalog.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lake load-test report}: the page of a run that was made before. */
@Command(name = "report", description = "Writes the report of a run, also of one that goes on yet.")
public final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "run.json of the run")
  private Path run = Path.of("");

  @Option(names = "--into", paramLabel = "FILE", required = true, description = "the page")
  private Path into = Path.of("");

  @Override
  public Integer call() throws IOException {
    RunRecord record = RunFolder.read(run);
    Files.writeString(into, RunPage.of(record));
    RunSummary.print(record, new Console());
    return ExitCode.DONE.value();
  }
}
