package lakehouse.load.measure;

import lakehouse.catalog.cli.Program;
import lakehouse.load.models.ModelsCommand;
import lakehouse.load.run.CompareCommand;
import lakehouse.load.run.ReportCommand;
import lakehouse.load.run.RunCommand;
import lakehouse.load.run.ScalingCommand;
import lakehouse.load.run.SparkJdbcPeer;
import picocli.CommandLine.Command;

/** {@code lake load-test}: what the lake does under load, in figures. */
@Command(
    name = "lake load-test",
    description = "Measures the lake on this machine, by its real programs.",
    subcommands = {
      RunCommand.class,
      ReportCommand.class,
      CompareCommand.class,
      ScalingCommand.class,
      SpeedCommand.class,
      FreshnessCommand.class,
      ModelsCommand.class,
      SparkJdbcPeer.class
    })
public final class LoadTest {
  public static void main(String[] args) {
    Program.run(new LoadTest(), args);
  }
}
